"""Where they want to live: the agency's own areas, outcodes, and the answer to "Where?"."""

import re
from collections.abc import Iterator
from itertools import islice

from leads.reading.clauses import after, before, is_denied, is_had
from leads.reading.heard import Heard, Reading
from leads.reading.rules import MOST_MATCHES, matches

_AREA_LETTERS = (
    "ab|al|b|ba|bb|bd|bh|bl|bn|br|bs|bt|ca|cb|cf|ch|cm|co|cr|ct|cv|cw|da|dd|de|dg|dh|dl|dn|dt|dy|e"
    "|ec|eh|en|ex|fk|fy|g|gl|gu|gy|ha|hd|hg|hp|hr|hs|hu|hx|ig|im|ip|iv|je|ka|kt|kw|ky|l|la|ld|le|ll"
    "|ln|ls|lu|m|me|mk|ml|n|ne|ng|nn|np|nr|nw|ol|ox|pa|pe|ph|pl|po|pr|rg|rh|rm|s|sa|se|sg|sk|sl|sm"
    "|sn|so|sp|sr|ss|st|sw|sy|ta|td|tf|tn|tq|tr|ts|tw|ub|w|wa|wc|wd|wf|wn|wr|ws|wv|yo|ze"
)
# With the rest of a postcode, of which the outcode alone says where they look.
_OUTCODE = re.compile(
    rf"(?<![\w£$.])(?P<out>(?:{_AREA_LETTERS})[0-9](?:[0-9]|(?<=[ensw1c][0-9])[a-hjkmnprstuvwxy])?)"
    rf"(?:\s?[0-9][abd-hjlnp-uw-z]{{2}})?(?![\w%])"
)
# Letters that are roads, rooms and other things beside postcodes.
_ROAD_BEFORE = re.compile(r"\b(?:the|off|junction|along|via|onto|on|j\d{1,2})\s$")
_DISTRICT_AFTER = re.compile(r"\s(?:area|postcode|postal|district|side)\b")
_ROAD_AFTER = re.compile(
    r"\s?(?:motorway|corridor|junction|traffic|road|roundabout|services|notice|visa|emissions"
    r"|english|level|bus|train|line)\b"
)
_NUMBER_BEFORE = re.compile(r"\d\s?$")
_STREET_AFTER = re.compile(
    r"\s(?:road|rd|street|st|avenue|ave|lane|close|drive|crescent|terrace|way|grove|gardens|court"
    r"|station road|united|city council|university|fc|building society|live)\b(?! area)"
)
_ASKED = re.compile(
    r"\b(?:where|which (?:area|part|city|town|location)|what (?:area|part|city|town|location)"
    r"|area (?:are|do|would|did)|areas (?:are|do|would)|location|whereabouts"
    r"|any (?:particular )?areas?"
    r"|in (?:what|which))\b"
)
# Where to meet, to be fetched or to go is not where to live.
_ASKED_OTHERWISE = re.compile(
    r"\b(?:pick\w*|car|cab|taxi|ride|event|meet|visit|view\w*|travel|going|go to|drop|based"
    r"|you live\b(?! )"
    r"|live (?:now|at the moment|currently)|currently|selling|work|calendar|hear|heard|find us)\b"
)
_LEAD_IN = re.compile(
    r"\W{0,3}(?:(?:yes|sure|ok|okay|well|um|er|hi|hello|ideally|preferably|maybe|probably|just|only"
    r"|i'd|we'd|i'm|i am|i've|we're|we are|i|we|it|it's|should|be|would|like|'d|want|prefer"
    r"|need|think|looking|a|an"
    r"|home|apartment|place|house|flat|something|somewhere|one|to|live|move|at|in|near|around"
    r"|for|the"
    r"|city|town|area|of|close|please|search|find|me)(?:\s+|,\s*)){0,9}"
)
_A_PLACE = re.compile(r"(?P<place>[^\W\d_][\w'.-]{1,24}(?:\s[^\W\d_][\w'.-]{1,24}){0,3})")
_LEAD_OUT = re.compile(
    r"(?:\s(?:please|thanks|thank you|area|ideally|preferably|really|would be (?:great|good"
    r"|nice|ideal)"
    r"|if possible|or nearby|or (?:so|similar)|side|for me|is (?:good|best|fine|great)"
    r"|itself))*[\s.!]*$"
)
_NO_PLACE = frozenset({
    "anywhere", "any", "anything", "don't", "dont", "not", "no", "none", "yes",
    "yeah", "sure", "flexible", "unsure", "somewhere", "nowhere", "everywhere",
    "maybe", "what", "why", "how", "when", "who", "where", "which", "is", "are",
    "can", "could", "do", "does", "did", "will", "would", "here", "there", "same",
    "that", "this", "it", "thanks", "thank", "ok", "okay", "hello", "hi", "sorry",
    "budget", "price", "bedroom", "bedrooms", "bed", "house", "flat", "apartment",
    "buy", "rent", "asap", "soon", "work", "near", "close", "open", "good", "great",
    "quiet", "nice", "cheap", "mind", "fussed", "idea", "know", "sell", "you",
    "your", "that's", "it's", "i'd", "like", "to", "from", "pick", "car", "have",
    "has", "had", "perfect", "correct", "sounds", "right", "possible", "next",
    "week", "today", "tomorrow", "monday", "tuesday", "wednesday", "thursday",
    "friday", "saturday", "sunday", "love", "live", "move", "one", "two",
    "three", "four", "five",
})  # fmt: skip
_BETWEEN = re.compile(
    r"(?:\s?(?:,|/|&|\+|or|and|maybe|even|perhaps|also|possibly|around|near|in))+\s?"
)


