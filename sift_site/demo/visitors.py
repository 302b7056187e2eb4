"""Made-up visitors: who they are, what they want and can pay, in keeping with their town."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from random import Random
from typing import Any

from msgspec.structs import asdict, replace

from leads.facts import LeadFacts
from sift_site.demo import words
from sift_site.demo.arrivals import CAME_LAST_NIGHT, arrival, arrivals_in_the_week_before
from sift_site.demo.people import ORIGINS, plain
from sift_site.demo.places import MOBILE, Town
from sift_site.demo.written_talks import WrittenTalk

# The first of so many always leaves an e-mail, by which a demo that is there is recognised.
MARKED_EVERY = 1000

_CHANNELS = ("website",) * 14 + ("sms",) * 4 + ("email",) * 2
_SHARES = tuple(accumulate(origin.share for origin in ORIGINS))
_PRICE_BY_BEDROOMS = {0: 0.6, 1: 0.75, 2: 1.0, 3: 1.35, 4: 1.8, 5: 2.3}
_PRICE_BY_TYPE = {"flat": 0.9, "house": 1.1, "bungalow": 1.1, "land": 0.6, "other": 1.0, None: 1.0}

Said = Sequence[tuple[str, str]]  # turn by turn, the role and what it says


@dataclass(frozen=True, slots=True)
class Visitor:
    """One person who gets in touch, and what will be known of them."""

    facts: LeadFacts
    channel: str
    arrived_at: datetime
    languages: tuple[str, ...]  # BCP 47; the first is the one in which they open
    said: Said | None = None  # all turns of their talk, where it was written by hand
    waits: bool = False  # whatever happens to others, nobody has done anything yet


def make_visitors(
    random: Random,
    numbers: Iterable[int],
    total: int,
    towns: Sequence[Town],
    until: datetime,
    written: Sequence[WrittenTalk] = (),
) -> Iterator[Visitor]:
    """The visitors of these numbers (from 0) at an agency that has `total` of them.

    The same for the same `random`; another total moves when they came, and nothing else. The first
    are those of the talks that were `written` by hand.
    """
    mailboxes = Counter(talk.lead.email.split("@")[0] for talk in written if talk.lead.email)
    by_hand = _who_wrote(random, written, total, until)
    for number in numbers:
        if number < len(by_hand):
            yield by_hand[number]
        else:
            yield _make_visitor(random, number, total, random.choice(towns), until, mailboxes)


def _who_wrote(
    random: Random, written: Sequence[WrittenTalk], total: int, until: datetime
) -> list[Visitor]:
    """The night's as they came; those of the week before in their order, and still waiting."""
    night, before = written[:CAME_LAST_NIGHT], written[CAME_LAST_NIGHT:]
    arrivals = [arrival(random, number, total, until) for number in range(len(night))]
    arrivals += arrivals_in_the_week_before(random, len(before), until)
    return [
        Visitor(
            replace(talk.lead, **_summary(random, _known_of(talk.lead))),
            talk.channel,
            arrived_at,
            talk.languages,
            said=tuple(talk.turns()),
            waits=number >= CAME_LAST_NIGHT,
        )
        for number, (talk, arrived_at) in enumerate(zip(written, arrivals, strict=True))
    ]


def _known_of(facts: LeadFacts) -> dict[str, Any]:
    return {name: value for name, value in asdict(facts).items() if value is not None}


def _make_visitor(
    random: Random,
    number: int,
    total: int,
    town: Town,
    until: datetime,
    mailboxes: Counter[str],
) -> Visitor:
    origin = random.choices(ORIGINS, cum_weights=_SHARES)[0]
    speaks = bool(origin.languages) and random.random() < 0.45
    channel = random.choice(_CHANNELS)
    openness = random.random()  # how much of themselves a person tells
    if number % MARKED_EVERY == 0:
        openness = 1.0
    facts: dict[str, Any] = {}
    if openness > 0.04:  # else they say hello, and no more
        told = 0.25 + 0.75 * openness
        facts |= _wishes(random, told, town)
        facts |= _position(random, told, facts.get("intent"))
        given, families = random.choice(origin.bearers)
        family = random.choice(families)
        mailbox = _mailbox(given, family, number, mailboxes)
        facts |= _contact(random, told, channel, number, town, f"{given} {family}", mailbox)
        facts |= _summary(random, facts)
    return Visitor(
        LeadFacts(**facts),
        channel,
        arrival(random, number, total, until),
        (random.choice(origin.languages), "en") if speaks else ("en",),
    )


