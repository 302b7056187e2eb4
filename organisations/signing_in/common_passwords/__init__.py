"""The 100,000 commonest of the passwords that are long enough (pack.py says where they are from).

Of each the first four bytes of a SHA-256 are kept, in order: 400 kB, searched in seventeen steps. A
password that is not among them is taken for one of them once in 43,000 times.
"""

from bisect import bisect_left
from functools import cache
from hashlib import sha256
from pathlib import Path

PACKED = Path(__file__).with_name("packed.bin")
WIDE = 4  # bytes


def is_listed(folded: str) -> bool:
    """Whether a password, in small letters, is among them."""
    packed, wanted = _packed(), digest(folded)
    places = range(len(packed) // WIDE)
    place = bisect_left(places, wanted, key=lambda n: packed[n * WIDE : (n + 1) * WIDE])
    return packed[place * WIDE : (place + 1) * WIDE] == wanted


def digest(folded: str) -> bytes:
    return sha256(folded.encode(errors="backslashreplace")).digest()[:WIDE]


@cache
def _packed() -> bytes:
    return PACKED.read_bytes()
