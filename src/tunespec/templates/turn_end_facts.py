"""The end that the training puts behind each answer: written, trained, and known to the server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from tunespec.findings import Place
from tunespec.special_tokens import END_TOKENS as ENDS_OF_FAMILIES
from tunespec.templates.end_texts import in_line, spelt_alike, stopping
from tunespec.templates.generation import is_complete, lacks_token, taken_as
from tunespec.templates.generation_ends import END_TOKENS
from tunespec.templates.plain import PlainTemplate
from tunespec.templates.rows import Rows
from tunespec.templates.sentinels import rendering, talk
from tunespec.templates.sides import TrainingSide
from tunespec.templates.source import TemplateSource
from tunespec.templates.stop_lists import StopList, may_inherit, served_stops, why_unasked
from tunespec.templates.written import marker_of

if TYPE_CHECKING:
    from tunespec.templates.prefix_stable import Step

TRAINED = ("missing_turn_end", "untrained_turn_end", "unstable_prefix", "untrained_prompt", "doubled_reasoning")
_HEARD = ("unstopped_turn_end", "unlisted_turn_end", "misspelt_stop", "misspelt_token", "endless_token")


class End(NamedTuple):
    """The end of an answer: the token or text, all that stands behind the answer, and who writes it."""

    marker: str
    text: str
    place: Place
    who: str


def known_end(source: TemplateSource) -> End | None:
    """By the training; without one, by what the server's template writes into a conversation's history."""
    training, serving = source.training, source.serving
    if training is not None:
        # A plain template may end with a text and a token: `### End</s>`.
        plain = isinstance(training.template, PlainTemplate)
        marker = marker_of(training.end_text) if plain else training.turn_end
        place = Place(training.shown, training.line, None, f"{training.shown}:turn end")
        return End(marker, training.end_text, place, "the training ends each answer") if marker else None
    marker = serving.turn_end if serving is not None else None
    if serving is None or marker is None:
        return None
    place = Place(serving.shown, serving.line, None, f"{serving.shown}:turn end")
    return End(marker, serving.end_text or "", place, "its TEMPLATE ends each answer of the history")


def judge_turn_end(source: TemplateSource, rows: Rows, lists: Sequence[StopList]) -> None:
    """Every fact about the turn end."""
    if source.training is not None:
        _is_trained(source.training, rows)
    end = known_end(source)
    if end is None:
        rows.skip(_HEARD, "no template says how an answer ends")
        return
    taken = taken_as(end.marker, source)
    if taken == "unknown":
        rows.skip(_HEARD, f"no tokenizer's configuration and no model file says whether `{end.marker}` is a token")
    elif taken == "text":
        _is_stopped(end, source, rows, lists)
    elif source.modelfile is not None or source.requests:
        _is_ended(end, source, rows, lists, hidden=taken == "hidden")
    if source.modelfile is None and all(own.unsure for own in lists):
        rows.skip(_HEARD, why_unasked(lists))
    rows.skip(["unlisted_turn_end"], "the files say whether what ends an answer is a token")
    rows.skip(_HEARD, f"no file lists the whole vocabulary: `{end.marker}` may be a token")


def _is_ended(end: End, source: TemplateSource, rows: Rows, lists: Sequence[StopList], *, hidden: bool) -> None:
    row = rows.add(end.place.path, end.place.line, "turn end")
    sure = source.modelfile is not None or any(not request.unsure for _, request in source.requests)
    rows.examine("unstopped_turn_end", "misspelt_stop", *["endless_token"] * sure)
    if hidden and sure:
        eos = source.gguf.token("eos") if source.gguf is not None else source.training and source.training.eos
        said = f"`{end.marker}` is a control token, which no stop sequence can match, and the model's end is "
        rows.mark("endless_token", row, f"{said}`{eos}`" if eos else f"{said}not known")
    for own in lists:
        rows.examine(*["misspelt_token"] * bool(own.stops))
        for stop in own.stops:
            if is_nearly(end, stop.text, own):
                at = rows.add(stop.path, stop.line, f"stop {stop.text}")
                said = f"`{stop.text}`, nearly `{end.marker}`, with which {end.who}{own.doubt}"
                rows.mark("misspelt_token", at, said, end.place)


def is_nearly(end: End, text: str, own: StopList) -> bool:
    """Whether a stop sequence is meant to be the end, which its list lacks; another model's token is meant as such."""
    return end.marker not in own.texts and text not in END_TOKENS | ENDS_OF_FAMILIES and spelt_alike(text, end.marker)


