"""A lead takes what was read of its visitor's words (CONTRACT.md, section 1, Receipts).

What a sender stated or a person set by hand stands. Of two readings that disagree the later stands,
and the receipts of both are kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from leads.contacts import set_fact
from leads.corrections import as_text
from leads.facts import is_known, keeps_order, mark_read, says_something
from leads.models import Lead
from leads.models.choices import PAIRS
from leads.reading.heard import Reading


@dataclass(frozen=True, slots=True)
class Taken:
    """What readings changed of a lead, by the names of its columns."""

    filled: list[str]
    emptied: list[str]
    replaced: dict[str, str]  # what these said before, as events keep it

    def marks(self) -> dict[str, list[str]]:
        """What an event of a capture says of it besides."""
        marks = {"read": self.filled, "emptied": self.emptied}
        return {mark: names for mark, names in marks.items() if names}


def take_readings(lead: Lead, readings: Iterable[Reading]) -> Taken:
    """Take the readings in their order; nothing is saved."""
    stood: dict[str, Any] = {}
    for reading in readings:
        for column in reading.said:
            stood.setdefault(column, getattr(lead, column))
        _take(lead, reading)
    changed = [column for column, was in stood.items() if getattr(lead, column) != was]
    return Taken(
        filled=[column for column in changed if is_known(lead, column)],
        emptied=[column for column in changed if not is_known(lead, column)],
        replaced={
            column: as_text(stood[column]) or ""
            for column in changed
            if stood[column] is not None and stood[column] is not False
        },
    )


def _take(lead: Lead, reading: Reading) -> None:
    said = _beside_what_stands(lead, reading) if reading.fact in PAIRS else reading.said
    free = [column for column in said if _may_be_read(lead, column)]
    for column in free:
        set_fact(lead, column, False if column == "viewing_requested" else None)
    for column in free:
        value = said[column]
        if value is not None and keeps_order(lead, column, value):
            set_fact(lead, column, value)
        mark_read(lead, column, is_read=is_known(lead, column))


def _may_be_read(lead: Lead, column: str) -> bool:
    """Whether it is unknown, or was only read, or is a contact that identifies nobody."""
    if column in lead.hand_set:
        return False
    return column in lead.read_facts or not says_something(lead, column)


def _beside_what_stands(lead: Lead, reading: Reading) -> dict[str, Any]:
    """Both sides of a pair: `at least 2` leaves a most that stands, unless both were one number."""
    least, most = PAIRS[reading.fact]
    stands_least, stands_most = getattr(lead, least), getattr(lead, most)
    said = dict(reading.said)
    if stands_least == stands_most:
        return said
    if said[least] is None and stands_least is not None and stands_least <= said[most]:
        said[least] = stands_least
    if said[most] is None and stands_most is not None and stands_most >= said[least]:
        said[most] = stands_most
    return said
