"""Telephone numbers, written one way so that a returning visitor is found by theirs."""

from functools import lru_cache

import phonenumbers

REGION = "GB"  # where a number without a country code is dialled


@lru_cache(maxsize=4096)
def normalise(text: str) -> str | None:
    """The number in E.164 where it is a possible one, else as given; None for blank text.

    Possible is libphonenumber's word: the length fits its country (CONTRACT.md, section 1). Outer
    spaces go in any case.
    """
    given = text.strip()
    if not given:
        return None
    try:
        number = phonenumbers.parse(given, REGION)
    except phonenumbers.NumberParseException:
        return given
    if not phonenumbers.is_possible_number(number):
        return given
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@lru_cache(maxsize=4096)
def shown(number: str) -> str:
    """The number as people here write it: `0113 496 0077`, `+33 1 23 45 67 89`; else as it is."""
    try:
        parsed = phonenumbers.parse(number)  # only E.164 says its country
    except phonenumbers.NumberParseException:
        return number
    at_home = parsed.country_code == phonenumbers.country_code_for_region(REGION)
    formats = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(
        parsed, formats.NATIONAL if at_home else formats.INTERNATIONAL
    )
