"""T001's facts: does every answer end, and nowhere else?

A turn ends where the model writes what its training put behind each answer, and the server knows it: as a token that
ends generation, or as a stop sequence. All of it can be told from the files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from tunespec.templates.end_texts import spelt_alike
from tunespec.templates.generation_ends import ends_generation, hidden_tokens
from tunespec.templates.rows import Rows
from tunespec.templates.sides import TrainingSide
from tunespec.templates.source import TemplateSource
from tunespec.templates.stops_in_data import judge_stops_in_data

if TYPE_CHECKING:
    from tunespec.templates.prefix_stable import Step

_NO_STOPS = "no Modelfile and no request is there"
_TRAINED = ("missing_turn_end", "untrained_turn_end", "unstable_prefix", "untrained_prompt", "doubled_reasoning")


class Stop(NamedTuple):
    """One stop sequence, and where it is written."""

    text: str
    path: str
    line: int | None


def stop_facts(source: TemplateSource, rows: Rows) -> None:
    """Fill the table ``stops``: a row is one stop sequence, one request's list, or the turn end of the training."""
    stops = list(_modelfile_stops(source))
    _each_stop(source, rows, stops)
    _requests(source, rows, [stop.text for stop in stops])
    _turn_end(source, rows, [stop.text for stop in stops])
    judge_stops_in_data(source, rows, stops)
    rows.skip(rows.facts - set(_TRAINED), _NO_STOPS)
    rows.skip(_TRAINED, source.why_no_training)


def _modelfile_stops(source: TemplateSource) -> Iterator[Stop]:
    """The Modelfile's stop sequences; without one, those that a stock template brings."""
    if source.modelfile is None:
        return
    path = source.pair.of("modelfile")[0].shown
    given = source.modelfile.given("stop")
    yield from (Stop(stop.value, path, stop.line) for stop in given)
    if not given and source.serving is not None:
        yield from (Stop(text, path, None) for text in source.serving.stops)


def _each_stop(source: TemplateSource, rows: Rows, stops: Sequence[Stop]) -> None:
    training = source.training
    end = training.turn_end if training is not None else None
    hidden = hidden_tokens(source.gguf) if source.gguf is not None else frozenset()
    for stop in stops:
        row = rows.add(stop.path, stop.line, f"stop {stop.text}")
        rows.examine("empty_stop", "prefix_stop")
        if not stop.text:
            rows.mark("empty_stop", row, "an empty stop sequence, at which every answer ends before it begins")
            continue
        if longer := next((o.text for o in stops if o.text != stop.text and o.text.startswith(stop.text)), None):
            rows.mark("prefix_stop", row, f"`{stop.text}`, with which `{longer}` begins: the longer one never counts")
        if end is not None:
            rows.examine("misspelt_stop")
            if stop.text != end and spelt_alike(stop.text, end) and end not in {other.text for other in stops}:
                rows.mark("misspelt_stop", row, f"`{stop.text}` where the training ends its answers with `{end}`")
        if source.gguf is not None:
            rows.examine("unreachable_stop")
            if stop.text in hidden and not ends_generation(stop.text, source.gguf):
                rows.mark("unreachable_stop", row, f"`{stop.text}`, a control token whose text the engine never shows")


def _requests(source: TemplateSource, rows: Rows, inherited: Sequence[str]) -> None:
    """A request's list replaces the Modelfile's."""
    for file, request in source.requests:
        if request.stops is None:
            continue
        row = rows.add(file.shown, None, "stop")
        rows.examine("empty_stop", "lost_stop")
        if "" in request.stops:
            rows.mark("empty_stop", row, "an empty stop sequence, at which every answer ends before it begins")
        if lost := [stop for stop in inherited if stop not in request.stops and stop]:
            listed = ", ".join(f"`{stop}`" for stop in lost)
            rows.mark("lost_stop", row, f"its list replaces the Modelfile's and lacks {listed}")


