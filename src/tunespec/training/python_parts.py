"""The runs of a Python program: which trainers take which arguments, and what else takes part in each."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from tunespec.training.frameworks.trl import ARGUMENTS, TRAINERS
from tunespec.training.python_calls import Program
from tunespec.training.python_given import Given
from tunespec.training.python_links import Links
from tunespec.training.written import ANY

_ASKS = frozenset(("evaluate", "predict"))
_TRAINS = "train"
_USES = _ASKS | {_TRAINS}
MOST = 20  # trainers of one program, and arguments that none names: nobody writes so many
_FOREIGN = "PPOConfig"  # up to TRL 0.11 no TrainingArguments, and since then with batches of its own


@dataclass(eq=False)
class Part:
    """One run: its arguments, of which one or the other is taken where there are several, and its trainers.

    ``calls`` are all that may take part in it; ``is_after_another``: it goes on with what another trainer made;
    ``only_asks``: its trainer evaluates and does not train; ``is_linked``: its trainers' calls name the arguments.
    """

    arguments: Sequence[Given]
    trainers: Sequence[Given]
    calls: Sequence[Given] = field(default_factory=list)
    is_after_another: bool = False
    only_asks: bool = False
    is_linked: bool = False

    @property
    def first(self) -> Given:
        """The call that says most of it."""
        return (*self.arguments, *self.trainers)[0]

    @property
    def configuration(self) -> str:
        """The class of its arguments."""
        return self.arguments[0].name if self.arguments else _configuration(self.trainers[0])

    @property
    def name(self) -> str:
        """The class that starts it."""
        return (*self.trainers, *self.arguments)[0].name

    def of_name(self, *names: str) -> list[Given]:
        """Its calls of these names."""
        return [call for call in self.calls if call.name in names]


@dataclass(frozen=True)
class Parts:
    """The runs of a program in the order in which they stand.

    ``drafts`` are arguments that no trainer takes any more, ``foreign`` runs whose arguments are not the Trainer's,
    ``beyond`` the first trainer and the first arguments that are too many to be judged.
    """

    runs: Sequence[Part] = ()
    drafts: Sequence[Given] = ()
    foreign: Sequence[Part] = ()
    beyond: Sequence[Given] = ()


def parts_of(program: Program) -> Parts:
    """The runs that a program starts.

    A trainer takes the arguments that its call names. Of those that say none, all of one class are one run's. Where
    only one of several calls is made, they are one run's, too, unless they make trainers of different classes.
    """
    if not program.calls:
        return Parts()
    links, trainers = program.links, program.trainers()[:MOST]
    used = _used(program, trainers)
    asked = [one for one in trainers if len(trainers) > 1 and _only_asks(used[one])]
    linked = [Part(made, [one]) for one in trainers if (made := _arguments(links, one))]
    runs = _merged(links, [part for part in linked if part.trainers[0] not in asked])
    bound = {name for run in runs for call in run.arguments for name in links.names(call)}
    taken = {call for part in linked for call in (*part.arguments, *part.trainers)}
    unnamed = [call for call in program.of_name(*ARGUMENTS) if call not in taken]
    left = unnamed[:MOST]
    drafts = [call for call in left if links.names(call) & bound]
    others = [one for one in trainers if one not in taken and one not in asked]
    runs += _merged(links, _left([call for call in left if call not in drafts], others))
    runs.sort(key=lambda run: run.first.line)
    _share(program, links, runs, used)
    foreign = [run for run in runs if run.configuration == _FOREIGN]
    beyond = (*program.trainers()[MOST : MOST + 1], *unnamed[MOST : MOST + 1])
    return Parts([run for run in runs if run not in foreign], drafts, foreign, beyond)


def held(links: Links, node: ast.expr, calls: Sequence[Given], *, may_be: bool) -> list[Given]:
    """Those of some calls that make what an expression stands for.

    Where it is not told what a name stands for, as a parameter, and it ``may_be`` any, it is each call's that is bound
    to such a name anywhere.
    """
    made = set(links.made(node))
    values = links.bound(node) if may_be and isinstance(node, ast.Name) else [node]
    if isinstance(node, ast.Name) and (not values or None in values):
        made |= {call for call in calls if node.id in {name for _, name in links.names(call)}}
    return [call for call in calls if call in made]


def _configuration(trainer: Given) -> str:
    return trainer.name.replace("Trainer", "Config")


def _arguments(links: Links, trainer: Given) -> list[Given]:
    """The arguments one of which a trainer's call names."""
    node = trainer.nodes.get("args")
    made = links.made(node) if node is not None else []
    return sorted({call for call in made if call.name in ARGUMENTS}, key=lambda call: call.line)


