"""E-mail addresses, compared by one key however they are spelt (CONTRACT.md, section 1, Lead)."""

import re
import unicodedata
from functools import lru_cache

from foundation.plain_text import bare, seen

LONGEST = 254  # characters of an address (RFC 5321)

# What is marked as the address among other words: `Ada <ada@example.com>`, `mailto:…?subject=…`.
# Or a word without one in its place, but for a `mailto:` at its end: none is gone through twice.
_MARKED = re.compile(
    r"""
    (?: mailto: | <(?!mailto:) ) \s*+
    (?: (?P<address> [^\s<>()|?]+ @ [^\s<>()|?]+ )
      | [^\s<>()|?]*? (?= (?:mailto:)? (?![^\s<>()|?]) ) )
    """,
    re.IGNORECASE | re.VERBOSE,
)
# Something, one @, and a domain with a dot whose end begins with a letter: no full parser of RFC
# 5321, which would refuse addresses that exist and take quoted ones that nobody has.
_ADDRESS = re.compile(
    r"""
    [^\s@<>()\[\]\\,;:"]+
    @ (?: [^\s@<>()\[\]\\,;:"'!?/|.]+ \. )+
    [^\W\d_] [^\s@<>()\[\]\\,;:"'!?/|.]*
    """,
    re.VERBOSE,
)


@lru_cache(maxsize=4096)
def email_key(text: str) -> str | None:
    """The address as it is compared; None for what is no address and so identifies nobody.

    Off go what nobody sees, `mailto:`, a name before `<…>`, quotes, brackets and spaces around it
    and punctuation after it. Letters of either case are one, `İ` and `i` among them; so are
    characters that Unicode calls compatible, so two keys that are equal may be two mailboxes:
    letters go to the address as it is stored, never to one that was typed.
    """
    key = bare_address(text)
    return key if len(key) <= LONGEST and _ADDRESS.fullmatch(key) else None


def bare_address(text: str) -> str:
    """The same of an address that may be half typed, or none."""
    plain = seen(text)
    marked = (found["address"] for found in _MARKED.finditer(plain) if found["address"])
    address = bare(next(marked, plain))
    return address.lower() if address.isascii() else _folded(address)


def _folded(address: str) -> str:
    # Folding makes `i` and a dot above of the Turkish capital: the dot says nothing more.
    folded = address.casefold().replace("i\N{COMBINING DOT ABOVE}", "i")
    return unicodedata.normalize("NFKC", folded)
