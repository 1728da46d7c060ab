"""A language that one layer can learn, records of it, and the model: everything that a tiny run trains on."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.utils.data import Dataset
from transformers import GPT2Config, GPT2LMHeadModel

_TASK = 7  # every run learns the same language


@dataclass(frozen=True)
class Language:
    """Each of ``vocabulary`` tokens is followed by one of ``followers``: ln(followers) nats a token stay unknown."""

    vocabulary: int = 96
    followers: int = 4

    def write(self, records: int, length: int, seed: int) -> torch.Tensor:
        """Records that begin at a random token, as token numbers of shape (records, length)."""
        task = torch.Generator().manual_seed(_TASK)
        choices = torch.stack([torch.randperm(self.vocabulary, generator=task) for _ in range(self.vocabulary)])
        chance = torch.Generator().manual_seed(seed)
        column = torch.randint(self.vocabulary, (records,), generator=chance)
        columns = [column]
        for _ in range(length - 1):
            column = choices[column, torch.randint(self.followers, (records,), generator=chance)]
            columns.append(column)
        return torch.stack(columns, dim=1)

    def write_mixed(self, records: int, length: int, seed: int, noise_every: int) -> torch.Tensor:
        """The same, with tokens without order in place of one of ``noise_every`` records; 0: of none."""
        tokens = self.write(records, length, seed)
        if noise_every:
            chance = torch.Generator().manual_seed(seed + 1)
            noise = torch.randint(self.vocabulary, tokens.shape, generator=chance)
            tokens[::noise_every] = noise[::noise_every]
        return tokens


class Records(Dataset[dict[str, torch.Tensor]]):
    """Token numbers as a ``Trainer`` wants them; ``masked`` takes every label away."""

    def __init__(self, tokens: torch.Tensor, *, masked: bool = False) -> None:
        self._tokens, self._masked = tokens, masked

    def __len__(self) -> int:
        return len(self._tokens)

    def __getitem__(self, number: int) -> dict[str, torch.Tensor]:
        tokens = self._tokens[number]
        return {"input_ids": tokens, "labels": torch.full_like(tokens, -100) if self._masked else tokens}


def tiny_gpt2(vocabulary: int, width: int, seed: int, spread: float = 0.02) -> GPT2LMHeadModel:
    """A GPT-2 of one layer with random weights; ``spread`` is their standard deviation."""
    torch.manual_seed(seed)
    return GPT2LMHeadModel(
        GPT2Config(
            vocab_size=vocabulary,
            n_positions=64,
            n_embd=width,
            n_layer=1,
            n_head=2,
            initializer_range=spread,
            resid_pdrop=0.0,
            embd_pdrop=0.0,
            attn_pdrop=0.0,
            bos_token_id=0,
            eos_token_id=0,
        )
    )
