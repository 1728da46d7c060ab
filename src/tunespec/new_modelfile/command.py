"""``tunespec init --modelfile``: read the training template, write the Modelfile, and prove it before it is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tunespec.config import Config
from tunespec.errors import CannotJudgeError
from tunespec.new_modelfile.content import Parts, content_of, from_path
from tunespec.new_modelfile.ends import ending_of
from tunespec.new_modelfile.found import pair_for
from tunespec.new_modelfile.inexpressible import InexpressibleError
from tunespec.new_modelfile.lengths import lengths_of
from tunespec.new_modelfile.proof import TRIMS, Proof, prove
from tunespec.new_modelfile.shape import Shape, shape_of
from tunespec.new_modelfile.shared_system import shared_system
from tunespec.new_modelfile.trained import day_in, left_out, refuse_parts, renders
from tunespec.progress import Progress
from tunespec.sources import RecordSource
from tunespec.subjects import TemplatePair
from tunespec.templates.modelfile import RAW_PROMPT
from tunespec.templates.ollama import OllamaTemplate
from tunespec.templates.outranked import outranks
from tunespec.templates.source import TemplateSource

NAME = "Modelfile"
_NOTHING = "no Modelfile is written"


@dataclass(frozen=True)
class New:
    """A Modelfile that is proved and not yet written.

    Args:
        content: its text.
        trained_with: the training template, as a person names it.
        notes: what it does not express, each as a sentence.
        proof: what tunespec's tests say of it.
    """

    content: str
    trained_with: str
    notes: tuple[str, ...]
    proof: Proof

    @property
    def report(self) -> str:
        """What the command says beside the file."""
        lines = [f"equal to {self.trained_with} in each of {self.proof.compared} conversations"]
        lines += [f"not in it: {note}" for note in self.notes]
        lines += [f"tunespec check will say: {kind}: {said}" for kind, said in self.proof.others.items()]
        return "\n".join(f"  {line}" if number else line for number, line in enumerate(lines))


def write_modelfile(target: Path, config: Config, paths: Sequence[str], template: Path | None) -> str:
    """Write a Modelfile; returns what was done, and what to do next.

    Raises:
        CannotJudgeError: if a file is there already, or no Modelfile can be written; see ``new_modelfile``.
    """
    target = target / NAME if target.is_dir() else target
    if target.exists() or target.is_symlink():
        raise CannotJudgeError(f"{target} is there already; print a fresh one with: tunespec init --modelfile --stdout")
    made = new_modelfile(target, config, paths, template)
    with target.open("x", encoding="utf-8", newline="\n") as stream:  # fails where another was faster
        stream.write(made.content)
    return f"wrote {target}: {made.report}\nnext: ollama create NAME -f {target}, and tunespec check"


def new_modelfile(target: Path, config: Config, paths: Sequence[str], template: Path | None) -> New:
    """The Modelfile that would lie at ``target``.

    Raises:
        InexpressibleError: if no TEMPLATE writes what the training template writes: why, or the first difference.
        CannotJudgeError: if no training template is there, several may be meant, or it cannot be read.
    """
    target = target / NAME if target.is_dir() else target
    if not target.parent.is_dir():
        raise CannotJudgeError(f"{target.parent}: no such folder")
    pair = pair_for(target, config, paths, template)
    records = RecordSource(pair.dataset, None, config, Progress()) if pair.dataset is not None else None
    try:
        return modelfile_of(target, pair, config, records)
    except InexpressibleError as error:
        raise InexpressibleError(f"{_NOTHING}: {error}") from error


def modelfile_of(target: Path, pair: TemplatePair, config: Config, records: RecordSource | None) -> New:
    """The Modelfile at ``target`` that completes a pair. Raises as ``new_modelfile``."""
    source = TemplateSource(pair, config, records)
    side = source.training
    if side is None:
        raise CannotJudgeError(f"{_NOTHING}: {source.why_no_training}")
    refuse_parts(side)
    shape = shape_of(renders(side, source.added_bos), day_in(side))
    _refuse_invented(shape, side.invented)
    trained_with = f"{side.shown} ({side.kind})"
    notes = (*_of_system(shape), *left_out(side), *_of_model_file(source))
    models = pair.of("gguf")
    model = from_path(models[0].path, target.parent) if models else ""
    system, count = shared_system(records) if shape.system.place in {"turn", "first", "last"} else ("", 0)
    parts = Parts(shape, trained_with, model, ending_of(source), lengths_of(source), notes, system, count)
    content = content_of(parts)
    proof = prove(content, pair, config, records)
    if proof.difference is not None:
        raise InexpressibleError(f"{_unequal(notes)}\n{proof.difference}")
    if not proof.compared:
        raise InexpressibleError("the training template refuses every conversation that it was compared in")
    return New(content, trained_with, (*notes, *_of_blanks(proof)), proof)


def _refuse_invented(shape: Shape, invented: dict[str, str]) -> None:
    """No token is written of which no file says what it is."""
    texts = (shape.start, *shape.user, *shape.assistant, shape.asks, shape.system.before, shape.system.after)
    for name, token in invented.items():
        if any(token in text for text in texts):
            raise InexpressibleError(
                f"the training template writes the tokenizer's {name}, and no file says which token that is: put "
                "tokenizer_config.json beside it"
            )


def _of_system(shape: Shape) -> tuple[str, ...]:
    if shape.system.place == "refused":
        why = f" ({shape.system.why})" if shape.system.why else ""
        return (f"system messages: the training template refuses them{why}; the server leaves them out",)
    if shape.system.place == "lost":
        return ("system messages: the training template leaves them out, and so does the server",)
    return ()


def _of_model_file(source: TemplateSource) -> tuple[str, ...]:
    """A conversion writes the tokenizer's chat template into the model file."""
    tokenizer = source.tokenizer.chosen() if source.tokenizer is not None else None
    own = source.gguf.chat_template or "" if source.gguf is not None else tokenizer.source if tokenizer else ""
    without_tools = OllamaTemplate.parse(RAW_PROMPT)  # nor reasoning: as each TEMPLATE that is written here
    if not outranks(own, without_tools):
        return ()
    passed_over = (
        "the chat template of the model file: it has tools or reasoning, so that Ollama from 0.30 on uses it and not "
        "this TEMPLATE, unless the server runs with OLLAMA_GO_TEMPLATE=1"
    )
    return (passed_over,)


def _of_blanks(proof: Proof) -> tuple[str, ...]:
    if TRIMS not in proof.found:
        return ()
    return ("trimming: the training template trims texts, which Go cannot; clients must send them trimmed",)


def _unequal(notes: Sequence[str]) -> str:
    also = f" (it also leaves out {'; '.join(notes)})" if notes else ""
    return f"the TEMPLATE that was read off the training template writes something else{also}. The first difference:"
