"""Rows that a resumed run logs anew take the place of the old ones, however many there are."""

from __future__ import annotations

from time import perf_counter

from hypothesis import given
from hypothesis import strategies as st

from tunespec.training.logs.log import Log, Logged
from tunespec.training.step_facts.logged_run import logged_run

ROWS = st.lists(
    st.builds(
        Logged,
        st.none() | st.integers(-1, 3),
        st.none(),
        st.dictionaries(st.sampled_from("loss eval_loss grad_norm".split()), st.just(1.0), max_size=2),
    ),
    min_size=1,
    max_size=12,
).map(lambda rows: tuple(row._replace(line=line) for line, row in enumerate(rows, start=1)))


def kept(rows: tuple[Logged, ...]) -> tuple[Logged, ...]:
    return logged_run([("log.json", Log("trainer_state", rows))]).rows


def slowly(rows: tuple[Logged, ...]) -> tuple[Logged, ...]:
    """The same, by looking at all rows of the step each time."""
    found = list[Logged]()
    for row in rows:
        if row.step is not None:
            while found and (found[-1].step or 0) > row.step:
                found.pop()
            at = len(found)
            while at and found[at - 1].step == row.step:
                at -= 1
            found[at:] = [old for old in found[at:] if old.values.keys().isdisjoint(row.values)]
        found.append(row)
    return tuple(found)


@given(ROWS)
def test_any_rows_are_replaced_as_one_by_one(rows: tuple[Logged, ...]):
    assert kept(rows) == slowly(rows)


def test_many_validation_sets_of_one_step_take_no_time():
    rows = tuple(Logged(1, None, {f"eval_a{at}_loss": 1.0}, at + 1) for at in range(8000))
    begun = perf_counter()
    assert kept(rows) == rows
    assert kept(rows + rows) == rows
    assert perf_counter() - begun < 2
