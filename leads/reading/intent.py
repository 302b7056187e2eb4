"""Whether they would buy or rent."""

import re
from collections.abc import Iterator

from leads.models.choices import Intent
from leads.reading.clauses import before, is_denied, is_question
from leads.reading.heard import Heard, Reading
from leads.reading.rules import never, read_by, rule

_BUY, _RENT = Intent.BUY.value, Intent.RENT.value
_NOT_HERE = re.compile(
    r"\b(?:currently|at the moment|been|was|were|still|used to|stop|tired of|fed up (?:of|with)"
    r"|sick of|instead of|rather than|than"
    r"|my|our|the|his|her|their|is|what|how much|pay|paying|ground|parents|friend|ending|end of"
    r"|throwing|wasting|service|your|car|from)\s(?:\w+\s)?$"
)
_OTHER_THINGS = re.compile(
    r"\s?(?:my\b|our\b|out\b|car|a car|cars|van|is|was|at the moment|currently|now|out\b|it out"
    r"|going up"
    r"|increase|a room to|arrears|deposit|history|in (?:\w+ ){1,2}(?:now|at the moment"
    r"|currently)|until|since|for (?:now|years)|right now|with (?:friends|mates))"
)


def _of_now(heard: Heard, start: int, end: int) -> bool:
    plain = heard.plain
    if is_denied(plain, start) or _NOT_HERE.search(before(plain, start)):
        return True
    return _OTHER_THINGS.match(plain, end) is not None


def _not_buying(heard: Heard, start: int, end: int) -> bool:
    plain = heard.plain
    clause = before(plain, start)
    if is_denied(plain, start) or re.search(
        r"\b(?:my|our) buyers?\b|\b(?:sold|selling|sale|offer|someone|who|lost|beaten|isa"
        r"|outbid)\b",
        clause,
    ):
        return True
    return (
        re.match(
            r"\s?(?:a |the |some |our |my )?(?:sofa|furniture|car|bed frame|carpet|time"
            r"|new boiler|gift)",
            plain[end : end + 25],
        )
        is not None
    )


RULES = (
    rule(
        "rather buy",
        r"(?:(?:stop|instead of|rather than|tired of|fed up (?:of|with)|sick of) rent(?:ing)?"
        r"|(?:not|don't want to|no longer) (?:to )?rent(?:ing)?(?: any ?more)?,? (?:but|we want"
        r"|i want|want) to buy)",
        _BUY,
        never,
    ),
    rule("buy to let", r"buy[ -]to[ -]let|btl", _BUY),
    rule(
        "to rent",
        r"(?:(?:looking|want|wanting|hoping|need|like|planning|wish|love|trying|decided|prefer"
        r"|better|places?|flats?|houses?|apartments?|property|properties|something|somewhere"
        r"|anything|room|studio|home|bed|bedrooms?|beds|bungalow) to (?:rent|let)"
        r"|(?:looking|interested|look) (?:at|for|in|into) (?:rentals?|rent|renting|to rent"
        r"|lettings?)(?: properties| property| homes?| a)?"
        r"|(?:looking for|need|want|after) (?:a |an )?(?:\w+ ){0,4}(?:rental|let"
        r"|tenancy)(?: property| flat| house)?"
        r"|(?:monthly|max|maximum) rent|rent budget|(?:just|only) renting|long[ -]term (?:let"
        r"|rental)|short[ -]term (?:let|rental)|rent (?:a|an|one) (?:\w+ ){0,3}(?:flat|house"
        r"|apartment|place|room|studio|bungalow|bed|home)"
        r"|to (?:rent|let) (?:in|near|around|from|for|asap|please)|(?:it's|it'd be"
        r"|would be) (?:to rent|renting|rental)|rental please|renting please)",
        _RENT,
        _of_now,
    ),
    rule(
        "by the month",
        r"(?<=\d)(?:\s?(?:pcm|pw|p/m|p/w|per month|per week|a month|a week|weekly|monthly"
        r"|per calendar month))",
        _RENT,
        lambda heard, start, end: _pays_already(heard, start),
    ),
    rule(
        "to buy",
        r"(?:(?:(?<!help )to|we'll|i'll|could|would|can) (?:buy|purchase)|(?:looking at"
        r"|interested in|thinking of|thinking about|considering|about|towards|start|we're|i'm"
        r"|am|are|be) (?:buying|purchasing)|buying (?:a|an|our|my|with|in|together|as|outright"
        r"|cash|somewhere|something|please|for|rather|not)"
        r"|(?:house|flat|home|property) (?:purchase|buying)|(?:for|it's for|it'd be) a purchase"
        r"|(?:on )?to the (?:property|housing) ladder|on the (?:property|housing) ladder"
        r"|get on the ladder|purchase (?:a|an|our|my)|buy (?:a|an|our|my|somewhere|something|in"
        r"|with|please|outright))",
        _BUY,
        _not_buying,
    ),
    rule(
        "means of a buyer",
        r"(?:first[ -]time[ -]buyers?|ftbs?|cash buyers?|cash purchase|decision in principle"
        r"|agreement in principle|mortgage in principle|mortgage offer|aip|dip|mip"
        r"|help[ -]to[ -]buy(?! isa)|shared[ -]ownership|first homes(?: scheme)?)",
        _BUY,
        lambda heard, start, end: (
            _not_buying(heard, start, end) or _asked_of_a_home(heard, start, end)
        ),
    ),
)
_ASKED_BOTH = re.compile(
    r"\bsales? or lettings?\b|"
    r"\b(?:buy|buying|purchase|purchasing|sale|sales)\b[^?]{0,40}\bor\b[^?]{0,40}\b(?:rent|let"
    r"|rental|renting|lettings)\b"
    r"|\b(?:rent|renting|rental|let|lettings)\b[^?]{0,40}\bor\b[^?]{0,40}\b(?:buy|buying"
    r"|purchase|purchasing|sale)\b"
)
_BUYING = re.compile(r"\b(?:buy|buying|purchase|purchasing|bought|sale|sales)\b")
_RENTING = re.compile(r"\b(?:rent|renting|let|lettings?|rental)\b")


def _pays_already(heard: Heard, start: int) -> bool:
    clause = before(heard.plain, start)
    return re.search(
        r"\b(?:pay|paying|rent is|currently|service charge|ground rent|earn|salary|car|mortgage"
        r"|is|was|fees?|bills?|income|take home|make|charge|parking|tax)\b",
        clause,
    ) is not None and not re.search(
        r"\b(?:budget|max|up to|can pay|happy to pay|could pay)\b", clause
    )


def _asked_of_a_home(heard: Heard, start: int, end: int) -> bool:
    if is_question(heard.plain, start):
        return True
    clause = before(heard.plain, start)
    return (
        re.search(
            r"\b(?:is it|is this|is that|what is|what's|how does|do i need|is the|is there"
            r"|are there|do you get|ideal|suit|good|great|popular|aimed|explain)\b",
            clause,
        )
        is not None
    )


def read(heard: Heard) -> Iterator[Reading]:
    """Buy or rent, of which a home of their own that they rent now says nothing."""
    found = list(read_by(heard, "intent", RULES))
    yield from found
    if not found and heard.is_english and _ASKED_BOTH.search(heard.question):
        buys, rents = _BUYING.search(heard.plain[:80]), _RENTING.search(heard.plain[:80])
        if (buys is None) != (rents is None):
            match = buys or rents
            if match is not None and not is_denied(heard.plain, match.start()):
                value = _BUY if buys else _RENT
                yield Reading("intent", {"intent": value}, "answer to buy or rent", *match.span())
