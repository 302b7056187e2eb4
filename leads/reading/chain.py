"""Whether a sale of theirs must come first."""

import re
from collections.abc import Iterator

from leads.models.choices import ChainStatus
from leads.reading.clauses import before, is_denied, is_question
from leads.reading.heard import Heard, Reading
from leads.reading.rules import never, read_by, rule

_FREE, _SINGLE, _IN = (
    ChainStatus.CHAIN_FREE.value, ChainStatus.SINGLE_CHAIN.value, ChainStatus.IN_CHAIN.value
)  # fmt: skip
_THEIR_HOME = (
    r"(?:my|our|the|a|an|another) (?:\w+ ){0,3}?(?:house|home|flat|property|place|apartment"
    r"|bungalow"
    r"|terrace|semi|one|own|cottage|maisonette|bed)"
)
_OF_THE_HOME = re.compile(
    r"\b(?:is|are|was) (?:it|that|this|the|they|there)\b|\b(?:vendors?|sellers?|owners?"
    r"|properties|house"
    r"|flat) (?:is|are|has|have|with|in)\b|\b(?:looking for|want|need|prefer|something|anything)\b"
    r"|\b(?:it|that one|this one)(?:'s| is)\b|\b(?:they|seller|sellers|vendor|vendors)\b"
)
_WANTED = re.compile(r"\b(?:looking for|want|need an?|prefer|something|anything)\b")
_OUR_OWN = re.compile(r"\b(?:my|our|ours|mine|we|i|we're|i'm|we've|i've)\b")
_SELLING_TO = re.compile(
    r"\b(?:buyers?|sold|sell|selling|sale|offer|to a|to an|from a|is there|are there|ideal"
    r"|suit\w*|good for|popular|great for|aimed|friend|daughter|son|sister|brother)\b"
)


def _of_the_home(heard: Heard, start: int, end: int) -> bool:
    clause = before(heard.plain, start)
    if is_question(heard.plain, start) or _WANTED.search(clause) is not None:
        return True
    if _OUR_OWN.search(clause) is not None:
        return False
    return _OF_THE_HOME.search(clause) is not None


def _denied_or_of_the_home(heard: Heard, start: int, end: int) -> bool:
    return is_denied(heard.plain, start) or _of_the_home(heard, start, end)


def _of_another(heard: Heard, start: int, end: int) -> bool:
    if is_question(heard.plain, start):
        return True
    if is_denied(heard.plain, start) or "?" in heard.plain[end : end + 2]:
        return True
    return _SELLING_TO.search(before(heard.plain, start)) is not None


RULES = (
    rule(
        "nothing to sell",
        r"(?:nothing|not got anything|not anything|no (?:property|house|home|flat|place)"
        r"|(?:don't|do not|haven't|have not|havent|dont)(?: got| have)? (?:anything"
        r"|a (?:property|house"
        r"|home|flat|place)|any property|any house|one)|not got (?:a (?:house|property|flat"
        r"|place)|one)"
        r"|without (?:anything|a (?:house|property)|a property)) (?:of (?:my|our) own )?to sell"
        r"|(?:don't|do not|won't) (?:need|have) to sell(?: anything)?|not selling(?: anything)?"
        r"|no (?:house|property) sale needed",
        _FREE,
        never,
    ),
    rule(
        "sold already",
        r"(?:sold (?:up|and (?:moved|now renting|are renting|completed))|(?:our"
        r"|my) sale (?:has |is )?"
        r"(?:gone through|completed|complete)|already sold (?:and|up)|sold (?:our"
        r"|my) \w+ last (?:year|month))",
        _FREE,
    ),
    rule(
        "chain free",
        r"(?:chain[ -]free|no (?:onward |upward |upper )?chain|not in (?:a|any) chain"
        r"|no chain (?:our|my) (?:end|side)"
        r"|(?:isn't|is not|isnt) (?:a|any) chain|without a chain|chainless)",
        _FREE,
        _of_the_home,
    ),
    rule(
        "subject to a sale",
        r"(?:subject to|dependent on|depends on|depending on|contingent on|pending"
        r"|conditional on|relying on) "
        r"(?:us |me |the |our |my |a )?(?:selling|sale|house sale|property sale)(?: of)?",
        _SINGLE,
    ),
    rule(
        "sale agreed",
        r"(?:(?:sold )?s?stc|sold,? subject to contract|ssctc|(?:have|has|got|found|with"
        r"|'ve got|accepted) (?:a|our) buyer"
        r"|sale agreed|under offer|accepted an offer|offer accepted on (?:ours|our|my"
        r"|mine)(?: \w+)?"
        r"|buyer lined up|buyer for (?:ours|our|my|mine))",
        _SINGLE,
        _denied_or_of_the_home,
    ),
    rule(
        "in a chain",
        r"(?:in (?:a|the middle of a) (?:long |complicated |big )?chain|part of a chain"
        r"|long chain|chain of (?:\d|two|three|four|five|six)"
        r"|(?:our|my) buyers? (?:is |are |has |have |also |'s |needs? )*(?:in a chain|selling"
        r"|to sell|a house to sell"
        r"|a place to sell|a property to sell)|chain (?:below|behind|above) us)",
        _IN,
        _denied_or_of_the_home,
    ),
    rule(
        "something to sell",
        rf"(?:(?:need|needs|needing|'ve|have|has|got|having|must|will need|still|'ll need|going"
        rf"|want) (?:got )?to sell"
        rf"(?: first| (?:my|our|mine|ours|up)| {_THEIR_HOME})?"
        rf"|(?:'ve|have|has|got|with|having) {_THEIR_HOME}(?: \w+){{0,3}} to sell"
        rf"|(?:currently |also |just |in the process of )?selling (?:(?:my|our)\b|ours|mine)"
        rf"|(?:my|our) (?:\w+ ){{0,2}}(?:is|'s|goes|has gone|has just gone|just went"
        rf"|went) (?:already )?(?:on the market|up for sale)"
        rf"|(?:ours|mine|it) (?:is|goes|has gone) on the market|(?:once|when|after|until) (?:we"
        rf"|i)(?:'ve|'ve| have)? (?:sell|sold)"
        rf"|putting (?:ours|mine|our \w+|my \w+) on the market)",
        _SINGLE,
    ),
    rule(
        "first-time buyer",
        r"(?:first[ -]time[ -]buy(?:er|ers|ing)|1st time buy(?:er|ers)|ftbs?)",
        _FREE,
        _of_another,
    ),
)
_ASKED_TO_SELL = re.compile(r"\bto sell\b|\bselling\b|\bsale of your\b|\bsell (?:first|your)\b")
_ASKED_FOR_CHAIN = re.compile(r"\b(?:in|of) a chain\b|\bany chain\b|\bonward chain\b")
_ASKED_IF_FREE = re.compile(r"\bchain[ -]free\b")


def read(heard: Heard) -> Iterator[Reading]:
    """Their own chain, not that of a home they ask about."""
    found = list(read_by(heard, "chain_status", RULES))
    yield from found
    if not found and heard.is_english and (value := _answered(heard)) is not None:
        yield Reading(
            "chain_status", {"chain_status": value}, "answer about the chain", *heard.answer
        )


def _answered(heard: Heard) -> str | None:
    question = heard.question
    if _ASKED_IF_FREE.search(question):
        return _FREE if heard.is_yes else None
    if _ASKED_TO_SELL.search(question):
        return _FREE if heard.is_no else _SINGLE if heard.is_yes else None
    if _ASKED_FOR_CHAIN.search(question):
        return _FREE if heard.is_no else _IN if heard.is_yes else None
    return None
