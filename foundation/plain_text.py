"""Text as a person sees it: what nobody sees, and what merely stands around, taken off."""

import re
import unicodedata
from itertools import groupby, islice

from django.utils.text import Truncator

MOST_MARKS = 30  # in a row: no language heaps more on a letter (UAX 15, stream-safe text)

# Quotes, brackets and the like that people and programs put around a contact.
_AROUND = " \"'`´‘’‚‹›“”„«»()[]{}<>,;:!?|"
# Joiners, fillers and variation selectors that Unicode counts as marks and letters.
_WITHOUT_WIDTH = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
# What may be too many marks, quickly found: none stands before U+0300.
_PERHAPS_HEAPED = re.compile(rf"[^\0-\u02ff]{{{MOST_MARKS + 1}}}")


def few_marks(text: str) -> str:
    """The text with at most MOST_MARKS marks in a row, those beyond left out.

    To be put in order, as normalising does, so many cost as much as their square: whatever a
    stranger wrote comes through here before.
    """
    if not _PERHAPS_HEAPED.search(text):
        return text
    kept: list[str] = []
    for are_marks, run in groupby(text, _is_mark):
        kept += islice(run, MOST_MARKS if are_marks else None)
    return "".join(kept)


def seen(text: str) -> str:
    """The text in one spelling of its characters, without those that have no width.

    Full-width letters and digits become plain ones (NFKC), every kind of space one space, every
    kind of dash `-`; joiners, direction marks, soft hyphens and control characters go.
    """
    if text.isascii() and text.isprintable():
        return text
    # Taken apart one by one: what stands between marks must be gone before they are counted.
    apart = "".join(unicodedata.normalize("NFKD", character) for character in text)
    plain = "".join(map(_plain, _WITHOUT_WIDTH.sub("", apart)))
    return unicodedata.normalize("NFKC", few_marks(plain))


def shortened(text: str, most: int) -> str:
    """The text's first `most` characters, marks not counted; where there are more, with an ellipsis
    for the last."""
    return Truncator(few_marks(text)).chars(most)


def bare(text: str) -> str:
    """The text without spaces, quotes, brackets and commas around it, and a full stop after it."""
    return text.lstrip(_AROUND).rstrip(_AROUND + ".")


def _is_mark(character: str) -> bool:
    """Whether it has a place among the marks on a letter, or comes apart into those that have."""
    return unicodedata.combining(unicodedata.normalize("NFKD", character)[0]) != 0


def _plain(character: str) -> str:
    if character.isspace():
        return " "
    match unicodedata.category(character):
        case "Cf" | "Cc":
            return ""
        case "Pd":
            return "-"
    return "-" if character == "\N{MINUS SIGN}" else character
