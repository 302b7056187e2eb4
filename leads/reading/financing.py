"""How they would pay: cash, a decision in principle, an application, or not looked into yet."""

import re
from collections.abc import Iterator

from leads.models.choices import FinancingStatus
from leads.reading.clauses import before, is_denied, is_question
from leads.reading.heard import Heard, Reading
from leads.reading.rules import read_by, rule

_CASH, _HELD, _PENDING, _EXPLORING = (
    FinancingStatus.CASH_PROVEN.value, FinancingStatus.DIP_HELD.value,
    FinancingStatus.APPLICATION_PENDING.value, FinancingStatus.EXPLORING.value,
)  # fmt: skip
_DIP = (
    r"(?:dip|d\.i\.p|aip|a\.i\.p|mip|m\.i\.p|decision in principle|agreement in principle"
    r"|mortgage in principle|mortgage offer|mortgage promise|in[- ]principle|lending decision)"
)
_NOT_YET = re.compile(
    r"\b(?:need|how|do i|do we|should|must|will|when|if|once|get|getting|sort|before|want|help"
    r"|require|required)\b"
)
_SELLS_FIRST = re.compile(
    r"\b(?:subject to|once|after|when|if|depend\w*|but)\b[^.!?\n]{0,40}\b(?:sell|selling|sale"
    r"|sold|sells)\b"
)
_ASKS = re.compile(
    r"\bwhat(?:'s| is| does)\b|\bhow\b|\b(?:do|does|would|is|are|can|should)\s(?:i|we|you|they"
    r"|it|the|there)\b"
)


def _not_held(heard: Heard, start: int, end: int) -> bool:
    clause = before(heard.plain, start)
    return (
        is_denied(heard.plain, start)
        or is_question(heard.plain, start)
        or _ASKS.search(clause) is not None
        or _NOT_YET.search(clause) is not None
        or re.match(
            r"\s?(?:yet\?|ran out|expired|was (?:declined|refused)|declined|refused)",
            heard.plain[end : end + 20],
        )
        is not None
    )


def _not_cash(heard: Heard, start: int, end: int) -> bool:
    """A cash buyer who sells first has no cash yet."""
    plain = heard.plain
    if is_denied(plain, start) or _asks(heard, start, end):
        return True
    if re.search(
        r"\b(?:sell\w*|sold|buyer|offer|sale|lost|beaten|outbid|gazumped|if)\b",
        before(plain, start),
    ):
        return True
    return _SELLS_FIRST.search(plain[end : end + 90]) is not None or "?" in plain[end : end + 2]


def _asks(heard: Heard, start: int, end: int) -> bool:
    return is_question(heard.plain, start) or _ASKS.search(before(heard.plain, start)) is not None


def _denied_or_asked(heard: Heard, start: int, end: int) -> bool:
    return is_denied(heard.plain, start) or _asks(heard, start, end)


