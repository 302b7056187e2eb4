"""What they would pay: pounds, thousands, millions, a month or a week; never a home's own price.

A weekly rent is read as what it comes to a month, since a lead has one budget and rents are
compared by the month.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from leads.reading.clauses import after, before, is_denied, sentence
from leads.reading.heard import Heard, Reading
from leads.reading.rules import matches

LARGEST = 100_000_000  # pounds: more is no home's price
_LEAST_RENT, _LEAST_PRICE = 250, 20_000
_LEAST_BARE = 20_000  # a number alone, without pounds or thousands
_WEEKS_A_MONTH = 52 / 12

_THOUSANDS = r"(?:k|grand|thousand|thou)"
_MILLIONS = r"(?:m|mil|mill|million|mn)"
_UNIT = rf"(?:{_THOUSANDS}|{_MILLIONS})(?=ish\b|[^\w']|$)"
_PERIOD = (
    r"(?P<month>pcm|p\.?c\.?m|p/?m(?![\w])|a month|per month|per calendar month|monthly"
    r"|/\s?month|each month)"
    r"|(?P<week>p/?w(?![\w])|per week|a week|weekly|/\s?week)"
    r"|(?P<year>per annum|p\.?a\b|a year|per year|yearly)"
)
_FIGURE = r"(?:\d{1,3}(?:,\d{3}){1,3}|\d{1,9})(?:\.\d{1,3})?"
_FIRST = (
    rf"(?:(?P<pound>£|gbp|(?<=\s)gbp)\s?)?(?<![\w.,/:+-])(?P<first>{_FIGURE})\s?(?P<unit>{_UNIT})?"
)
_OTHER = rf"(?:\s?(?:-|to|and|or)\s?)(?P<pound2>£\s?)?(?P<other>{_FIGURE})\s?(?P<unit2>{_UNIT})?"
_AMOUNT = re.compile(
    rf"{_FIRST}(?:{_OTHER})?(?P<quid>\s?(?:pounds|quid"
    rf"|gbp)\b)?(?:ish\b)?(?:\s?(?:{_PERIOD}))?(?![\w%])"
)
_IN_WORDS = re.compile(
    r"\b(?:(?P<half>(?:a )?half a mill?ion)|(?P<quarter>(?:a )?quarter of a mill?ion)"
    r"|(?P<threequarters>three quarters of a mill?ion)|(?P<million>a mill?ion(?: pounds| quid))"
    r"|(?P<hundreds>(?:one|two|three|four|five|six|seven|eight|nine|a) hundred"
    r"(?: and (?:ten|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety))?) (?:thousand"
    r"|grand|k))\b"
)
_TENS = {
    "ten": 10, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip
_HUNDREDS = {
    "a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9,
}  # fmt: skip

_ASKED = re.compile(
    r"\bbudget|price range|how much|spend|afford|what price|rent (?:do|are|would|can)|price bracket"
)
_WISHING = re.compile(
    r"\b(?:budget|afford|spend|spending|stretch|up to|max|maximum|under|below|between|around|about"
    r"|roughly|circa|ca|no more than|less than|at most|tops|limit|ceiling|price range|looking|look"
    r"|want|need|after|search|searching|interested|like|love|find|buy|buying|purchase|rent|pay"
    r"|go to"
    r"|go up to|range|bed|beds|bedroom|bedrooms|pcm|pw|per month|a month|cash buyer|house|flat"
    r"|bungalow|apartment|studio|place|minimum|at least|upwards|region|or less|or under"
    r"|the most|top end)\b"
)
_OTHER_MONEY_BEFORE = re.compile(
    r"\b(?:deposit|salary|salaries|earn|earns|earning|earned|income|incomes|wage|wages|asking"
    r"|listed"
    r"|listing|advertised|on (?:for|at)|up for|priced|guide|offers? (?:over|of|in|around)|offered"
    r"|valued?|valuation|worth|sold|sell|selling|sale of|equity|mortgage of|mortgage is|loan|lend"
    r"|borrow|savings?|saved|gift|gifted|bonus|rent is|rent was|paying|currently pay|pay at"
    r"|service charge|ground rent|council tax|stamp duty|fees?|costs?|bills?|reduced|dropped|drop"
    r"|went for|gone for|going for|price (?:is|was|of)|is it|is that|is the|why|inheritance"
    r"|insurance|survey|refurb\w*|renovat\w*|extension|my (?:house|flat)|our (?:house|flat|place)"
    r"|ours|bring in|make|makes|referral|discount|off|deposit's|the|this|that|your|those|offer"
    r"|offering)\b"
)
# Of these the sum itself is what they would pay.
_STILL_OURS = re.compile(
    r"\b(?:budget|max(?:imum)?|spend(?:ing)?|afford|up to|price range|looking (?:at|to pay"
    r"|to spend)"
    r"|the (?:most|max|maximum|limit|top|budget|region|area|range)|go (?:up )?to|under|below"
    r"|stretch to|no more than|in the region of|pay up to|happy to pay|between|looking for|want"
    r"|need)\b"
)
_NEVER_OURS = re.compile(
    r"\b(?:deposit|salary|earn|earns|earning|income|wage|wages|savings?|saved|equity|worth|valued"
    r"|asking|listed|advertised|priced|guide price|service charge|ground rent|council tax"
    r"|stamp duty"
    r"|fees?|mortgage of|mortgage would|mortgage is|mortgage payments?|repayments?|loan|bonus"
    r"|reduced|is on for|up for|offers over|offer of|rent is|sell"
    r"|selling|sold"
    r"|inheritance|council|my rent|our rent|currently pay\w*|paying|at the moment|borrow|lend"
    r"|lent)\b"
)
_OTHER_MONEY_AFTER = re.compile(
    r"^\s?(?:(?:over|below|under|above|more than|less than) asking|more than the|extra|on\b"
    r"|doing\b|to do|for parking)|"
    r"^\s?(?:deposit|down|in savings|saved|in the bank|salary|a year|per year|per annum|p\.?a\b"
    r"|income"
    r"|equity|one\b|house|flat|property|asking|fee|service|ground rent|each|between us|miles|sq"
    r"|m2|mins"
    r"|minutes|people|bonus|gift|off\b|from (?:my|our) (?:parents|sale)|house on|flat on"
    r"|mortgage|left"
    r"|to put down|as a deposit|for (?:a|the|my|our) (?:deposit|survey|renovation|extension)"
    r"|towards|put aside|household|combined|joint)"
)
_LEAST = re.compile(
    r"\b(?:at least|minimum(?: of)?|min|from|over|above|more than|upwards of|starting (?:at|from)"
    r"|no less than|not less than)\s*(?:of\s)?$"
)
_LEAST_AFTER = re.compile(
    r"^\s?(?:\+|plus\b|and (?:up|above|over)|or (?:more|above|over)|upwards|minimum)"
)
_MORE_THAN_THAT = re.compile(
    r"\b(?:no|not|nothing|not go|can't|cannot|couldn't|can not|won't|wouldn't|don't"
    r"|never)\s(?:\w+\s){0,3}"
    r"(?:over|above|beyond|past|more than)\s*$"
)
_RENTING = re.compile(
    r"\b(?:rent|renting|rental|let|pcm|pw|per month|a month|monthly|tenancy|tenant)\b"
)
_AFTER_PLUS = re.compile(r"^\s?(?:pcm|pw)")


@dataclass(frozen=True, slots=True)
class _Sum:
    least: int | None  # of a range
    most: int
    start: int
    end: int
    sure: bool  # by its signs, not by what stands around it


def read(heard: Heard) -> Iterator[Reading]:
    """The sums that the visitor would pay."""
    asked = _ASKED.search(heard.question) is not None
    for sum_ in _ranges(heard.plain, sorted(_sums(heard, asked), key=lambda one: one.start)):
        if _is_theirs(heard, sum_, asked):
            yield _bounded(heard.plain, sum_)


# --- Sums ----------------------------------------------------------------------------------------
def _sums(heard: Heard, asked: bool) -> Iterator[_Sum]:
    for match in matches(_AMOUNT, heard.plain):
        if (found := _in_figures(heard, match, asked)) is not None:
            yield found
    if heard.is_english:
        for match in matches(_IN_WORDS, heard.plain):
            yield _Sum(None, _from_words(match), *match.span(), sure=True)


def _ranges(plain: str, sums: list[_Sum]) -> Iterator[_Sum]:
    """The sums, two that stand as `between a and b` as one."""
    before_it: _Sum | None = None
    for sum_ in sums:
        if before_it is not None and _is_range(plain, before_it, sum_):
            sum_ = _Sum(before_it.most, sum_.most, before_it.start, sum_.end, sure=True)
        elif before_it is not None:
            yield before_it
        before_it = sum_
    if before_it is not None:
        yield before_it


_TO = re.compile(r"\s?(?:-|to|and|or)\s?(?:about |around )?£?")
_BETWEEN = re.compile(r"\b(?:between|from|anywhere from)\s(?:about |around |roughly )?£?$")


def _is_range(plain: str, one: _Sum, other: _Sum) -> bool:
    if one.least is not None or other.least is not None or one.most >= other.most:
        return False
    leads_in = _BETWEEN.search(plain[max(0, one.start - 30) : one.start])
    return leads_in is not None and _TO.fullmatch(plain[one.end : other.start][:20]) is not None


def _in_figures(heard: Heard, match: re.Match[str], asked: bool) -> _Sum | None:
    plain, named = heard.plain, match.groupdict()
    if named["year"]:
        return None
    signed = bool(named["pound"] or named["pound2"] or named["quid"])
    unit, unit2 = named["unit"], named["unit2"]
    period = bool(named["month"] or named["week"])
    has_unit = bool(unit or unit2)
    context = asked or _is_about_budget(plain, match.start())
    if not signed and not has_unit and not period and not context and not _is_bare(match):
        return None
    is_m = has_unit and {unit, unit2} <= {"m", None}
    if is_m and not signed and not _may_be_millions(named, context):
        return None
    first = _amount(named["first"], unit or (unit2 if named["other"] else None))
    other = _amount(named["other"], unit2 or unit) if named["other"] else None
    if other is not None and unit is None and unit2 and first > other:
        first = _amount(named["first"], None)
    is_rent = period or any(map(_RENTING.search, (plain[:2_000], heard.question)))
    is_rent = is_rent or (signed and first < _LEAST_PRICE and "," in named["first"])
    if not has_unit and not period and not is_rent and signed and first < 1_000 and not asked:
        return None  # of a rent or in thousands: nobody can tell
    if not has_unit and not period and not is_rent:
        first, other = _in_thousands(first), None if other is None else _in_thousands(other)
    if named["week"]:
        first = round(first * _WEEKS_A_MONTH)
        other = None if other is None else round(other * _WEEKS_A_MONTH)
    least, most = (first, other) if other is not None and other >= first else (None, first)
    floor = _LEAST_RENT if is_rent else _LEAST_PRICE
    if not floor <= most <= LARGEST or (least is not None and least < floor):
        return None
    return _Sum(least, most, match.start(), _end(match), sure=signed or has_unit or period)


def _is_bare(match: re.Match[str]) -> bool:
    """Whether the number alone is a home's price: `350000`, `350,000`."""
    digits = match["first"].replace(",", "").partition(".")[0]
    if match.string[max(0, match.start() - 2) : match.start()].strip()[-1:].isdigit():
        return False
    return 5 <= len(digits) <= 7 and not digits.startswith("0") and int(digits) >= _LEAST_BARE


