"""How many of a request's faults its answer names.

Nobody may have Sift send somebody ten times what it costs to ask.
"""

from collections.abc import Sequence

import msgspec

from foundation.plurals import so_many
from foundation.validation import BODY
from sift_site.api.schemas import FaultyField

MOST_TIMES = 10  # as long as what was asked may be what is refused
_BESIDE = 120  # bytes around the faults of a part, and of what says how many are left out


def fitting(faults: Sequence[FaultyField], room: int) -> list[FaultyField]:
    """The first of them, as many as so many bytes hold, and one at least."""
    for count, fault in enumerate(faults):
        room -= len(msgspec.json.encode(fault)) + 1
        if room < 0 and count > 0:
            return list(faults[:count])
    return list(faults)


def told(faults: Sequence[FaultyField], asked: int) -> list[FaultyField]:
    """Those of a part of the request, of so many bytes; the last says how many are left out."""
    named = fitting(faults, MOST_TIMES * asked - _BESIDE)
    if left := len(faults) - len(named):
        words = f"has {so_many(left, 'more fault')}, which are left out"
        named.append(FaultyField(BODY, words))
    return named
