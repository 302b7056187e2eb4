"""The visitor's own telephone number and e-mail address."""

import re
from collections.abc import Iterator
from itertools import islice

from phonenumbers import Leniency, PhoneNumberMatcher

from leads.phones import REGION, phone_key
from leads.reading.heard import Heard, Reading

_MOST = 5  # of either in a message
_LONGEST_NUMBER = 34  # characters, with what stands between its digits
_MIGHT_BE = re.compile(r"(?<![\w£$€.,/-])\(?(?:\+|0)[0-9](?=[0-9 ().\-/]{8})")
_ADDRESS = re.compile(
    r"(?<![\w.%+@-])[a-z0-9_][a-z0-9._%+-]{0,63}@[a-z0-9][a-z0-9-]{0,62}(?:\.[a-z0-9-]{1,63}){1,4}(?![\w@])"
)
_OF_ANOTHER = re.compile(
    r"\b(?:your|their|his|her|the (?:agent|agents|office|landlord|vendor|seller|branch|property"
    r"|listing|advert)(?:'s)?|agent'?s?|landlord'?s?|solicitor'?s?|broker'?s?"
    r"|called|rang|ringing|calling|tried|emailed|got an? (?:call|email|text) from"
    r"|missed call from|call from|text from|is (?:this|that|it)|spoke to|order(?: number| no)?"
    r"|ref(?:erence)?(?: number)?|invoice|policy|account)\b"
)


def read_phone(heard: Heard) -> Iterator[Reading]:
    """Full possible numbers that begin as one is dialled here or abroad."""
    plain = heard.plain
    for match in islice(_MIGHT_BE.finditer(plain), _MOST):
        start = match.start()
        found = next(
            iter(
                PhoneNumberMatcher(
                    heard.text[start : start + _LONGEST_NUMBER], REGION, Leniency.POSSIBLE, 3
                )
            ),
            None,
        )
        if found is None or found.start > 1 or _is_of_another(plain, start):
            continue
        if phone_key(found.raw_string) is not None:
            begins = start + found.start
            said = {"phone": found.raw_string}
            yield Reading("phone", said, "number", begins, begins + len(found.raw_string))


def read_email(heard: Heard) -> Iterator[Reading]:
    """Addresses, but for those that nobody reads."""
    for match in islice(_ADDRESS.finditer(heard.plain), _MOST):
        start, end = match.span()
        address = heard.text[start:end].rstrip(".-")
        if address.lower().startswith(("noreply", "no-reply", "donotreply")):
            continue
        if not _is_of_another(heard.plain, start):
            yield Reading("email", {"email": address}, "address", start, start + len(address))


def _is_of_another(plain: str, start: int) -> bool:
    window = plain[max(0, start - 45) : start]
    cut = max(window.rfind(sign) for sign in (".", "?", "!", "\n", ";")) + 1
    return _OF_ANOTHER.search(window[cut:]) is not None
