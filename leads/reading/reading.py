"""A message read for all facts."""

from collections.abc import Callable, Iterator
from datetime import date

from leads.reading import (
    areas,
    bedrooms,
    chain,
    contacts,
    financing,
    intent,
    money,
    property_types,
    schemes,
    stamp_duty,
    timelines,
    viewing,
)
from leads.reading.areas_known import NONE, KnownAreas
from leads.reading.heard import Heard, Reading

VERSION = 1  # of the rules: moved by whoever changes what they read
LONGEST = 4_000  # characters of a message that are read
MOST_OF_A_FACT = 3  # readings of one fact in a message, the last of them

RULES: tuple[Callable[[Heard], Iterator[Reading]], ...] = (
    intent.read,
    money.read,
    bedrooms.read,
    areas.read,
    property_types.read,
    timelines.read,
    chain.read,
    financing.read,
    schemes.read,
    stamp_duty.read,
    viewing.read,
    contacts.read_phone,
    contacts.read_email,
)

_WANTS = frozenset({money.read, bedrooms.read, areas.read, property_types.read})


def read(
    text: str, *, asked: str = "", on: date, areas: KnownAreas = NONE, language: str = "en"
) -> list[Reading]:
    """What the visitor's message says of each fact, in the order of the words.

    `asked` is what the assistant said just before, `on` the day of the message, `areas` those of
    the agency, `language` the conversation's (BCP 47). Of a fact said several times with different
    values each is a reading, the last standing last.
    """
    heard = Heard(text[:LONGEST], asked[-LONGEST:], on, areas, language)
    found: list[Reading] = []
    for rules in RULES:
        if rules in _WANTS and heard.is_of_their_home:
            continue
        found += _few(sorted(rules(heard), key=lambda reading: reading.start))
    return sorted(found, key=lambda reading: (reading.start, reading.end))


def _few(readings: list[Reading]) -> list[Reading]:
    """Of those that say the same one after another the first, and of all the last few."""
    different = [
        reading
        for before, reading in zip([None, *readings], readings, strict=False)
        if before is None or before.said != reading.said
    ]
    return different[-MOST_OF_A_FACT:]
