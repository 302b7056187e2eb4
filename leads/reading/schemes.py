"""Which scheme they would buy with."""

import re
from collections.abc import Iterator

from leads.models.choices import BuyerScheme
from leads.reading.clauses import before, is_denied
from leads.reading.heard import Heard, Reading
from leads.reading.rules import read_by, rule

_OF_THE_HOME = re.compile(
    r"\b(?:is|was|are) (?:it|that|this|the|these)\b|\bwhat(?:'s| is)|\bhow does\b|\bexplain\b"
    r"|\btell me about\b"
    r"|\b(?:it|that|this|one)(?:'s| is)\b|\bend(?:s|ed|ing) of\b|\bused\b|\bisa\b|\bfriend\b"
    r"|\bsell\w*\b|\bour current\b"
)


def _not_theirs(heard: Heard, start: int, end: int) -> bool:
    if is_denied(heard.plain, start) or _OF_THE_HOME.search(before(heard.plain, start)):
        return True
    return (
        re.match(
            r"\s?(?:isa\b|ended|closed|is over|equity loan repay|home to sell)",
            heard.plain[end : end + 20],
        )
        is not None
    )


RULES = (
    rule(
        "Help to Buy", r"(?:help[ -]to[ -]buy|htb|h2b)", BuyerScheme.HELP_TO_BUY.value, _not_theirs
    ),
    rule(
        "shared ownership",
        r"(?:shared[ -]ownership|part[ -]buy,?(?: and)?[ -]part[ -]rent)",
        BuyerScheme.SHARED_OWNERSHIP.value,
        _not_theirs,
    ),
    rule("First Homes", r"first homes(?: scheme)?", BuyerScheme.FIRST_HOMES.value, _not_theirs),
)
_ASKED = (
    (re.compile(r"\bhelp to buy\b"), BuyerScheme.HELP_TO_BUY.value),
    (re.compile(r"\bshared ownership\b"), BuyerScheme.SHARED_OWNERSHIP.value),
    (re.compile(r"\bfirst homes\b"), BuyerScheme.FIRST_HOMES.value),
)


def read(heard: Heard) -> Iterator[Reading]:
    """The schemes that the visitor means to use."""
    found = list(read_by(heard, "buyer_scheme", RULES))
    yield from found
    if found or not heard.is_english or not heard.is_yes:
        return
    asked = [value for pattern, value in _ASKED if pattern.search(heard.question)]
    if len(asked) == 1:
        said = {"buyer_scheme": asked[0]}
        yield Reading("buyer_scheme", said, "answer about a scheme", *heard.answer)
