"""Telephone numbers, written one way so that a returning visitor is found by theirs."""

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, ValidationResult

from foundation.plain_text import bare, seen

REGION = "GB"  # where a number without a country code is dialled
_HOME_CODE = phonenumbers.country_code_for_region(REGION)
# British numbers have nine or ten digits after the 0, but for a few old ones: a date such as
# 01/06/2026 or a budget such as 1500000 has seven, which libphonenumber calls possible.
_LEAST_DIGITS_AT_HOME = 9

# A number as it is kept: E.164, and the extension as RFC 3966 writes it.
DIALLED = re.compile(r"\+[1-9][0-9]{6,14}(?:;ext=[0-9]+)?")

# Words beside a number that say whose or what it is, at its beginning or its end.
_LABEL = (
    r"(?:tele?phone|tel|phone|mobile|mob|cell(?:phone)?|landline|home|work|office|direct"
    r"|whats\s?app|sms|callto|contact|number|num|no|ph|[mthw](?=[\s:.]))"
)
_LABELS_BEFORE = re.compile(rf"^(?:{_LABEL}(?![^\W\d_])[\s:.()\-/]*)+", re.IGNORECASE)
# From the first of what stands between, and nothing given back: no text is gone through twice.
_LABELS = re.compile(rf"(?<![\s:.()\-/])(?:[\s:.()\-/]++{_LABEL}\b)++[\s:.)]*+", re.IGNORECASE)
BEFORE_EXTENSION = r"(?<![\s,;(]) [\s,;(]*+ (?:extension|extn|ext|x|\#)"
_EXTENSION = re.compile(
    rf"{BEFORE_EXTENSION} [\s.:=]*+ ([0-9]{{1,9}}) $", re.IGNORECASE | re.VERBOSE
)
# What may stand between digits; a letter never does.
_NUMBER = re.compile(r"\(?\+?[0-9 ().\-/_]*")


def normalise(text: str) -> str | None:
    """The number as it is kept; None for blank text.

    That is E.164, with `;ext=` and an extension where there is one, of a full possible number
    (CONTRACT.md, section 1, Lead). All other text stays as given, but for its outer spaces.
    """
    given = text.strip()
    return _dialled(given) or given or None


def phone_key(text: str) -> str | None:
    """The number as it is compared; None for what is no full possible number, or one digit only.

    Two people of one office have two numbers, told apart by their extensions.
    """
    return _dialled(text.strip())


def parts_of(text: str) -> tuple[str, str] | None:
    """What is dialled, without the words beside it, and its extension, perhaps empty.

    It may be no full number, nor any digit; None where it has letters or signs that no number has.
    """
    plain = "".join(map(_ascii_digit, bare(seen(text))))
    number = _without_labels_after(_LABELS_BEFORE.sub("", plain))
    before, extension, *_ = [*_EXTENSION.split(number, maxsplit=1), ""]
    digits = bare(before)
    return (digits, extension) if _NUMBER.fullmatch(digits) else None


def shown(number: str) -> str:
    """The number as people here write it: `0113 496 0077`, `+33 1 23 45 67 89`; else as it is."""
    return _shown(number) if DIALLED.fullmatch(number) else number


@lru_cache(maxsize=4096)
def _shown(number: str) -> str:
    try:
        parsed = phonenumbers.parse(number)
    except NumberParseException:
        return number
    at_home = parsed.country_code == _HOME_CODE
    return phonenumbers.format_number(
        parsed, PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
    )


def _without_labels_after(text: str) -> str:
    starts = (labels.start() for labels in _LABELS.finditer(text) if labels.end() == len(text))
    return text[: next(starts, len(text))]


# --- Reading -------------------------------------------------------------------------------------
@lru_cache(maxsize=4096)
def _dialled(text: str) -> str | None:
    """The full possible number that the text is, with its extension; None where it is none."""
    parts = parts_of(text)
    if parts is None:
        return None
    digits, extension = parts
    number = _read(digits)
    if number is None or _is_placeholder(number):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164) + (
        f";ext={extension}" if extension else ""
    )


def _read(digits: str) -> PhoneNumber | None:
    """A full possible number: as dialled here, or with the + that was left out before it."""
    number = _parse(digits)
    if number is not None and _is_full(number):
        return number
    with_plus = _parse(f"+{digits}") if "+" not in digits else None
    return with_plus if with_plus and phonenumbers.is_valid_number(with_plus) else None


def _parse(digits: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(digits, REGION)
    except NumberParseException:
        return None


def _is_full(number: PhoneNumber) -> bool:
    """Whether it has the length of a whole number of its country, area code and all."""
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason != ValidationResult.IS_POSSIBLE:
        return False
    short = len(phonenumbers.national_significant_number(number)) < _LEAST_DIGITS_AT_HOME
    at_home = number.country_code == _HOME_CODE
    return not (at_home and short) or phonenumbers.is_valid_number(number)


def _is_placeholder(number: PhoneNumber) -> bool:
    """0000000000, 07777777777, 07000000000: one digit, but perhaps for the first."""
    national = phonenumbers.national_significant_number(number)
    return len(set(national[1:])) == 1


def _ascii_digit(character: str) -> str:
    return str(int(character)) if character.isdecimal() else character
