"""What a run comes to in steps: by its settings and the number of records."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tunespec.training.run_spec import RunSpec
from tunespec.training.values import number, word
from tunespec.wording import plural

_LARGE = 100  # epochs from which on no fraction of one is told


@dataclass(frozen=True)
class Plan:
    """Numbers that the settings make together; None where one of them is not known.

    Args:
        records: training records, without those that are held out.
        sequences: what they make: as many as there are records, with packing at most so many.
        devices: processes that train in parallel; None: not known, and all numbers are for one.
        batch: records (with packing: sequences) of one optimizer step.
        steps_per_epoch: optimizer steps; where only a limit is known, the most that there can be.
        steps: optimizer steps of the run.
        epochs: passes over the records.
        warmup: optimizer steps of warm-up.
        is_whole_batch: whether the configuration states the batch of all devices together.
        bound: what packing leaves to a bound: ``steps``, where they follow from the epochs: the most that there can be;
            ``epochs``, where they follow from the steps: the least. Empty: both are exact.
    """

    records: int | None
    sequences: int | None
    devices: int | None
    batch: float | None
    steps_per_epoch: int | None
    steps: int | None
    epochs: float | None
    warmup: float | None
    is_whole_batch: bool = False
    bound: str = ""

    def said(self) -> list[str]:
        """What the settings come to, phrase by phrase, as far as that is known."""
        phrases = [f"{self.epochs_said} epoch{'' if self.epochs == 1 else 's'}"] if self.epochs else []
        phrases += [self.steps_said] if self.steps else []
        if not self.batch:
            return phrases
        on = plural(self.devices, "device") if self.devices else "each device"
        on = "all devices together" if self.is_whole_batch and self.devices != 1 else on
        return [*phrases, f"{self.batch_said} a step on {on}"]

    @property
    def steps_said(self) -> str:
        """The steps of the run, for a sentence."""
        return self.counted_steps("step")

    def counted_steps(self, noun: str) -> str:
        """The same with another noun."""
        return f"{'at most ' if self.bound == 'steps' else ''}{plural(self.steps or 0, noun)}"

    @property
    def batch_said(self) -> str:
        """What a step sees, for a sentence."""
        word = "sequence" if self.bound else "record"
        return f"{self.batch or 0:g} {word}{'' if self.batch == 1 else 's'}"

    @property
    def epochs_said(self) -> str:
        """Its passes over the records, for a sentence."""
        least = "at least " if self.bound == "epochs" else ""
        epochs = self.epochs or 0
        return f"{least}{epochs:.3g}" if epochs < _LARGE else f"{least}{epochs:,.0f}"


def plan_of(spec: RunSpec, records: int | None, devices: int | None, tokens: int | None = None) -> Plan:
    """The plan of a run.

    Args:
        spec: its settings.
        records: training records, those that are held out included; None: not known.
        devices: as the configuration of the launcher or the user says; None: not known.
        tokens: that the records have at most; None: not known.
    """
    batch = number(_batch(spec, devices or 1))
    trained = _trained(spec, records)
    sequences = _sequences(spec, trained, tokens)
    whole = max(1, math.ceil(sequences / batch)) if sequences and batch else None
    steps, epochs = _length(spec, whole)
    steps = None if number(steps) is None else steps
    return Plan(
        trained,
        sequences,
        devices,
        batch,
        _of_epoch(spec, whole),
        steps,
        number(epochs),
        number(_warmup(spec, steps)),
        is_whole_batch=bool(spec.number("total_batch_size")),
        bound="" if not spec.value("packing") else "epochs" if _most_steps(spec) else "steps",
    )


def _batch(spec: RunSpec, devices: int) -> float | None:
    """What a framework states for a whole step counts before the numbers that make it up."""
    if total := spec.number("total_batch_size"):
        return total
    if own := spec.number("device_batch_size"):
        return own * devices
    size = spec.number("batch_size")
    accumulation = spec.number("accumulation") if spec.setting("accumulation") is not None else 1
    if size is None or accumulation is None or size <= 0 or accumulation <= 0:
        return None
    return size * accumulation * devices


def _trained(spec: RunSpec, records: int | None) -> int | None:
    held_out, most = spec.number("validation_share") or 0, spec.number("max_records")
    split_off = spec.written.held_out
    if records is None or held_out < 0 or split_off is None:
        return None if split_off is None else records
    records = records - math.ceil(records * split_off)
    records = min(records, round(most)) if most else records
    return max(0, round(records * (1 - held_out)) if held_out < 1 else records - round(held_out))


def _sequences(spec: RunSpec, records: int | None, tokens: int | None) -> int | None:
    """The most sequences that the records make; not known where a step is of answers that the model gives to prompts.

    Packing closes a sequence when the next record does not fit in: of two that follow each other, one is filled by half
    at least. Where it cuts records that do not fit, each sequence is full, and a long record is several.
    """
    if records is None or spec.objective == "rl":
        return None
    if not spec.value("packing"):
        return records
    cuts, length = _cuts_records(spec), spec.number("max_length")
    if tokens is None or not length or length < 1:
        return None if cuts else records
    filled = math.ceil(tokens / length)
    return filled if cuts else min(records, 2 * filled)


def _cuts_records(spec: RunSpec) -> bool:
    """Whether what does not fit into a packed sequence goes on in the next one, as pretraining does everywhere."""
    wrapped = word(spec.written.get("packing_strategy")) == "wrapped"
    return wrapped or spec.value("truncation") == "split" or spec.objective == "pretrain"


def _of_epoch(spec: RunSpec, whole: int | None) -> int | None:
    """Steps of an epoch: a limit ends it, unless its records do so before; ``whole``: those that its records make."""
    limit = spec.number("max_steps_per_epoch")
    return min(round(limit), whole or round(limit)) if limit else whole


def _length(spec: RunSpec, whole: int | None) -> tuple[int | None, float | None]:
    """Steps and passes: the most steps count before the epochs, as in every framework that has both."""
    most, epochs = _most_steps(spec), spec.number("epochs")
    if most:
        return round(most), most / whole if whole else None
    if not spec.is_known("epochs") or epochs is None or epochs <= 0:
        return None, epochs
    per_epoch = _of_epoch(spec, whole)
    passes = epochs * per_epoch / whole if per_epoch and whole else epochs
    return (math.ceil(per_epoch * epochs) if per_epoch else None), passes


def _most_steps(spec: RunSpec) -> float | None:
    """The steps of the run, where the settings count them."""
    most, micro = spec.number("max_steps"), spec.number("micro_steps")
    return micro // max(1, spec.number("accumulation") or 1) if most is None and micro else most


def _warmup(spec: RunSpec, steps: int | None) -> float | None:
    """A share below 1 is one of transformers 5 alone; the ratio counts only where no steps are said."""
    given = spec.number("warmup_steps")
    if given:
        return given if given >= 1 else given * steps if steps else None
    ratio = spec.number("warmup_ratio")
    if ratio:
        return ratio * steps if steps else None
    return 0.0
