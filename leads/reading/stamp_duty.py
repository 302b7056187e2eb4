"""Which rate of stamp duty they would pay."""

import re
from collections.abc import Iterator

from leads.models.choices import StampDutyPosition
from leads.reading.clauses import before, is_denied, is_question
from leads.reading.heard import Heard, Reading
from leads.reading.rules import read_by, rule

_FIRST, _MAIN, _SECOND, _ABROAD = (
    StampDutyPosition.FIRST_TIME_BUYER.value, StampDutyPosition.MAIN_RESIDENCE.value,
    StampDutyPosition.SECOND_HOME.value, StampDutyPosition.NON_RESIDENT.value,
)  # fmt: skip
_OF_ANOTHER = re.compile(
    r"\b(?:buyers?|sold|sell|selling|sale|offer|friend|popular with|aimed at|suit|good|great"
    r"|ideal|is there|is (?:it|this|that)|was|used to|daughter|son|sister|brother)\b"
)


def _not_theirs(heard: Heard, start: int, end: int) -> bool:
    if is_question(heard.plain, start):
        return True
    if is_denied(heard.plain, start) or "?" in heard.plain[end : end + 2]:
        return True
    asks = re.match(r"[^.!?\n]{0,30}\?", heard.plain[end : end + 32])
    return asks is not None or _OF_ANOTHER.search(before(heard.plain, start)) is not None


RULES = (
    rule(
        "first-time buyer",
        r"(?:first[ -]time[ -]buy(?:er|ers|ing)|1st time buy(?:er|ers)|ftbs?|(?:my"
        r"|our) (?:very )?first (?:home|house|property|flat|place)"
        r"|(?:never|not) (?:owned|bought) (?:a |any )?(?:home|house|property|flat|anything"
        r"|place)?(?: before)?)",
        _FIRST,
        lambda heard, start, end: (
            False
            if heard.plain.startswith(("never", "not"), start)
            else _not_theirs(heard, start, end)
        ),
    ),
    rule(
        "second home",
        r"(?:second (?:home|property|house)|holiday (?:home|let|cottage)|buy[ -]to[ -]let|btl"
        r"|investment (?:property|flat)?|additional property"
        r"|keep(?:ing)? (?:our|my|the) (?:current|existing|old) (?:one|house|flat|place|home"
        r"|property)|weekend (?:place|home|cottage)|rent it out|let it out|pied-a-terre"
        r"|investor|i'm a landlord|(?:rental|property) portfolio)",
        _SECOND,
        _not_theirs,
    ),
    rule(
        "abroad",
        r"(?:non[ -](?:uk[ -])?residents?|not (?:a )?(?:uk )?resident(?: in the uk)?"
        r"|overseas buyers?|expats?"
        r"|(?:live|living|based|resident|working) (?:abroad|overseas|in (?:dubai|spain|france"
        r"|hong kong|singapore|the us|the usa|america|australia|germany|qatar|canada)))",
        _ABROAD,
        lambda heard, start, end: (
            False
            if heard.plain.startswith(("not ", "non"), start)
            else _not_theirs(heard, start, end)
        ),
    ),
    rule(
        "main residence",
        r"(?:(?:our|my|a|as|new|sole|replacing our|replace our|the) ?(?:main|only|primary"
        r"|principal) (?:residence|home)"
        r"|(?:main|primary|principal) residence|home mover|moving home|our (?:forever"
        r"|family) home)",
        _MAIN,
        _not_theirs,
    ),
)
_ASKED_FIRST = re.compile(
    r"\bfirst[ -]time buyer\b|\bfirst (?:home|property)\b|\bowned a (?:property|home) before\b"
)
_ASKED_MAIN = re.compile(r"\bmain (?:residence|home)\b")
_ASKED_SECOND = re.compile(
    r"\bsecond home\b|\bown another\b|\badditional property\b|\bbuy[ -]to[ -]let\b"
)


def read(heard: Heard) -> Iterator[Reading]:
    """The visitor's own position."""
    found = list(read_by(heard, "stamp_duty_position", RULES))
    yield from found
    if not found and heard.is_english and (value := _answered(heard)) is not None:
        said = {"stamp_duty_position": value}
        yield Reading("stamp_duty_position", said, "answer about stamp duty", *heard.answer)


def _answered(heard: Heard) -> str | None:
    asked = [
        value
        for pattern, value in (
            (_ASKED_FIRST, _FIRST),
            (_ASKED_MAIN, _MAIN),
            (_ASKED_SECOND, _SECOND),
        )
        if pattern.search(heard.question)
    ]
    if len(asked) == 1 and heard.is_yes and "owned" not in heard.question:
        return asked[0]
    return _FIRST if "owned" in heard.question and heard.is_no else None
