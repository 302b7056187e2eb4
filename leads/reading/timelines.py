"""When they want to move, as seen from the day on which they wrote."""

import calendar
import re
from collections.abc import Iterator

from leads.models.choices import Timeline
from leads.reading.clauses import before, is_denied, sentence
from leads.reading.heard import Heard, Reading
from leads.reading.numbers import SMALL, small_number
from leads.reading.rules import matches

_ASAP, _THREE, _SIX, _OVER = (
    Timeline.ASAP.value, Timeline.WITHIN_3_MONTHS.value, Timeline.WITHIN_6_MONTHS.value,
    Timeline.OVER_6_MONTHS.value,
)  # fmt: skip
_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9,
    "oct": 10, "nov": 11, "dec": 12, "spring": 5, "easter": 4, "summer": 8, "autumn": 11,
    "winter": 12, "christmas": 12, "xmas": 12,
}  # fmt: skip
_MONTH_NAMES = frozenset(calendar.month_name[number].lower() for number in range(1, 13))
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|spring|summer|autumn|winter|christmas|xmas|easter)"
)
_SOON = re.compile(
    r"\b(?:asap|a\.s\.a\.p|as soon as(?: possible| we can| i can)?|soon as(?: possible)?"
    r"|as quick(?:ly)? as (?:possible|we can|i can)"
    r"|immediately|straight ?away|right away|urgent(?:ly)?|ready to (?:move|go|buy"
    r"|proceed)(?: now| immediately| quickly)?"
    r"|need to move (?:now|quickly|fast)|move quickly|in a hurry|quick move"
    r"|the sooner the better|sooner rather than later|sooner the better)\b"
)
_LATE = re.compile(
    r"\b(?:no (?:\w+ )?(?:rush|hurry)|not in (?:a|any) (?:\w+ )?(?:rush|hurry)"
    r"|in no (?:\w+ )?(?:rush|hurry)|no time pressure|no particular rush"
    r"|whenever the right (?:one|place|house|property) comes (?:up|along)"
    r"|(?:just|only) (?:browsing|looking for now|starting to look|having a look around)"
    r"|long[ -]term plan|not for (?:a while|a year|another year|ages)|not (?:any time"
    r"|anytime) soon|early days|not until next year|next year or so)\b"
)
_SPAN = re.compile(
    rf"\b(?P<lead>in|within|over|in about|next|the next|about|around|roughly|less than|under"
    rf"|inside|maybe|probably|after|another)\s(?:(?:the|next|about|around|a|say|maybe|roughly"
    rf"|at most|coming|another|approx|approximately)\s){{0,3}}"
    rf"(?P<number>{SMALL}|few|couple of|couple|half a)?(?:\s?(?:-|to"
    rf"|or)\s?(?P<other>{SMALL}))?\s?(?:full\s)?(?P<unit>days?|weeks?|months?|mths?|yrs?"
    rf"|years?)\b(?:'?\s?time|\sfrom now)?"
)
_BARE_SPAN = re.compile(
    rf"(?<![\w£])(?P<number>{SMALL}|a few|a couple of|half a|a|couple of|few)(?:\s?(?:-|to"
    rf"|or)\s?(?P<other>{SMALL}))?\s?(?P<unit>days?|weeks?|months?|mths?|yrs?"
    rf"|years?)\b(?:'?\s?time|\sfrom now|\stops|\smax)?"
)
_BY = re.compile(
    rf"\b(?:by|before|in|around|for|until|till|from|during|end of|mid|early|late"
    rf"|about)[ -](?:(?:the|end|start|beginning|of|middle|mid|late|early|around|about|next|this"
    rf"|in|new)[ -]){{0,4}}(?P<month>{_MONTH})\b(?:\s(?P<year>20\d\d))?(?!\s?\d{{1,2}}(?:st|nd"
    rf"|rd|th)?\b)"
)
_BARE_MONTH = re.compile(rf"\b(?P<month>{_MONTH})\b(?:\s(?P<year>20\d\d))?(?!\s?\d)")
_NAMED = re.compile(
    r"\b(?:(?P<this_month>this month|end of the month|(?:in|within) the next fortnight|(?:in"
    r"|within) a fortnight)|(?P<next_month>next month|within the month|(?:in|within) a month)"
    r"|(?P<this_year>within (?:the|a) year|(?:by |before |the |this "
    r"|towards )*(?:the )?(?:end of (?:the|this) year"
    r"|year end|this side of christmas|this year))|(?P<new_year>(?:in |by |for "
    r"|early )*(?:the )?new year|early next year|start of next year)"
    r"|(?P<next_year>(?:some ?time |end of |later |late |mid )*next year)"
    r"|(?P<next_week>next week|this week))\b"
)
_MOVING = re.compile(
    r"\b(?:mov(?:e|es|ing)(?! on)|moved in|be in|settled?|complet(?:e|ion)|relocat\w+|need (?:a"
    r"|to find|somewhere|it|something)|buy|buying|purchase"
    r"|start(?:s|ing)? (?:a |my |his |her |our |work|school|new)|baby|school (?:year|term)"
    r"|(?:lease|tenancy|contract|notice) (?:ends?|is up|runs? out|finish\w*|expires?|up)"
    r"|timescale|time ?frame|looking to|hoping to|plan(?:ning)? to|aim(?:ing)? (?:to|for)"
    r"|want to|would like to|available from|place by|somewhere by|from|by|time|due|ideally"
    r"|in before|keys|wedding|sorted by)\b"
)
_ELSEWHERE = re.compile(
    r"\b(?:view|viewing|viewings|visit|see it|see the|call me|ring me|ring|phone|call"
    r"|come (?:and|to)|appointment|meet|holiday|away|ago|been (?:looking|searching|renting|here"
    r"|on)|have been|for the (?:last|past)|last|past|since|free|available to view|book|slot"
    r"|reply|get back|calendar|cab|ride|event|reserve|married|(?:we|i|only|just|have"
    r"|has) moved(?: here)?)\b"
)
_NOT_A_MOVE = re.compile(
    r"^\s?(?:ago|lease|contract|tenancy|let\b|deposit|notice|old|left|minimum|rental|term|free"
    r"|pregnant|to (?:three|four)|work|away|walk|drive|holiday|rent|salary|savings|bank)"
)
_ASKED = re.compile(
    r"\b(?:when (?:do|are|would|did|will|were)|how soon|time ?scale|time ?frame|timeline"
    r"|how quickly|by when|when you|date in mind|looking to move|move in|hoping to move)\b"
)
_ASKED_VIEWING = re.compile(r"\b(?:view|visit|viewing|tour|call|appointment|come)\b")
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}


