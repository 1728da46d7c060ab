"""The weights of a scripted model: a table of rules as a transformer of one block.

Each dimension of the residual stream has one meaning: the last token, a constant, the script in force, the facts read.
Attention head 0 copies the latest trigger into "the script in force"; each further head the latest fact of one kind. A
hidden unit of the feed-forward part is one rule: it opens where its script, its last token and its fact are all there,
and writes the next token. Every norm's weight undoes its division, so that the numbers stay exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tests.live.scripted import DEFAULT, EOS, Copied, Model, Script
from tests.live.vocabulary import Vocabulary, scripts_of

Matrix = npt.NDArray[np.float16]

HEAD = 128
"""Dimensions of a head."""
CONTEXT = 4096
"""Tokens within which a head tells near from far."""
ROPE_BASE = 2.0
ROPE_FACTOR = CONTEXT / 1.2
"""Positions are turned by 0.6 to 1.2 in all, so that with ``_AHEAD`` a key's cosine falls over the whole context."""
_AHEAD = 0.3
_KEY = 2000.0
"""A key's strength: each token of distance costs more than half a logit; as a float16 it is exact to 1."""
_OPEN = 40.0  # a rule that holds writes 20, one that does not 1e-7
_SURE = 100.0  # the next token's logit; all others have 0 to 5


@dataclass(frozen=True)
class Layout:
    """Which dimension means what."""

    vocabulary: Vocabulary
    triggers: tuple[str, ...]
    facts: tuple[tuple[str, ...], ...]

    @property
    def constant(self) -> int:
        """The dimension that is always 1."""
        return len(self.vocabulary.texts)

    def script(self, trigger: str) -> int:
        """The dimension of a script in force."""
        return self.constant + 1 + self.triggers.index(trigger)

    def fact(self, kind: int, fact: str) -> int:
        """The dimension of a fact that was read."""
        before = sum(map(len, self.facts[:kind]))
        return self.constant + 1 + len(self.triggers) + before + self.facts[kind].index(fact)

    @property
    def width(self) -> int:
        """All dimensions, in whole blocks of 32."""
        return -(-(self.constant + 1 + len(self.triggers) + sum(map(len, self.facts))) // 32) * 32


@dataclass(frozen=True)
class Rule:
    """Where all of ``where`` hold, of each one of its dimensions, the next token is ``then``."""

    where: tuple[tuple[int, ...], ...]
    then: int


def layout_of(model: Model, vocabulary: Vocabulary) -> Layout:
    """Raises ValueError for more triggers, or facts of a kind, than a head holds."""
    triggers = tuple(script.trigger for script in scripts_of(model))
    facts = tuple(model.facts.values())
    if max(len(triggers), *map(len, facts), 0) > HEAD:
        raise ValueError(f"a model has at most {HEAD} scripts, and as many facts of a kind")
    return Layout(vocabulary, triggers, facts)


def weights_of(model: Model, layout: Layout) -> dict[str, Matrix]:
    """Each tensor of llama's architecture under its name in GGUF; rows are outputs."""
    size, width = layout.constant, layout.width
    embedding = np.zeros((size, width), np.float16)
    embedding[:, :size] = np.eye(size)
    embedding[:, layout.constant] = 1
    output = np.zeros((size, width), np.float16)
    output[:, :size] = np.eye(size) * _SURE
    return {
        "token_embd.weight": embedding,
        **_attention(layout),
        **_rules(tuple(_rules_of(model, layout)), layout),
        "output.weight": output,
    }


def norms_of(layout: Layout) -> dict[str, npt.NDArray[np.float32]]:
    """The norms' weights: what they divide by, of a stream with so many ones in it."""
    ones = {"blk.0.attn_norm.weight": 2, "blk.0.ffn_norm.weight": 3 + len(layout.facts), "output_norm.weight": 1}
    return {name: np.full(layout.width, np.sqrt(count / layout.width), np.float32) for name, count in ones.items()}


def _attention(layout: Layout) -> dict[str, Matrix]:
    token = layout.vocabulary.id
    copied = [[(token(trigger), layout.script(trigger)) for trigger in layout.triggers]]
    for kind, facts in enumerate(layout.facts):
        known = [(token(fact), layout.fact(kind, fact)) for fact in facts]
        copied.append([(token(DEFAULT), known[0][1]), *known])
    shape = (HEAD * len(copied), layout.width)
    query, key, value = (np.zeros(shape, np.float16) for _ in range(3))
    output = np.zeros(shape[::-1], np.float16)
    query[::2, layout.constant], query[1::2, layout.constant] = np.cos(_AHEAD), np.sin(_AHEAD)
    for head, pairs in enumerate(copied):
        first = head * HEAD
        for row, (seen, dimension) in enumerate(pairs, first):
            # Every prompt begins with the default's token: at half the strength anything else is nearer.
            key[first : first + HEAD : 2, seen] = _KEY / 2 if seen == token(DEFAULT) else _KEY
            value[row, seen] = output[dimension, row] = 1
    parts = {"attn_q": query, "attn_k": key, "attn_v": value, "attn_output": output}
    return {f"blk.0.{name}.weight": matrix for name, matrix in parts.items()}


def _rules(rules: tuple[Rule, ...], layout: Layout) -> dict[str, Matrix]:
    hidden = -(-len(rules) // 32) * 32
    gate, up = (np.zeros((hidden, layout.width), np.float16) for _ in range(2))
    down = np.zeros((layout.width, hidden), np.float16)
    for unit, rule in enumerate(rules):
        for dimensions in rule.where:
            gate[unit, list(dimensions)] = _OPEN
        gate[unit, layout.constant] = _OPEN * (0.5 - len(rule.where))
        up[unit, layout.constant] = 1
        down[rule.then, unit] = 1
    return {"blk.0.ffn_gate.weight": gate, "blk.0.ffn_up.weight": up, "blk.0.ffn_down.weight": down}


def _rules_of(model: Model, layout: Layout) -> Iterator[Rule]:
    for script in scripts_of(model):
        yield from _rules_of_script(script, tuple(model.facts), layout)


def _rules_of_script(script: Script, kinds: tuple[str, ...], layout: Layout) -> Iterator[Rule]:
    """From whatever ends the prompt to the first piece, and from each piece to the next."""
    pieces, in_force = script.pieces, (layout.script(script.trigger),)
    tokens = [tuple(_tokens(piece, kinds, layout)) for piece in pieces]
    spoken = {token for found in tokens for token in found}
    prompt = tuple(token for token in range(layout.constant) if token not in spoken)
    last = EOS if script.then is None else pieces[script.then]
    for before, after in zip([prompt, *tokens], [*pieces, last], strict=True):
        if isinstance(after, Copied):
            kind = kinds.index(after.kind)
            for fact in layout.facts[kind]:
                yield Rule((in_force, before, (layout.fact(kind, fact),)), layout.vocabulary.id(fact))
        else:
            yield Rule((in_force, before), layout.vocabulary.id(after))


def _tokens(piece: str | Copied, kinds: tuple[str, ...], layout: Layout) -> Iterable[int]:
    texts = layout.facts[kinds.index(piece.kind)] if isinstance(piece, Copied) else (piece,)
    return map(layout.vocabulary.id, texts)