def _may_be_millions(named: dict[str, str], context: bool) -> bool:
    """`1.2m` is, `20m` from the station is not."""
    return float(named["first"].replace(",", "")) <= 10 and ("." in named["first"] or context)


def _amount(figure: str, unit: str | None) -> int:
    number = float(figure.replace(",", ""))
    if unit is None:
        return round(number)
    return round(number * (1_000 if re.fullmatch(_THOUSANDS, unit) else 1_000_000))


def _in_thousands(number: int) -> int:
    """A price of 350 is one of 350,000: nobody buys a home for less than a thousand pounds."""
    return number * 1_000 if 20 <= number < 2_000 else number


def _from_words(match: re.Match[str]) -> int:
    for name, pounds in (
        ("half", 500_000), ("quarter", 250_000), ("threequarters", 750_000), ("million", 1_000_000),
    ):  # fmt: skip
        if match[name]:
            return pounds
    hundreds, _, tens = match["hundreds"].partition(" hundred")
    return (_HUNDREDS[hundreds] * 100 + _TENS.get(tens.removeprefix(" and "), 0)) * 1_000


def _end(match: re.Match[str]) -> int:
    return match.start() + len(match[0].rstrip())


# --- Whose ---------------------------------------------------------------------------------------
_ABOUT_BUDGET = re.compile(
    r"\b(?:budget|price range|spend|afford|between|up to|max|maximum|stretch to|no more than"
    r"|under)\b"
    r"[^.!?\n]{0,25}$"
)
_COUNTED = re.compile(
    r"^\s?(?:-?\s?(?:bed|bath|room|minute|min|mile|month|week|year|day|sq|people|kid|child|dog"
    r"|cat|pet"
    r"|car|acre|th\b|st\b|nd\b|rd\b|am\b|pm\b|o'clock|%|metre|meter|km|hour|floor|propert"
    r"|viewing|of us))"
)


