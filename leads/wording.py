"""A lead's facts as people say them: "Buy · 3–4 bed house · Didsbury", "£350k–£425k"."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.formats import date_format

from foundation.plain_text import shortened
from leads import phones
from leads.models import Lead
from leads.models.choices import (
    CONSENT,
    CONTACT,
    FACT_CHOICES,
    FACT_LABELS,
    MONEY_AND_CHAIN,
    ORIGIN_FIELDS,
    ORIGIN_LABELS,
    WANTS,
    Consent,
    LeadStatus,
    PropertyType,
)

MOST_OF_SUMMARY = 120  # characters in a row of a list


def looking_for(lead: Lead) -> str:
    """What the lead wants, in a line; empty where nothing is known."""
    home = " ".join(part for part in (bedrooms(lead), _home(lead)) if part)
    parts = (lead.get_intent_display() if lead.intent else None, home, lead.area)
    return " · ".join(part for part in parts if part)


def more_wanted(lead: Lead) -> str:
    """For how much, by when, and in their words, which a list shortens."""
    summary = shortened(lead.summary or "", MOST_OF_SUMMARY)
    return " · ".join(filter(None, (budget(lead), lead.get_timeline_display(), summary)))


def bedrooms(lead: Lead) -> str:
    """`3–4 bed`, `2+ bed`, `studio to 2 bed`, `studio`; empty where nothing is known."""
    least, most = lead.bedrooms_min, lead.bedrooms_max
    if least is None and most is None:
        return ""
    if most == 0:
        return "studio"
    if least == 0:
        return "studio or more" if most is None else f"studio to {most} bed"
    if least == most:
        return f"{least} bed"
    if most is None:
        return f"{least}+ bed"
    return f"up to {most} bed" if least is None else f"{least}–{most} bed"


def _home(lead: Lead) -> str:
    if lead.property_type is None:
        return ""
    if lead.property_type == PropertyType.OTHER:
        return "other property"
    return PropertyType(lead.property_type).label.lower()


def budget(lead: Lead) -> str:
    """`£350k–£425k`, `from £350k`, `up to £425k`; empty where nothing is known."""
    least, most = lead.budget_min, lead.budget_max
    if least is None and most is None:
        return ""
    if least is None or most is None:
        return f"from {pounds(least)}" if least is not None else f"up to {pounds(most or 0)}"
    return pounds(least) if least == most else f"{pounds(least)}–{pounds(most)}"


def pounds(sum_: int) -> str:
    """`£950`, `£350k`, `£1.25m`: shortened only where nothing is lost."""
    if sum_ >= 1_000_000 and sum_ % 10_000 == 0:
        return f"£{sum_ / 1_000_000:.2f}".rstrip("0").rstrip(".") + "m"
    if sum_ >= 10_000 and sum_ % 1_000 == 0:
        return f"£{sum_ // 1_000:,}k"
    return f"£{sum_:,}"


def telephone_link(lead: Lead) -> str | None:
    """A `tel:` address, only of a number in E.164, with its extension (RFC 3966)."""
    if lead.phone is None or phones.DIALLED.fullmatch(lead.phone) is None:
        return None
    return f"tel:{lead.phone}"


def e_mail_link(lead: Lead) -> str | None:
    """A `mailto:` address, only of a valid e-mail, in which `?` and `&` add no headers."""
    if lead.email is None:
        return None
    try:
        validate_email(lead.email)
    except ValidationError:
        return None
    return "mailto:" + quote(lead.email, safe="@")


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    said: str
    url: str | None = None  # where it can be acted on


@dataclass(frozen=True, slots=True)
class FactGroup:
    """Facts that belong together; those not known are one line of words."""

    title: str
    known: list[Fact]
    unknown: str  # "financing, timeline"; empty where all are known


def fact_groups(lead: Lead) -> list[FactGroup]:
    """Wants, money and chain, contact: what a lead's page shows of its facts."""
    groups = (("Wants", WANTS), ("Money and chain", MONEY_AND_CHAIN), ("Contact", CONTACT))
    return [_group(title, [_fact(lead, name) for name in names]) for title, names in groups]


