"""Text as a person sees it: what nobody sees, and what merely stands around, taken off."""

import re
import unicodedata

# Quotes, brackets and the like that people and programs put around a contact.
_AROUND = " \"'`´‘’‚‹›“”„«»()[]{}<>,;:!?|"
# Joiners, fillers and variation selectors that Unicode counts as marks and letters.
_WITHOUT_WIDTH = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)


def seen(text: str) -> str:
    """The text in one spelling of its characters, without those that have no width.

    Full-width letters and digits become plain ones (NFKC), every kind of space one space, every
    kind of dash `-`; joiners, direction marks, soft hyphens and control characters go.
    """
    if text.isascii() and text.isprintable():
        return text
    plain = _WITHOUT_WIDTH.sub("", unicodedata.normalize("NFKC", text))
    return "".join(map(_plain, plain))


def bare(text: str) -> str:
    """The text without spaces, quotes, brackets and commas around it, and a full stop after it."""
    return text.lstrip(_AROUND).rstrip(_AROUND + ".")


def _plain(character: str) -> str:
    if character.isspace():
        return " "
    match unicodedata.category(character):
        case "Cf" | "Cc":
            return ""
        case "Pd":
            return "-"
    return "-" if character == "\N{MINUS SIGN}" else character
