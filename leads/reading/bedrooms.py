"""How many bedrooms: digits, words, ranges, "at least", a studio."""

import re
from collections.abc import Iterator

from leads.reading.clauses import after, before, is_denied, is_wish
from leads.reading.heard import Heard, Reading
from leads.reading.numbers import SMALL, small_number
from leads.reading.rules import matches

MOST = 20  # more is a hotel, or no number of bedrooms

_KIND = r"(?:(?:double|good|large|big|decent|proper|small|spacious|separate|sized|size)[\s-]){0,3}"
_ROOMS = r"(?:bed[\s-]?rooms?|bedroomed|beds?|bedders?|bdrms?|bdr|br)(?![\w'])"
_NUMBER = rf"(?<![\w£$.,:/-])(?P<first>{SMALL})"
_OTHER = rf"(?:\s?(?:-|/|to|or|and|maybe|perhaps)\s?){{1,2}}(?P<other>{SMALL})"
_ALSO = rf"(?:\s?(?:-|/|to|or|and|maybe|perhaps|please|,)\s?){{1,3}}(?P<other>{SMALL})"
_OR_MORE = r"(?P<more>\s?\+|\s?plus| or more)?"
_SAID = re.compile(
    rf"{_NUMBER}(?:{_OTHER})?{_OR_MORE}[\s-]{{0,3}}{_KIND}{_ROOMS}(?P<after> or more| plus"
    rf"| minimum| min\b| at least| or over|\+)?"
    rf"(?:,? (?:or |maybe |perhaps |possibly |even |or even ){{1,2}}(?P<later>{SMALL})(?! bath"
    rf"|\w))?"
)
_LABELLED = re.compile(
    rf"\bbed(?:room)?s?\s?(?::|=|-)\s?(?P<first>{SMALL})(?:\s?(?:-|to"
    rf"|or)\s?(?P<other>{SMALL}))?(?!\w)"
)
_STUDIO = re.compile(
    r"(?<!yoga )(?<!dance )(?<!art )(?<!music )(?<!recording )(?<!home )(?<!garden )\bstudios?\b"
    r"(?! space| room| office| for)"
)
_ANSWER = re.compile(
    rf"(?<![\w£$.:/-])(?P<first>{SMALL})(?:{_ALSO})?(?P<more>\s?\+| or more| plus| at least"
    rf"| minimum| or over)?"
    rf"(?![\w%£:/]|[.,]\d| (?:bath|month|week|year|day|car|pet|cat|dog|kid|child|people|adult"
    rf"|of us))"
)
_MOST_OF_AN_ANSWER = 80  # characters: a number further on answers something else
_ASKED = re.compile(
    r"how many (?:bed|room)|bedrooms?[^?]{0,20} how many|number of (?:bed|room)|many bed"
    r"|bedrooms? (?:do|would|are|did|were)"
    r"|what size"
)
_AT_LEAST = re.compile(
    r"\b(?:at least|minimum(?: of)?|min|no fewer than|no less than|not fewer than"
    r"|not less than)\s*(?:an?\s)?$"
)
_AT_MOST = re.compile(
    r"\b(?:up to|at most|maximum(?: of)?|max|no more than|not more than)\s*(?:an?\s)?$"
)
_NOT_WANTED = re.compile(
    r"\b(?:king|queen|single|bunk|sofa)\b|^\s?(?:bath|is enough|frame)|^\s?(?:in|at"
    r"|for) the (?:b&b|hotel)"
)


def read(heard: Heard) -> Iterator[Reading]:
    """Bedrooms that the visitor asks for."""
    if not heard.is_english:
        return
    plain = heard.plain
    found = False
    for pattern, rule in ((_SAID, "bedrooms said"), (_LABELLED, "bedrooms labelled")):
        for match in matches(pattern, plain):
            if not _is_wanted(plain, match):
                continue
            if (reading := _reading(plain, match, rule)) is not None:
                found = True
                yield reading
    for match in matches(_STUDIO, plain):
        if is_wish(plain, match.start()):
            found = True
            yield _span(0, 0, "studio", *match.span())
    if not found and _ASKED.search(heard.question):
        answer = _ANSWER.search(plain, 0, _MOST_OF_AN_ANSWER)
        if answer is not None and not is_denied(plain, answer.start("first")):
            reading = _reading(plain, answer, "answer to how many bedrooms")
            if reading is not None:
                yield reading


def _is_wanted(plain: str, match: re.Match[str]) -> bool:
    start, end = match.span()
    return is_wish(plain, start) and not _NOT_WANTED.search(after(plain, end)[:20])


def _reading(plain: str, match: re.Match[str], rule: str) -> Reading | None:
    named = match.groupdict()
    first = small_number(named["first"])
    also = named["other"] or named.get("later")
    other = small_number(also) if also else first
    least, most = min(first, other), max(first, other)
    if most > MOST or least < 1:
        return None
    start, end = match.start("first"), match.end()
    lead_in = before(plain, start)
    bound = _AT_LEAST.search(lead_in) or _AT_MOST.search(lead_in)
    if bound is not None:
        start -= len(lead_in) - bound.start()
    if _AT_LEAST.search(lead_in) or _has_more(named):
        return _span(least, None, rule, start, end)
    if _AT_MOST.search(lead_in):
        return _span(None, most, rule, start, end)
    return _span(least, most, rule, start, end)


def _has_more(named: dict[str, str]) -> bool:
    return bool(named.get("more") or named.get("after"))


def _span(least: int | None, most: int | None, rule: str, start: int, end: int) -> Reading:
    said = {"bedrooms_min": least, "bedrooms_max": most}
    return Reading("bedrooms", said, rule, start, end)
