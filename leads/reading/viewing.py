"""Whether they ask to see a home."""

import re
from collections.abc import Iterator

from leads.reading.clauses import after, before, is_denied
from leads.reading.heard import Heard, Reading
from leads.reading.rules import read_by, rule

_A_VIEWING = r"(?:viewings?|visits?|visit|tours?|showings?|look round|look around)"
_IT = (
    r"(?:it|this|that|them|these|those|one|the (?:\w+ ){0,2}?(?:property|house|flat|place"
    r"|apartment|home|bungalow|one|ones|studio|unit|cottage)"
    r"|this (?:property|house|flat|place|apartment|one)|that (?:property|house|flat|place"
    r"|apartment|one)|some|a few|any|both|in person|round|around|inside"
    r"|\d+ \w+ (?:road|street|lane|avenue|close))"
)
_ASK = (
    r"(?:schedul\w+|book|arrange|organi[sz]e|set[ -]?up|request|make|fix|plan|sort|get|have"
    r"|like|want"
    r"|need|do|confirm|charge|change|move|fit in|squeeze in|prefer|ask for|come for|pop in for"
    r"|reserve|rearrange|reschedule)"
)
_PAST = re.compile(
    r"\b(?:viewed|after (?:the|our|my|a)|at (?:the|our|my)|since (?:the|our)|had|already"
    r"|from (?:the|our)|last|thanks for|enjoyed|cancel\w*|missed|following|how (?:do|does|long)"
    r"|do you (?:do|offer|charge)|fees? for|street|google|virtual|title|event|calendar|label"
    r"|call(?:ed)?|name(?:d)?)\b"
)
_IS_ANOTHER = re.compile(
    r"\b(?:gp|doctor|dentist|mortgage|broker|haircut|valuation|surveyor|family|parents|friends"
    r"|relatives|museum|city|country)\b"
)


def _is_none(heard: Heard, start: int, end: int) -> bool:
    plain = heard.plain
    clause = before(plain, start)
    if is_denied(plain, start) or _PAST.search(clause):
        return True
    return _IS_ANOTHER.search(clause + plain[start:end] + after(plain, end)[:25]) is not None


