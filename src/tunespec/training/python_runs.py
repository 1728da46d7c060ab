"""The runs that a Python program starts, as configurations write them: arguments, and what stands beside."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache, partial

from tunespec.subjects import DataFile
from tunespec.templates.python_code import Code
from tunespec.training.errors import TrainingError
from tunespec.training.python_calls import Program
from tunespec.training.python_data import of_data, same_data
from tunespec.training.python_gathered import Gathered
from tunespec.training.python_model import of_model
from tunespec.training.python_parts import MOST, Part, Parts, held, parts_of
from tunespec.training.python_tokenizer import PAD
from tunespec.training.python_trainers import of_trainers
from tunespec.training.written import Written

_KEPT = 128  # programs that are looked at several times: what they are, which runs they start, and each run's data
_Make = Callable[[DataFile], Written]


def python_run(file: DataFile, code: Code) -> Written | None:
    """What a program says of the run that ``file.part`` names, else of its first one; None if it starts none.

    Raises:
        TrainingError: for a text that Python does not parse.
    """
    runs = python_runs(file, code)
    return next((run for run in runs if run.file.part == file.part), runs[0] if runs else None)


def python_runs(file: DataFile, code: Code) -> list[Written]:
    """What a program says of each run that it starts; the file of each names it, where there are several.

    Raises:
        TrainingError: for a text that Python does not parse.
    """
    return [make(replace(file, part=part) if part else file) for part, make in _runs(code)]


@lru_cache(maxsize=_KEPT)
def _runs(code: Code) -> Sequence[tuple[str, _Make]]:
    """Each run that a program starts: its name, if there are several, and what makes it that of a file."""
    program = Program.of(code)
    parts = parts_of(program)
    beside = [*_unjudged(parts, code), *(why for _, why in code.broken)]
    runs = [_run(program, part, beside) for part in parts.runs]
    if not runs and code.broken and any("Trainer" in text for text, _ in code.broken):
        raise TrainingError(code.broken[0][1])
    if len(runs) < 2:
        return [("", run) for run in runs]
    names = [part.name.replace("Unsloth", "SFT") for part in parts.runs]
    numbers = [names[:at].count(name) + 1 for at, name in enumerate(names)]
    labels = [name if number == 1 else f"{name} {number}" for name, number in zip(names, numbers, strict=True)]
    return list(zip(labels, runs, strict=True))


def _unjudged(parts: Parts, code: Code) -> Iterator[str]:
    """What starts no run that is judged."""
    for one in parts.drafts:
        yield (
            f"the `{one.name}` in {code.where(one.line)} are not judged: their name is given to others before a "
            "trainer takes them"
        )
    for run in parts.foreign:
        yield (
            f"the run of `{run.configuration}` in {code.where(run.first.line)} is not judged: it has arguments of its "
            "own"
        )
    for one in parts.beyond:
        what = "trainers" if one.is_trainer else "arguments"
        yield f"the {what} from {code.where(one.line)} on are not judged: of a program {MOST} are"


def _run(program: Program, part: Part, beside: Sequence[str]) -> _Make:
    code, found = program.code, Gathered()
    found.take([one for one in part.arguments if one.name == part.configuration])
    _set_later(found, program, part)
    of_trainers(found, program, part)
    of_model(found, program, part)
    _of_collators(found, part)
    of_data(found, program.links, part)
    _of_tokenizer(found, program)
    return partial(
        Written,
        data=found.data,
        lines={key: code.line(line) for key, line in found.lines.items()},
        unknown=found.unknown,
        said=found.said,
        unread=(*_others(part, code), *beside),
        cells={key: code.cell(line) for key, line in found.lines.items()} if code.lines else {},
        call=part.configuration,
        same_data=same_data(program.links, part.trainers),
        calls_line=code.line(part.first.line),
    )


def _others(part: Part, code: Code) -> Iterator[str]:
    """The arguments of another class that the run may take instead."""
    for name in dict.fromkeys(one.name for one in part.arguments if one.name != part.configuration):
        line = next(one.line for one in part.arguments if one.name == name)
        yield (
            f"the `{name}` in {code.where(line)} are not judged: the run takes them or the `{part.configuration}` in "
            f"{code.where(part.first.line)}, which are"
        )


def _set_later(found: Gathered, program: Program, part: Part) -> None:
    """`args.learning_rate = ...`: what holds then is not known."""
    for node in program.nodes:
        if not isinstance(node, ast.Attribute) or not isinstance(node.ctx, ast.Store):
            continue
        if isinstance(node.value, ast.Name) and held(program.links, node.value, part.arguments, may_be=True):
            found.data.pop(node.attr, None)
            found.unknown[node.attr] = f"set anew in {program.code.where(node.lineno)}"
            found.lines[node.attr] = node.lineno


def _of_collators(found: Gathered, part: Part) -> None:
    collators = [one for one in part.calls if one.name.startswith("DataCollator")]
    if len({one.name for one in collators}) == 1 and "data_collator" in found.unknown and part.trainers:
        found.unknown.pop("data_collator")
        found.set("data_collator", collators[0].name, collators[0].line)
        found.take(collators, under="collator", only=("mlm",))


def _of_tokenizer(found: Gathered, program: Program) -> None:
    """`tokenizer.pad_token = ...`; under a condition it is not known, and no more is an end that is set anew."""
    if (line := program.end_line) is not None:
        found.unknown.setdefault("eos_token", f"set anew in {program.code.where(line)}")
    padding = program.padding
    if padding is None:
        return
    found.lines[PAD] = padding.line
    if padding.is_known:
        found.data["tokenizer"] = {"pad_token": padding.token}
    else:
        found.unknown[PAD] = "only where the tokenizer has none of its own"
