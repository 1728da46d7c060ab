"""D007's facts: is it clear what is asked, and does one prompt have one answer?"""

from __future__ import annotations

from tunespec.facts import Fact
from tunespec.facts.conflicts import conflict_facts
from tunespec.facts.exchanges import first_exchanges
from tunespec.facts.hedges import hedged_fact
from tunespec.facts.questions import question_facts
from tunespec.facts.references import missing_reference_fact
from tunespec.passages import Passages
from tunespec.profile import Profile
from tunespec.records import Records


def ambiguity_facts(records: Records, profile: Profile, passages: Passages) -> list[Fact]:
    """Every fact of D007."""
    exchanges = first_exchanges(records, passages)
    return [
        *conflict_facts(records, profile),
        *question_facts(records, passages, exchanges),
        missing_reference_fact(records, exchanges),
        hedged_fact(records, passages),
    ]
