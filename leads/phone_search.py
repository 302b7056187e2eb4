"""Finding leads by telephone numbers: in any spelling, while typed, by the last digits."""

import re
from collections.abc import Iterator

from foundation import words
from foundation.words import HOME_CODE, national
from leads.phones import BEFORE_EXTENSION, parts_of, phone_key

LEAST_DIGITS = 4  # of the last, and of a beginning without the + or 0 that numbers begin with

# A number or a part of one among words of a search, folded, with its extension. Or all that looks
# like one and has no end where a number may end, so that none of it is gone through twice.
_AMONG_WORDS = re.compile(
    rf"""
    (?<!\w) (?:
        (?P<number>
            [+(]{{0,2}} [0-9] (?:[0-9()+.\-/_\ ]*[0-9])?
            (?:{BEFORE_EXTENSION} [\s.:=]* [0-9]{{0,9}})?
            (?!\w)
        )
        | [+(]{{0,2}} [0-9] [0-9()+.\-/_\ ]*+
    )
    """,
    re.VERBOSE,
)
_BEGUN_EXTENSION = re.compile(rf"{BEFORE_EXTENSION} [\s.:=]*+ $", re.VERBOSE)


def stored(phone: str) -> Iterator[str]:
    """What a lead's phone is found by: what is no full number, by its words too.

    `+` and its digits, with the extension; and `~` with the digits from the last to the first, so
    that its last digits are a beginning too.
    """
    key = phone_key(phone)
    if key is None:
        yield from words.stored(phone)
    number, ended = _split_off(key or phone)
    if digits := national(number):
        yield f"+{digits}{ended}"
        yield f"~{digits[::-1]}"


def asked(text: str) -> list[str]:
    """Beginnings of what is stored, any of which will do; none where the text is no number.

    For a number, full or half typed, in any spelling that an import understands.
    """
    parts = parts_of(_BEGUN_EXTENSION.sub("", text))
    if parts is None:
        return []
    number, extension = parts
    ended = f";ext={extension}" if extension else ""
    digits = re.sub(r"[^0-9]", "", number)
    found = {national(number)} if _is_begun(number, digits) else set()
    if key := phone_key(text):
        found.add(national(_split_off(key)[0]))
    if digits.startswith(HOME_CODE) and len(digits) >= LEAST_DIGITS:  # the + left out
        found.add(digits.removeprefix(HOME_CODE))
    backwards = [] if ended or "+" in number or len(digits) < LEAST_DIGITS else [f"~{digits[::-1]}"]
    return [*(f"+{digits}{ended}" for digits in sorted(found) if digits), *backwards]


def numbers_apart(folded: str) -> tuple[list[str], str]:
    """The numbers in a text, half typed ones too, and the rest of it."""
    numbers = [found[0] for found in _AMONG_WORDS.finditer(folded) if found["number"]]
    return numbers, _AMONG_WORDS.sub(lambda found: " " if found["number"] else found[0], folded)


def _is_begun(number: str, digits: str) -> bool:
    return number.startswith(("+", "0")) or len(digits) >= LEAST_DIGITS


def _split_off(number: str) -> tuple[str, str]:
    """The number, and its extension as RFC 3966 writes it, perhaps empty."""
    before, sign, extension = number.partition(";ext=")
    return before, sign + extension