def _is_about_budget(plain: str, start: int) -> bool:
    return _ABOUT_BUDGET.search(plain[max(0, start - 50) : start]) is not None


def _is_theirs(heard: Heard, sum_: _Sum, asked: bool) -> bool:
    plain = heard.plain
    follows = after(plain, sum_.end)
    if _COUNTED.match(follows) or _OTHER_MONEY_AFTER.match(follows):
        return False
    clause = before(plain, sum_.start)
    if _MORE_THAN_THAT.search(clause):
        return not _NEVER_OURS.search(clause)
    if is_denied(plain, sum_.start) or _NEVER_OURS.search(clause):
        return False
    if not asked and _OTHER_MONEY_BEFORE.search(clause) and not _STILL_OURS.search(clause):
        return False
    if _is_asked_of_a_home(plain, sum_):
        return False
    if asked or _is_alone(heard, sum_) or not heard.is_english or _is_sure_range(sum_):
        return True
    return _WISHING.search(sentence(plain, sum_.start, sum_.end)) is not None


_OF_A_HOME = re.compile(
    r"\b(?:still available|is it|is the (?:price|rent|asking)|is that|was it|negotiable"
    r"|would (?:they|the (?:seller|vendor|owner))"
    r"|(?:they|vendor|seller|owner)s? (?:take|accept|consider)|price on|house on|flat on|does it)\b"
)


def _is_asked_of_a_home(plain: str, sum_: _Sum) -> bool:
    around = sentence(plain, sum_.start, sum_.end)
    return _OF_A_HOME.search(around) is not None and "budget" not in around


def _is_sure_range(sum_: _Sum) -> bool:
    return sum_.sure and sum_.least is not None


def _is_alone(heard: Heard, sum_: _Sum) -> bool:
    return sum_.sure and len(heard.text.strip()) - (sum_.end - sum_.start) <= 12


# --- Bounds --------------------------------------------------------------------------------------
def _bounded(plain: str, sum_: _Sum) -> Reading:
    clause = before(plain, sum_.start)
    is_least = _LEAST.search(clause) and not _MORE_THAN_THAT.search(clause)
    if sum_.least is not None:
        return _budget(sum_.least, sum_.most, "range of money", sum_)
    if is_least or _LEAST_AFTER.match(plain[sum_.end : sum_.end + 20]):
        return _budget(sum_.most, None, "money, at least", sum_)
    return _budget(None, sum_.most, "money", sum_)


def _budget(least: int | None, most: int | None, rule: str, sum_: _Sum) -> Reading:
    said = {"budget_min": least, "budget_max": most}
    return Reading("budget", said, rule, sum_.start, sum_.end)
