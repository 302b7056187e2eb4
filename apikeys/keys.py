"""The text of an API key: its format, its checksum, its digest (CONTRACT.md, section 2, Keys).

`sk_live_`, 32 random characters of `0-9A-Za-z`, and 6 of checksum: the CRC-32 of the 40 characters
before it, in base 62 with the same alphabet, left-padded with `0`. The checksum lets a mistyped key
be refused without asking the database; it guards nothing else.
"""

import hashlib
import re
import zlib
from dataclasses import dataclass, field

from django.views.decorators.debug import sensitive_variables

from foundation.drawing import drawn, new_seed

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
START = "sk_live_"
PREFIX_LENGTH = 16  # characters that stay visible, `sk_live_` included
_CHECKED_LENGTH = 40
_FORM = re.compile(r"sk_live_[0-9A-Za-z]{38}")
_ANY = re.compile(r"sk_live_[0-9A-Za-z]*")


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key at its birth: the only time that its text is known. It is left out of its repr."""

    text: str = field(repr=False)

    @property
    def prefix(self) -> str:
        return self.text[:PREFIX_LENGTH]

    @property
    def last_four(self) -> str:
        return self.text[-4:]

    @property
    def digest(self) -> str:
        return digest_of(self.text)


@sensitive_variables("seed", "body")
def generate(seed: bytes | None = None) -> NewKey:
    """A new key from the system's random source; from a seed, the one key that it gives."""
    body = START + drawn(seed or new_seed(), "API key", ALPHABET, 32)
    return NewKey(body + checksum(body))


def checksum(body: str) -> str:
    """Six characters over the 40 characters before them."""
    rest = zlib.crc32(body.encode("ascii"))
    digits = []
    for _ in range(6):
        rest, digit = divmod(rest, 62)
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))


def is_well_formed(text: str) -> bool:
    """Whether `text` has the form of a key and its checksum agrees."""
    if _FORM.fullmatch(text) is None:
        return False
    return checksum(text[:_CHECKED_LENGTH]) == text[_CHECKED_LENGTH:]


def digest_of(text: str) -> str:
    """The SHA-256 of a key's text, in hexadecimal: all of it that is stored."""
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def masked(text: str) -> str:
    """The text with every key in it, and whatever begins like one, left out."""
    return _ANY.sub(f"{START}…", text)
