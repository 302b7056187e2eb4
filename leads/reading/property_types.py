"""What kind of home: a flat, a house, a bungalow, land, or another."""

import itertools
import re
from collections.abc import Iterator

from leads.models.choices import PropertyType
from leads.reading.clauses import after, is_wish
from leads.reading.heard import Heard, Reading
from leads.reading.rules import read_by, rule

_COMPOUND = re.compile(
    r"\s?(?:-?\s?(?:price|prices|hunt|hunting|mates?|share|sharing|shares|viewing|viewings"
    r"|number|keeping|hold|warming|move|moves|sale|insurance|fee|rate|pack|sitting|roof|valued"
    r"|worth|screen|tv|shoes|deposit)\b)"
)
_OPEN = re.compile(
    r"\b(?:open|full|on the|around the|build an?|built an?|boat|green|ware|whole|safe|little"
    r"|empty)\s?$"
)


def _not_wanted(heard: Heard, start: int, end: int) -> bool:
    plain = heard.plain
    if not is_wish(plain, start) or _COMPOUND.match(plain, end):
        return True
    if _OPEN.search(plain[max(0, start - 12) : start]):
        return True
    return re.match(r"\s?to sell\b", after(plain, end)) is not None


RULES = (
    rule("bungalow", r"bungalows?", PropertyType.BUNGALOW.value, _not_wanted),
    rule(
        "land",
        r"(?:building plots?|plots? of land|land to build|(?:some|buy|buying|for|any) land"
        r"|plots? to build|self[ -]build plots?|(?:acre|acres) of land|a plot)",
        PropertyType.LAND.value,
        _not_wanted,
    ),
    rule(
        "another kind",
        r"(?:house ?boats?|narrow ?boats?|park homes?|mobile homes?|static caravans?"
        r"|log cabins?|holiday lodges?|retirement (?:property|apartment|flat|home)s?)",
        PropertyType.OTHER.value,
        _not_wanted,
    ),
    rule(
        "flat",
        r"(?:flats?|apar?tments?|appartments?|apratments?|apt|maisonettes?|penthouses?"
        r"|flat or maisonette)",
        PropertyType.FLAT.value,
        _not_wanted,
    ),
    rule(
        "house",
        r"(?:houses?|semis?|semi[ -]detached(?: house)?|detached(?: house)?|terraces?"
        r"|terraced(?: house)?|end[ -](?:of[ -])?terraced?|town ?houses?|cottages?|family house"
        r"|new[ -]build house|mid[ -]terrace)",
        PropertyType.HOUSE.value,
        _not_wanted,
    ),
)
_ANY_OF = re.compile(r"\s?(?:/|or|and|,)\s?(?:a |an |even |maybe )?$")


def read(heard: Heard) -> Iterator[Reading]:
    """The kind of home that is looked for; `a house or a flat` names none."""
    found = list(read_by(heard, "property_type", RULES))
    kinds = {reading.said["property_type"] for reading in found}
    if len(kinds) > 1 and _are_alternatives(heard.plain, found):
        return
    yield from found


def _are_alternatives(plain: str, found: list[Reading]) -> bool:
    """Whether they stand side by side: a lead has one kind."""
    pairs = itertools.pairwise(found)
    return any(
        _ANY_OF.search(plain[one.end : other.start]) and other.start - one.end <= 25
        for one, other in pairs
        if one.said != other.said
    )