RULES = (
    rule(
        "no viewing",
        r"(?:(?:cancel|postpone|call off|cancelling) (?:the|my|our|this|that|tomorrow's"
        r"|saturday's)(?: \w+)? ?(?:viewing|visit|appointment|tour)"
        r"|(?:don't|do not|dont|not|no longer|won't|wouldn't) (?:(?:want|need|wish|like|ready"
        r"|looking|able|really|yet|going|planning|to|a|any|book|arrange|schedule) ){0,6}"
        rf"(?:to )?(?:view|visit|see|{_A_VIEWING})(?: (?:it|yet|anything|the (?:property|house"
        rf"|flat|place|apartment)))?"
        r"|no (?:need (?:for|to) (?:a )?)?(?:viewings?|visit)(?: yet| needed| for now"
        r"| at the moment|,? thanks)?"
        r"|too (?:early|soon) (?:for|to) (?:a |any )?(?:viewings?|view|visit))",
        False,
        lambda heard, start, end: (
            re.match(r"\s?\?|[^.!?\n]{0,40}\?", heard.plain[end : end + 42]) is not None
        ),
    ),
    rule(
        "viewing asked for",
        rf"{_ASK} (?:(?:me|us|you|up|to|for|a|an|the|my|our|this|that|in|go|please|and|another"
        rf"|second|first|make|have|some|of|it|apartment|property|house|flat|quick|home|ahead"
        rf"|with) ){{0,6}}{_A_VIEWING}"
        rf"|{_A_VIEWING} (?:(?:please|scheduled|booked|arranged|appointment|tomorrow|today|on"
        rf"|this|next|at|for|slot|slots|possible|would)\b ?){{1,2}}"
        rf"|(?:arrange|book|schedule|make|set up|get|have) (?:an|the|a|my|our|me an"
        rf"|us an) (?:\w+ )?(?:appointment|slot)",
        True,
        _is_none,
    ),
    rule(
        "see it",
        rf"(?:like|love|want|wan|wanna|wish|hoping|hope|keen|able|need|come|go|free|possible"
        rf"|prefer|intend|plan|happy|available|decided|can i|can we|could i|could we|may i"
        rf"|may we|when can (?:i|we)|when could (?:i|we)|chance) "
        rf"(?:(?:to|and|come|go|in|also|actually|really|both|out|over|by|us|me|for|be"
        rf"|able) ){{0,4}}(?:view|visit|see|look at|tour|viewing|visiting|seeing|check out"
        rf"|have a look(?: round| around| at)?|look round|look around|look over|pop round)"
        rf"(?: (?:{_IT}))?",
        True,
        lambda heard, start, end: (
            _is_none(heard, start, end) or not _sees_a_home(heard, start, end)
        ),
    ),
)
_THINGS = re.compile(
    r"^\s?(?:the |some |any |more |a |your )?(?:photos?|pictures?|pics|floor ?plans?|brochure"
    r"|details|what|if|how|whether|video|options|listings?|others?|something|somewhere|more"
    r"|prices?|list|area|a \d|an? (?:\w+ )?(?:apartment|house|flat|\d)|properties|anything|\d)\b"
)
_VERB_ALONE = re.compile(
    r"\b(?:view|visit|tour|viewing|visiting|look round|look around|pop round"
    r"|have a look(?: round| around)?)$"
)
_SEES = re.compile(
    rf"\b(?:see|seeing|look at|look over|check out|have a look at|view|visit|tour|viewing"
    rf"|visiting|pop round|look round|look around|have a look round|have a look around) {_IT}$"
)
_ASKED = re.compile(
    rf"\b(?:would you like|do you want|want me|shall (?:i|we)|should i|can i|like to"
    rf"|interested in|happy to|ready to|fancy|wish|are you|confirm"
    rf"|do you)\b[^?]{{0,90}}\b(?:view|visit|see it|see the|tour|appointment|{_A_VIEWING}"
    rf"|come and see|take a look)"
    r"|\b(?:visit|viewing|tour|visiting)\b[^?]{0,80}\b(?:correct|confirm|right|ok|okay|work"
    r"|suit|when|what (?:date|day|time)|shall|is that)\b"
    r"|\b(?:please confirm|confirm|when would you|what (?:date|day|time)"
    r"|which day)\b[^?]{0,90}\b(?:visit|viewing|view|tour)\b"
)
_WHEN = re.compile(
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day|\btomorrow|\btoday|\bmorning|\bafternoon"
    r"|\bevening|\bweekend|\b\d{1,2}(?:st|nd|rd|th)\b"
    r"|\bmarch \d|\b\d{1,2}\s?(?:am|pm)\b|\bnext week\b|\bthis week\b"
)
_ASKED_WHEN = re.compile(
    r"\b(?:when|what (?:date|day|time)|which (?:date|day))\b[^?]{0,60}\b(?:view|visit|see it"
    r"|tour|viewing|come)"
)


def read(heard: Heard) -> Iterator[Reading]:
    """Viewings asked for, and that they do not want one."""
    found = list(read_by(heard, "viewing_requested", RULES))
    yield from found
    if not found and heard.is_english and _answers_yes(heard):
        said = {"viewing_requested": True}
        yield Reading("viewing_requested", said, "answer to the offer of a viewing", *heard.answer)


def _sees_a_home(heard: Heard, start: int, end: int) -> bool:
    """`see it` and `visit`, but not `see the photos`."""
    follows = after(heard.plain, end)
    words = heard.plain[start:end]
    if _THINGS.match(follows) or re.match(r"\s?'s\b", follows):
        return False
    if re.search(r"\b(?:some|any|a few|one)$", words) and re.match(
        r"\s?(?:photos?|pictures?|more|options|with|details|other)", follows
    ):
        return False
    return _VERB_ALONE.search(words) is not None or _SEES.search(words) is not None


def _answers_yes(heard: Heard) -> bool:
    if _ASKED_WHEN.search(heard.question) and _WHEN.search(heard.plain[:200]) and not heard.is_no:
        return True
    return heard.is_yes and _ASKED.search(heard.question) is not None