def _wishes(random: Random, told: float, town: Town) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    intent = "buy" if random.random() < 0.68 else "rent"
    kind = random.choice(("flat", "flat", "flat", "house", "house", "house", "bungalow"))
    if random.random() < 0.05:
        kind = "other" if intent == "rent" else random.choice(("land", "other"))
    usual, least = (1.7, 0) if kind == "flat" else (2.4, 1)  # only flats are studios
    bedrooms = min(5, max(least, round(random.gauss(usual, 0.9))))
    if random.random() < told + 0.2:
        facts["intent"] = intent
    if random.random() < told + 0.1:
        facts["area"] = f"{random.choice(town.areas)}, {town.name}"
    if random.random() < told:
        facts["property_type"] = kind
    if random.random() < told and facts.get("property_type") != "land":
        facts["bedrooms_min"] = bedrooms
        if random.random() < 0.7:
            facts["bedrooms_max"] = min(5, bedrooms + random.choice((0, 0, 1)))
    # What renters have is a month's rent: without knowing which, a sum would say nothing.
    if random.random() < told - 0.1 and "intent" in facts:
        facts |= _budget(random, town, intent, bedrooms, kind)
    if random.random() < told - 0.1:
        facts["timeline"] = random.choice(
            ("asap", "within_3_months", "within_3_months", "within_6_months", "over_6_months")
        )
    if random.random() < told - 0.45:
        facts["viewing_requested"] = True
    return facts


def _budget(random: Random, town: Town, intent: str, bedrooms: int, kind: str) -> dict[str, int]:
    """In whole pounds: of the price for buyers, of a month's rent for renters."""
    factor = _PRICE_BY_BEDROOMS[bedrooms] * _PRICE_BY_TYPE[kind] * random.uniform(0.85, 1.2)
    if intent == "buy":
        most, step = town.price * factor, 5000
    else:
        most, step = town.rent * factor, 25
    budget = {"budget_max": round(most / step) * step}
    if random.random() < 0.3:
        budget["budget_min"] = round(most * random.uniform(0.75, 0.92) / step) * step
    return budget


def _position(random: Random, told: float, intent: str | None) -> dict[str, str]:
    """Chain, money, scheme and stamp duty: what buyers alone are asked."""
    facts: dict[str, str] = {}
    if intent != "buy":
        return facts
    first_time = random.random() < 0.4
    if random.random() < told - 0.2:
        facts["chain_status"] = (
            "chain_free"
            if first_time
            else random.choice(("chain_free", "single_chain", "single_chain", "in_chain"))
        )
    if random.random() < told - 0.2:
        facts["financing_status"] = random.choice(
            ("dip_held", "dip_held", "application_pending", "exploring")
            if first_time
            else ("cash_proven", "dip_held", "dip_held", "application_pending", "exploring")
        )
    if random.random() < told - 0.5:
        facts["stamp_duty_position"] = (
            "first_time_buyer"
            if first_time
            else random.choice(("main_residence",) * 5 + ("second_home", "non_resident"))
        )
    if first_time and random.random() < told - 0.75:
        facts["buyer_scheme"] = random.choice(("shared_ownership", "first_homes", "help_to_buy"))
    return facts


def _mailbox(given: str, family: str, number: int, taken: Counter[str]) -> str:
    """The name, as in an e-mail address; a number only where another has it already.

    Of a demo's first thousand, that is. Later ones are made apart from each other, by several
    processes, so each bears its own number.
    """
    name = f"{plain(given)}.{plain(family)}"
    if number >= MARKED_EVERY:
        return f"{name}{number}"
    taken[name] += 1
    return name if taken[name] == 1 else f"{name}{taken[name]}"


def _contact(
    random: Random, told: float, channel: str, number: int, town: Town, name: str, mailbox: str
) -> dict[str, str]:
    """What is said, and what the channel itself tells: a text its number, an e-mail its sender."""
    facts: dict[str, str] = {}
    if random.random() < told + 0.25:
        facts["name"] = name
    host = random.choice(("example.com", "example.org", "example.net"))
    if random.random() < told or channel == "email":
        facts["email"] = f"{mailbox}@{host}"
    landline = random.random() < 0.15 and channel != "sms"
    if random.random() < told - 0.1 or channel == "sms":
        # Drama numbers are few: in a large demo several people share one.
        facts["phone"] = f"{town.phone if landline else MOBILE}{number * 7 % 1000:03d}"
    return facts


def _summary(random: Random, facts: dict[str, Any]) -> dict[str, str]:
    """What is wanted, in a line or two, for nearly all of whom enough is known."""
    if not {"intent", "area"} <= facts.keys() or random.random() < 0.05:
        return {}
    rooms = facts.get("bedrooms_min")
    size = "" if rooms is None else "studio " if rooms == 0 else f"{rooms}-bedroom "
    kind = facts.get("property_type", "home")
    home = "" if size == "studio " and kind == "flat" else "home" if kind == "other" else kind
    summary = f"{size}{home}".rstrip() + f" to {facts['intent']} in {facts['area']}"
    if most := facts.get("budget_max"):
        summary += f" for up to £{most:,}" + (" a month" if facts["intent"] == "rent" else "")
    more = [
        told[facts[fact]] for fact, told in words.SUMMARIES.items() if facts.get(fact) is not None
    ]
    sentences = [summary, ", ".join(more)] if more else [summary]
    return {"summary": " ".join(f"{said[0].upper()}{said[1:]}." for said in sentences)}