def _turn_end(source: TemplateSource, rows: Rows, stops: Sequence[str]) -> None:
    """The end that the training puts behind each answer: known to the server, written and trained."""
    training = source.training
    if training is None:
        return
    row = rows.add(training.shown, training.line, "turn end")
    _is_trained(training, rows, row)
    end = training.turn_end
    if end is None or source.modelfile is None:
        rows.skip(("unstopped_turn_end", "endless_token"), _NO_STOPS if end else "the training ends no turn")
        return
    if end in training.tokens or (source.gguf is not None and end in source.gguf.control_tokens):
        rows.examine("endless_token")
        if not _ends(source, end):
            where = "the model's metadata" if source.gguf is not None else "the tokenizer"
            rows.mark(
                "endless_token",
                row,
                f"`{end}`, a control token that {where} does not name as an end and the engine does not know as one: "
                f"no stop sequence can match it",
            )
    elif not ends_generation(end, source.gguf):
        rows.examine("unstopped_turn_end")
        lists = [list(request.stops) for _, request in source.requests if request.stops is not None]
        if not any(_stops_at(own, end) for own in (stops, *lists)):
            known = ", ".join(f"`{stop}`" for stop in stops) or "none"
            rows.mark("unstopped_turn_end", row, f"`{end}` is no stop sequence of the Modelfile (it has {known})")


def _stops_at(stops: Sequence[str], end: str) -> bool:
    """Whether a list ends the answer at the marker: a stop that it begins with, or holds, does too."""
    return any(stop and stop in end for stop in stops)


def _ends(source: TemplateSource, token: str) -> bool:
    """Whether the served model ends at a token: by the engine's list, the metadata, or the tokenizer's EOS."""
    training = source.training
    if ends_generation(token, source.gguf):
        return True
    return source.gguf is None and training is not None and token == training.eos


def _is_trained(training: TrainingSide, rows: Rows, row: int) -> None:
    from tunespec.templates.plain import PlainTemplate
    from tunespec.templates.prefix_stable import prefix_steps
    from tunespec.templates.stop_trained import doubles_reasoning, turn_end_trained

    rows.examine("missing_turn_end")
    template = training.template
    if isinstance(template, PlainTemplate):
        if training.turn_end is None:
            rows.mark("missing_turn_end", row, "nothing stands behind an answer: no end is trained")
        return
    steps = prefix_steps(template)
    if steps and training.turn_end is None:
        rows.mark("missing_turn_end", row, "no token and no text ends an assistant's turn")
    if template.marks_trained and (masks := turn_end_trained(template)):
        rows.examine("untrained_turn_end")
        if outside := [mask.turn for mask in masks if mask.written and not mask.end]:
            rows.mark(
                "untrained_turn_end",
                row,
                f"`{training.turn_end or 'the end'}` lies outside {{% generation %}} in turn {outside[0]}: the loss "
                f"never sees it",
            )
    if not template.marks_trained:
        return  # a released template need not keep prefixes: trainers mask by another way, or refuse it
    _keeps_prefixes(steps, rows, row)
    if (doubled := doubles_reasoning(template)) is not None:
        rows.examine("doubled_reasoning")
        if doubled:
            rows.mark("doubled_reasoning", row, "an answer with its reasoning gets a second think block")


def _keeps_prefixes(steps: Sequence[Step], rows: Rows, row: int) -> None:
    """What was written stays: the text of a conversation that goes on, and the prompt behind which an answer comes."""
    for fact, asked, says in (
        ("unstable_prefix", False, "the text before it changes when {} is added"),
        ("untrained_prompt", True, "no training text begins with the prompt for {}"),
    ):
        own = [step for step in steps if step.asked == asked]
        if own:
            rows.examine(fact)
        if broken := next((step for step in own if step.at is not None), None):
            rows.mark(fact, row, says.format(broken.more))