def read(heard: Heard) -> Iterator[Reading]:
    """Areas that are wished for; those that stand together (`Didsbury or M20`) are one reading."""
    found = sorted([*_outcodes(heard), *_known(heard)], key=lambda one: one.start)
    if not found and heard.is_english and _is_asked(heard.question):
        found = list(_answer(heard))
    yield from _together(heard.plain, found)


def _is_asked(question: str) -> bool:
    return _ASKED.search(question) is not None and not _ASKED_OTHERWISE.search(question)


def _area(name: str, rule: str, start: int, end: int) -> Reading:
    return Reading("area", {"area": name}, rule, start, end)


def _outcodes(heard: Heard) -> Iterator[Reading]:
    plain = heard.plain
    for match in matches(_OUTCODE, plain):
        start, end = match.span()
        near = plain[max(0, start - 14) : start]
        is_road = _ROAD_BEFORE.search(near) and not _DISTRICT_AFTER.match(plain, end)
        if is_road or _NUMBER_BEFORE.search(near[-2:]):
            continue
        if _ROAD_AFTER.match(plain, end) or not _is_wished(plain, start, end):
            continue
        yield _area(match["out"].upper(), "outcode", start, end)


def _known(heard: Heard) -> Iterator[Reading]:
    plain = heard.plain
    for place in islice(heard.areas.places(heard.text, plain), MOST_MATCHES):
        if _STREET_AFTER.match(plain, place.end) or not _is_wished(plain, place.start, place.end):
            continue
        yield _area(place.name, "area of the agency's", place.start, place.end)


_NOT_FOR_LIVING = re.compile(
    r"\b(?:from|(?<!to )live|lives|work|works|working|commute|pick\w*|travel|cab|ride"
    r"|car)\s(?:up\s|it\s)?(?:from\s|in\s|near\s|at\s|to\s)?$"
)
_HOW_FAR = re.compile(r"\bhow (?:long|far|quick|easy)\b")
_MOVING_TO = re.compile(
    r"\b(?:mov\w+|relocat\w+|from \w+) to\s$|\b(?:leaving|from|swapping) \w+(?:\s\w+)? for\s$"
)
_MINUTES_FROM = re.compile(
    r"\b(?:minutes?|mins?|miles?|far|away|walk|drive|distance)\s(?:walk\s|drive\s)?from\s$"
)
_IS_NO_WISH = re.compile(r"^\s(?:is|are|was|looks)? ?(?:too|not|isn't|no good|rough|expensive)\b")


def _is_wished(plain: str, start: int, end: int) -> bool:
    clause = before(plain, start)
    if _MOVING_TO.search(clause):
        return not is_denied(plain, start)
    if _HOW_FAR.search(clause):
        return False
    if is_denied(plain, start) or is_had(plain, start) or _IS_NO_WISH.match(after(plain, end)):
        return False
    return not _NOT_FOR_LIVING.search(clause) or _MINUTES_FROM.search(clause) is not None


def _answer(heard: Heard) -> Iterator[Reading]:
    """A short answer to "Where?" that is a place the agency has no lead for yet."""
    plain = heard.plain
    if len(plain) > 90 or "?" in plain:
        return
    lead_in = _LEAD_IN.match(plain)
    place = _A_PLACE.match(plain, lead_in.end() if lead_in else 0)
    if place is None:
        return
    start, end = place.span("place")
    out = _LEAD_OUT.search(plain, start + 1)
    end = min(end, out.start() if out else end)
    name = heard.text[start:end].strip(" .'-")
    words = plain[start:end].split()
    if not words or _NO_PLACE.intersection(words) or (plain[end:].strip(" .!,") and not out):
        return
    if is_denied(plain, start):
        return
    yield _area(name, "answer to where", start, start + len(name))


def _together(plain: str, found: list[Reading]) -> Iterator[Reading]:
    group: list[Reading] = []
    for reading in found:
        if group and not _BETWEEN.fullmatch(plain[group[-1].end : reading.start][:30]):
            yield _joined(group)
            group = []
        group.append(reading)
    if group:
        yield _joined(group)


def _joined(group: list[Reading]) -> Reading:
    names = ", ".join(dict.fromkeys(reading.said["area"] for reading in group))
    if len(names) > 200:  # what the column holds
        return group[-1]
    return _area(names, group[0].rule, group[0].start, group[-1].end)