def read(heard: Heard) -> Iterator[Reading]:
    """When they want to move, of all that is said in the order of the text."""
    if not heard.is_english:
        return
    found = sorted(_said(heard), key=lambda reading: (reading.start, -reading.end))
    end = -1
    for reading in found:
        if reading.start >= end:  # what a longer wording holds is not said again
            yield reading
            end = reading.end


def _timeline(value: str, rule: str, span: tuple[int, int]) -> Reading:
    return Reading("timeline", {"timeline": value}, rule, *span)


def _said(heard: Heard) -> Iterator[Reading]:
    plain = heard.plain
    asked = _ASKED.search(heard.question) is not None and not _ASKED_VIEWING.search(heard.question)
    for match in matches(_LATE, plain):
        yield _timeline(_OVER, "no hurry", match.span())
    for match in matches(_SOON, plain):
        if not is_denied(plain, match.start()) and not _is_elsewhere(plain, match.span()):
            yield _timeline(_ASAP, "as soon as possible", match.span())
    for match in matches(_BARE_SPAN if asked else _SPAN, plain):
        if _is_move(heard, match, asked) and not _NOT_A_MOVE.match(
            plain[match.end() : match.end() + 15]
        ):
            yield _timeline(_by_days(_days(match)), "in so many weeks", match.span())
    for match in matches(_BARE_MONTH if asked else _BY, plain):
        if _is_move(heard, match, asked):
            yield _timeline(_by_month(heard, match), "by a month", match.span())
    for match in matches(_NAMED, plain):
        if _is_move(heard, match, asked):
            yield _timeline(_by_name(heard, match), "by a time of year", match.span())


def _is_move(heard: Heard, match: re.Match[str], asked: bool) -> bool:
    plain = heard.plain
    if _is_elsewhere(plain, match.span()) or (is_denied(plain, match.start()) and not asked):
        return False
    return asked or _MOVING.search(sentence(plain, *match.span())) is not None


def _is_elsewhere(plain: str, span: tuple[int, int]) -> bool:
    around = before(plain, span[0]) + " " + plain[span[1] : span[1] + 12]
    return _ELSEWHERE.search(around) is not None


# --- How far away --------------------------------------------------------------------------------
def _days(match: re.Match[str]) -> int:
    said = match["other"] or match["number"] or "a"
    unit = _DAYS[match["unit"][0]]
    if said.startswith(("half",)):
        return unit // 2
    if said in ("a",):
        return unit
    if "couple" in said:
        return 2 * unit
    return 3 * unit if "few" in said else small_number(said) * unit


def _by_days(days: int) -> str:
    if days <= 21:
        return _ASAP
    return _THREE if days <= 92 else _SIX if days <= 184 else _OVER


def _by_month(heard: Heard, match: re.Match[str]) -> str:
    name = match["month"]
    month = _MONTHS[name] if name in _MONTHS else _MONTHS[name[:3]]
    lead_in = heard.plain[max(0, match.start("month") - 6) : match.start("month")]
    if lead_in.endswith("next ") and (month - heard.on.month) % 12 < 4 and name not in _MONTH_NAMES:
        return _OVER
    if lead_in.endswith("after "):
        return _by_months((month - heard.on.month) % 12 + 2)
    if match["year"]:
        return _by_months((int(match["year"]) - heard.on.year) * 12 + month - heard.on.month)
    return _by_months((month - heard.on.month) % 12)


def _by_months(months: int) -> str:
    return _THREE if months <= 3 else _SIX if months <= 6 else _OVER


def _by_name(heard: Heard, match: re.Match[str]) -> str:
    to_new_year = 13 - heard.on.month
    match match.lastgroup:
        case "this_month" | "next_week":
            return _ASAP
        case "next_month":
            return _THREE
        case "this_year":
            return _by_months(12 - heard.on.month)
        case "new_year":
            return _by_months(to_new_year)
    return _by_months(to_new_year + 5)