RULES = (
    rule(
        "no mortgage yet",
        r"(?:(?:haven't|have not|not|havent|hasn't)(?: yet| even| really)? (?:got|spoken|sorted"
        r"|looked|applied|arranged|started|talked|seen|done|had|been to|thought)"
        r" (?:(?:to|into|about|for|a|an|any|our|my|the|anything|out|with|on) ){0,3}"
        rf"(?:mortgages?|broker|lender|bank|financ\w+|funding|money side|advis[eo]r|{_DIP})"
        rf"|(?:don't|do not|dont) have (?:a|an|our|my|any) (?:{_DIP}|mortgage)(?: yet| sorted)?"
        rf"|no (?:mortgage|{_DIP}|finance)\b(?! needed| required| necessary)(?: yet| in place"
        rf"| agreed| sorted)?"
        rf"|without (?:a|an) {_DIP}"
        r"|(?:need|want|going|have|hoping|yet|still need) to (?:speak|talk|chat|sort|see|look"
        r"|get|find)"
        rf" (?:(?:to|into|with|out|a|an|at|our|my|the|some|advice|on) ){{0,4}}(?:mortgages?"
        rf"|brokers?|lender|bank|financ\w+|mortgage advis[eo]r|advis[eo]r|{_DIP})"
        r"|(?:looking into|exploring|comparing|researching|looking at) (?:our |my |the "
        r"|different )?(?:mortgages?|mortgage options|financing|finance|finances|lenders)"
        r"|mortgage (?:isn't|is not|not) (?:sorted|arranged|agreed)(?: yet)?"
        r"|(?:mortgage|finance|money) not sorted)",
        _EXPLORING,
        _asks,
    ),
    rule(
        "sees a broker",
        r"(?:seeing|meeting|speaking (?:to|with)|talking (?:to|with)|appointment with"
        r"|booked in with)"
        r" (?:(?:a|an|our|my|the) )?(?:mortgage |financial )?(?:broker|advis[eo]r|bank|lender)",
        _EXPLORING,
        _denied_or_asked,
    ),
    rule(
        "applying",
        rf"(?:(?:applied|applying|have applied|just applied|in the process of applying) (?:for"
        rf"|to) (?:(?:a|an|our|my|the|\w+) ){{0,2}}?(?:mortgages?|{_DIP}|halifax|nationwide"
        rf"|bank|lender)"
        rf"|(?:waiting|awaiting|wait) (?:(?:for|on|to hear|back|from|about|our|my|the|a"
        rf"|an) ){{0,5}}(?:mortgages?|bank|lender|broker|nationwide|halifax|{_DIP})"
        rf"|mortgage application (?:is |has been |has |was )?(?:in|in progress|pending"
        rf"|submitted|under way|underway|sent|gone in|going through|ongoing)"
        rf"|(?:mortgage|{_DIP}) (?:is |being )?(?:pending|in progress|in process"
        rf"|being processed|under way|underway|on its way)"
        rf"|(?:sorting|arranging|getting|organising) (?:out )?(?:our|my|a|an|the) (?:mortgage"
        rf"|{_DIP})(?: sorted| now| at the moment)?)",
        _PENDING,
        _denied_or_asked,
    ),
    rule(
        "decision in principle",
        rf"{_DIP}s?|mortgage (?:is |has been |was |all |already )*(?:agreed|approved|sorted"
        rf"|arranged|in place)"
        r"|(?:pre-?approved|approved) for (?:a|our|my) mortgage|mortgage[- ]ready|pre-?approved",
        _HELD,
        _not_held,
    ),
    rule(
        "proof of funds",
        r"(?:proof of (?:funds|cash|deposit and funds)|funds (?:are |is |all )?(?:in place"
        r"|ready|available|in the bank|proven)"
        r"|(?:money|cash|funds) (?:is |'s |sitting )?(?:in the bank|ready to go|ready))",
        _CASH,
        _not_held,
    ),
    rule(
        "cash buyer",
        r"(?:cash (?:buyers?|purchase|purchaser|offer)|(?:buying|paying|pay|purchase|buy"
        r"|purchasing|funding it)"
        r"(?: it| outright| this| entirely| all)? (?:(?:in|with|by) )?cash|cash funds"
        r"|no mortgage (?:needed|required|necessary)|(?:don't|won't|do not|will not|wouldn't"
        r"|would not) need a mortgage"
        r"|all cash|buy(?:ing)? outright|mortgage[- ]free purchase|without a mortgage"
        r"|no need for a mortgage|(?:it's|its|it'd be|would be|be|is) cash)",
        _CASH,
        lambda heard, start, end: _not_cash(heard, start, end),
    ),
)
_ASKED_FOR_DIP = re.compile(
    rf"\b(?:have|got|hold|obtained|arranged|is|in place)\b[^?]{{0,60}}\b(?:{_DIP}"
    rf"|mortgage (?:agreed|in place|offer|sorted|arranged|approved))"
)
_ASKED_FOR_PROOF = re.compile(r"\bproof of funds\b")
_ASKED_IF_CASH = re.compile(r"\bcash buyer|\bwith cash\b|\bin cash\b")
_ASKED_IF_CASH_OR = re.compile(r"\bcash or\b|\bor cash\b|mortgage or\b|or (?:a |with a )?mortgage")
_CASH_ALONE = re.compile(r"\W{0,3}(?:it's |it'd be |all |with |in )?cash\b(?! (?:and|but|plus))")


def read(heard: Heard) -> Iterator[Reading]:
    """The visitor's own means."""
    found = list(read_by(heard, "financing_status", RULES))
    yield from found
    if not found and heard.is_english and (value := _answered(heard)) is not None:
        said = {"financing_status": value}
        yield Reading("financing_status", said, "answer about financing", *heard.answer)


def _answered(heard: Heard) -> str | None:
    question = heard.question
    if _ASKED_IF_CASH_OR.search(question):
        return (
            _CASH
            if _CASH_ALONE.match(heard.plain) and not _SELLS_FIRST.search(heard.plain[:200])
            else None
        )
    if _ASKED_FOR_PROOF.search(question):
        return _CASH if heard.is_yes else None
    if _ASKED_FOR_DIP.search(question):
        return _HELD if heard.is_yes else _EXPLORING if heard.is_no else None
    if _ASKED_IF_CASH.search(question):
        return _CASH if heard.is_yes and not _SELLS_FIRST.search(heard.plain[:200]) else None
    return None