def _own_defaults(trainer: Given) -> bool:
    """Whether a trainer is made without arguments: TRL's then take their configuration's defaults."""
    known = _configuration(trainer) in TRAINERS
    return known and trainer.values.get("args") is None and not {"args", ANY} & set(trainer.unknown)


def _used(program: Program, trainers: Sequence[Given]) -> Mapping[Given, set[str]]:
    """What each trainer is used for; where it is not told whose a name is, all of that name may train."""
    found = {one: set[str]() for one in trainers}
    for node in program.nodes if trainers else ():
        if isinstance(node, ast.Attribute) and node.attr in _USES:
            for one in held(program.links, node.value, trainers, may_be=node.attr == _TRAINS):
                found[one].add(node.attr)
    return found


def _only_asks(used: set[str]) -> bool:
    """Whether a trainer only evaluates: `Trainer(model, args).predict(...)`."""
    return bool(used & _ASKS) and _TRAINS not in used


def _left(arguments: Sequence[Given], trainers: Sequence[Given]) -> Iterator[Part]:
    """The runs of calls that do not name each other: by the trainer's class, whose arguments have its name."""
    classes, used = list(dict.fromkeys(call.name for call in arguments)), list[Given]()
    for name in classes:
        own = [one for one in trainers if _configuration(one) == name]
        rest = [one for one in trainers if _configuration(one) not in (TRAINERS if name in TRAINERS else classes)]
        part = Part([call for call in arguments if call.name == name], own or rest)
        used += part.trainers
        yield part
    yield from (Part([], [one]) for one in trainers if one not in used and _own_defaults(one))


def _merged(links: Links, parts: Iterable[Part]) -> list[Part]:
    """The parts, those of one run as one: they take the same arguments, or only one of them is made.

    Of what stands beside several that are made one after the other, each is a run.
    """
    found = list[Part]()
    for part in parts:
        same = [*(one for one in found if set(one.arguments) & set(part.arguments)), part]
        found = [one for one in found if one not in same] + [_joined(same)]
    beside = {part: [one for one in found if one is part or _are_alternatives(links, one, part)] for part in found}
    groups = [own if all(beside[one] == own for one in own) else [part] for part, own in beside.items()]
    return [_joined(group) for at, group in enumerate(groups) if group not in groups[:at]]


def _joined(parts: Sequence[Part]) -> Part:
    arguments = dict.fromkeys(call for one in parts for call in one.arguments)
    return Part(list(arguments), list(dict.fromkeys(call for one in parts for call in one.trainers)))


def _are_alternatives(links: Links, one: Part, other: Part) -> bool:
    """Whether only one of the two is made, and it is no trainer of another class."""
    if one.configuration != other.configuration and one.trainers and other.trainers:
        return False
    pairs = product(one.trainers or one.arguments, other.trainers or other.arguments)
    return any(links.are_alternatives(*pair) for pair in pairs)


def _share(program: Program, links: Links, runs: Sequence[Part], used: Mapping[Given, set[str]]) -> None:
    """Give each run the calls that take part in it, and those that take part in none that is seen."""
    reached = [{call for one in (*run.arguments, *run.trainers) for call in links.reached(one.node)} for run in runs]
    for run, own in zip(runs, reached, strict=True):
        others = {call for calls in reached for call in calls} - own
        run.calls = [call for call in program.calls if call not in others]
        run.is_linked = all(_arguments(links, one) for one in run.trainers)
        run.only_asks = any(_only_asks(used[one]) for one in run.trainers)
        run.is_after_another = any(call.is_trainer and call not in run.trainers for call in own)