def _is_stopped(end: End, source: TemplateSource, rows: Rows, lists: Sequence[StopList]) -> None:
    """A text is only heard by a stop sequence, in each list that counts."""
    asked = [own for own in lists if own.asked]
    everyone_asks = bool(asked) and len(asked) == len(source.requests)
    served = _served(end, source, rows) if source.modelfile is not None and not everyone_asks else None
    # A tokenizer's configuration lists added tokens only: the vocabulary may have the token all the same.
    unlisted = lacks_token(end.marker, source) and not is_complete(source)
    for own in ([served] if served is not None else []) + asked:
        unsure = unlisted or own.unsure
        unheard, nearly = ("unlisted_turn_end", "misspelt_token") if unsure else ("unstopped_turn_end", "misspelt_stop")
        rows.examine(unheard, nearly, "endless_token")
        if stopping(own.texts, end.text) or own.means(end.marker):
            continue
        near = next((stop for stop in own.stops if spelt_alike(stop.text, end.marker)), None)
        if near is not None:
            row = rows.add(near.path, near.line, f"stop {near.text}")
            rows.mark(nearly, row, f"`{near.text}` where {end.who} with `{end.marker}`{own.doubt}", end.place)
        else:
            row = rows.add(own.path, own.line, "turn end")
            rows.mark(unheard, row, _unheard(end, own, source), end.place)


def _served(end: End, source: TemplateSource, rows: Rows) -> StopList | None:
    """The Modelfile's list; None, with the reason, where it is the base model's and may have the end."""
    assert source.modelfile is not None
    served = served_stops(source)
    if served is not None:
        return served._replace(stops=()) if _is_guessed(end, source) else served
    if may_inherit(source, end.text):
        rows.skip(_HEARD, "the Modelfile has no stop sequence, and those of its base model are not known")
        return None
    name, line = source.pair.of("modelfile")[0].shown, source.modelfile.given("model")[-1].line
    return StopList(name, line, (), asked=False)


def _unheard(end: End, own: StopList, source: TemplateSource) -> str:
    words = in_line(own.words)
    if not own.asked and _is_guessed(end, source):
        words = "none of its own; Ollama brings some for certain GGUF files"
    said = f"`{end.marker}`, with which {end.who}, is none of its stop sequences ({words}){own.doubt}"
    if not lacks_token(end.marker, source):
        return said
    # What misleads: at a token of other models the engine ends of itself there.
    only = "the engine ends at it only where it is a token: " if end.marker in END_TOKENS else ""
    if is_complete(source):
        return f"{said}; {only}this vocabulary has no such token, here it is text"
    return (
        f"{said}; {only}the tokenizer's configuration lists no such token, and unless the vocabulary has it, it is text"
    )


def _is_guessed(end: End, source: TemplateSource) -> bool:
    """Whether the end could only be heard by a list that Ollama brings for a chat template which may be the model's.

    It looks for its stock templates in the GGUF file, which is not at hand.
    """
    own = source.modelfile.given("stop") if source.modelfile is not None else ()
    return source.gguf is None and not own and lacks_token(end.marker, source)


def _is_trained(training: TrainingSide, rows: Rows) -> None:
    """Whether there is an end, and the loss sees it."""
    row = rows.add(training.shown, training.line, "turn end")
    template = training.template
    if isinstance(template, PlainTemplate) or rendering(template, talk(2)) is not None:
        rows.examine("missing_turn_end")
        if training.turn_end is None:
            rows.mark("missing_turn_end", row, _nothing(training))
    if isinstance(template, PlainTemplate) or not template.marks_trained:
        return  # a released template need not keep prefixes: trainers mask by another way, or refuse it
    from tunespec.templates.prefix_stable import prefix_steps
    from tunespec.templates.stop_trained import doubles_reasoning, turn_end_trained

    if masks := turn_end_trained(template):
        rows.examine("untrained_turn_end")
        if outside := [mask.turn for mask in masks if mask.content and mask.written and not mask.end]:
            said = f"`{training.turn_end}` stands outside {{% generation %}} behind answer {outside[0]} of {len(masks)}"
            rows.mark("untrained_turn_end", row, f"{said}: the loss never sees it")
    _keeps_prefixes(prefix_steps(template), rows, row)
    if (doubled := doubles_reasoning(template)) is not None:
        rows.examine("doubled_reasoning")
        if doubled:
            rows.mark("doubled_reasoning", row, "an answer that holds its reasoning gets a second think block")


def _nothing(training: TrainingSide) -> str:
    found = "only blanks stand behind an answer" if training.end_text else "nothing stands behind an answer"
    if isinstance(training.template, PlainTemplate):
        return f"{found}: if the training script adds an EOS token, write it into template.training.assistant"
    return found


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