def origin(lead: Lead) -> list[Fact]:
    """Where it came from, as far as that is known; a page as a link."""
    said = ((field, getattr(lead, field)) for field in ORIGIN_FIELDS)
    return [
        Fact(ORIGIN_LABELS[field], value, _web_link(value) if field == "origin_url" else None)
        for field, value in said
        if value is not None
    ]


def _web_link(url: str) -> str | None:
    """Only what a browser fetches: no `javascript:`."""
    return url if url.lower().startswith(("https://", "http://")) else None


def _group(title: str, facts: list[Fact]) -> FactGroup:
    known = [fact for fact in facts if fact.said]
    unknown = ", ".join(_in_a_sentence(fact.label) for fact in facts if not fact.said)
    return FactGroup(title, known, unknown)


def _in_a_sentence(label: str) -> str:
    return label[:1].lower() + label[1:]


def _fact(lead: Lead, name: str) -> Fact:
    """The fact with its word; a pair as one, choices by their labels, contacts with their links."""
    label = FACT_LABELS[name]
    match name:
        case "budget":
            return Fact(label, budget(lead))
        case "bedrooms":
            return Fact(label, bedrooms(lead).removesuffix(" bed"))
        case "viewing_requested":
            return Fact(label, "Asked for one" if lead.viewing_requested else "")
        case "email":
            return Fact(label, lead.email or "", e_mail_link(lead))
        case "phone":
            said = phones.shown(lead.phone) if lead.phone else ""
            return Fact(label, said, telephone_link(lead))
    value = getattr(lead, name) or ""
    if value and name in FACT_CHOICES:
        value = str(FACT_CHOICES[name](value).label)
    return Fact(label, value)


_LABELS = {
    **FACT_LABELS,
    **ORIGIN_LABELS,
    "conversation": "Conversation",
    CONSENT: "Marketing consent",
    "follow_up_on": "Follow-up",
    "assignee_id": "Assignee",
    "status": "Status",
}


def fact_label(fact: str) -> str:
    """The word for a fact of the score (leads/scoring.py) or a field that an event names."""
    return _LABELS.get(fact, fact.replace("_", " ").capitalize())


UNKNOWN = "not known"
_CHOICES = FACT_CHOICES | {"status": LeadStatus, CONSENT: Consent}


def value_in_words(field: str, value: str | None) -> str:
    """A fact as an event or a form keeps it, in words: `£350k`, `Chain free`, `not known`."""
    if value is None:
        return UNKNOWN
    if field in _CHOICES and value in _CHOICES[field].values:
        return str(_CHOICES[field](value).label)
    if field.startswith("budget_") and value.isdecimal():
        return pounds(int(value))
    if field == "phone":
        return phones.shown(value)
    if field.startswith("bedrooms_") and value == "0":
        return "studio"
    if field == "follow_up_on":
        return date_format(date.fromisoformat(value), "j F Y")
    return value


@dataclass(frozen=True, slots=True)
class Signal:
    """What a UK agent looks at first, as a badge: what it is about, and the words."""

    about: str
    words: str
    mark: str  # its icon


_SIGNAL_WORDS = {
    "cash_proven": "Cash, proven",
    "dip_held": "Decision in principle held",
    "application_pending": "Mortgage application pending",
    "exploring": "Exploring finance",
}


def signals(lead: Lead) -> list[Signal]:
    """Chain, mortgage, scheme and stamp duty, as far as they are known."""
    found = []
    if lead.chain_status:
        found.append(Signal("Chain", lead.get_chain_status_display() or "", "chain"))
    if lead.financing_status:
        found.append(Signal("Mortgage", _SIGNAL_WORDS[lead.financing_status], "money"))
    if lead.buyer_scheme:
        found.append(Signal("Scheme", lead.get_buyer_scheme_display() or "", "scheme"))
    if lead.stamp_duty_position:
        words = lead.get_stamp_duty_position_display() or ""
        found.append(Signal("Stamp duty", words, "duty"))
    return found
