"""What a lead's fields may say (CONTRACT.md, section 1), and how people are shown it."""

from dataclasses import dataclass
from typing import LiteralString

from django.db import models


class LeadStatus(models.TextChoices):
    """Where a lead stands. Temperature is another thing: the score's band."""

    NEW = "new", "New"
    HOT = "hot", "Hot"
    WARM = "warm", "Warm"
    COLD = "cold", "Cold"
    CONTACTED = "contacted", "Contacted"
    QUALIFIED = "qualified", "Qualified"
    CONVERTED = "converted", "Converted"
    LOST = "lost", "Lost"
    REJECTED = "rejected", "Rejected"
    ARCHIVED = "archived", "Archived"


SCORED_STATUSES = (LeadStatus.NEW, LeadStatus.HOT, LeadStatus.WARM, LeadStatus.COLD)
# How far a lead came, by the status that says so; a trigger keeps it (leads/triggers.py).
REACHED = {LeadStatus.CONTACTED: 1, LeadStatus.QUALIFIED: 2, LeadStatus.CONVERTED: 3}
# What people on the dashboard may set; the rest is the system's.
PERSON_STATUSES = (
    LeadStatus.CONTACTED,
    LeadStatus.QUALIFIED,
    LeadStatus.CONVERTED,
    LeadStatus.LOST,
    LeadStatus.REJECTED,
    LeadStatus.ARCHIVED,
    LeadStatus.NEW,
)


class LostReason(models.TextChoices):
    """Why a lead was lost, as people choose it."""

    FOUND_ELSEWHERE = "found_elsewhere", "Found a home elsewhere"
    OTHER_AGENT = "other_agent", "Went with another agent"
    NOTHING_SUITABLE = "nothing_suitable", "We had nothing suitable"
    BUDGET = "budget", "Budget or mortgage"
    NOT_LOOKING = "not_looking", "No longer looking"
    NEVER_REACHED = "never_reached", "Never reached"
    OTHER = "other", "Something else"


class StatusByKey(models.TextChoices):
    """The statuses that an API key may set (CONTRACT.md, section 2)."""

    NEW = LeadStatus.NEW.value, LeadStatus.NEW.label
    CONTACTED = LeadStatus.CONTACTED.value, LeadStatus.CONTACTED.label
    QUALIFIED = LeadStatus.QUALIFIED.value, LeadStatus.QUALIFIED.label
    REJECTED = LeadStatus.REJECTED.value, LeadStatus.REJECTED.label
    ARCHIVED = LeadStatus.ARCHIVED.value, LeadStatus.ARCHIVED.label


class Channel(models.TextChoices):
    WEBSITE = "website", "Website"
    SMS = "sms", "SMS"
    EMAIL = "email", "E-mail"


class Intent(models.TextChoices):
    BUY = "buy", "Buy"
    RENT = "rent", "Rent"


class PropertyType(models.TextChoices):
    FLAT = "flat", "Flat"
    HOUSE = "house", "House"
    BUNGALOW = "bungalow", "Bungalow"
    LAND = "land", "Land"
    OTHER = "other", "Other"


class Timeline(models.TextChoices):
    ASAP = "asap", "As soon as possible"
    WITHIN_3_MONTHS = "within_3_months", "Within 3 months"
    WITHIN_6_MONTHS = "within_6_months", "Within 6 months"
    OVER_6_MONTHS = "over_6_months", "Over 6 months"


class ChainStatus(models.TextChoices):
    CHAIN_FREE = "chain_free", "Chain free"
    SINGLE_CHAIN = "single_chain", "Single chain"
    IN_CHAIN = "in_chain", "In a chain"


class FinancingStatus(models.TextChoices):
    CASH_PROVEN = "cash_proven", "Cash, proven"
    DIP_HELD = "dip_held", "Decision in principle"
    APPLICATION_PENDING = "application_pending", "Application pending"
    EXPLORING = "exploring", "Exploring"


class BuyerScheme(models.TextChoices):
    HELP_TO_BUY = "help_to_buy", "Help to Buy"
    SHARED_OWNERSHIP = "shared_ownership", "Shared ownership"
    FIRST_HOMES = "first_homes", "First Homes"


class StampDutyPosition(models.TextChoices):
    FIRST_TIME_BUYER = "first_time_buyer", "First-time buyer"
    MAIN_RESIDENCE = "main_residence", "Main residence"
    SECOND_HOME = "second_home", "Second home"
    NON_RESIDENT = "non_resident", "Non-resident"


class Consent(models.TextChoices):
    """Whether the person lets the agency write to them of other things."""

    GRANTED = "granted", "Granted"
    DENIED = "denied", "Denied"


@dataclass(frozen=True, slots=True)
class FactField:
    """A fact that a capture may bring and a person may correct: its column and the word for it."""

    name: LiteralString
    label: str
    choices: type[models.TextChoices] | None = None


# In the contract's order. Forms, filters, search, exports and wording take the facts from here.
FACTS = (
    FactField("name", "Name"),
    FactField("email", "E-mail"),
    FactField("phone", "Phone"),
    FactField("summary", "Summary"),
    FactField("intent", "Buy or rent", Intent),
    FactField("budget_min", "Budget, from"),
    FactField("budget_max", "Budget, up to"),
    FactField("bedrooms_min", "Bedrooms, at least"),
    FactField("bedrooms_max", "Bedrooms, at most"),
    FactField("area", "Area"),
    FactField("property_type", "Property", PropertyType),
    FactField("timeline", "Timeline", Timeline),
    FactField("chain_status", "Chain", ChainStatus),
    FactField("financing_status", "Financing", FinancingStatus),
    FactField("buyer_scheme", "Scheme", BuyerScheme),
    FactField("stamp_duty_position", "Stamp duty", StampDutyPosition),
    FactField("viewing_requested", "Viewing"),
)
FACT_FIELDS: tuple[LiteralString, ...] = tuple(fact.name for fact in FACTS)
# Where a lead came from: of the first conversation that said so.
ORIGIN_FIELDS: tuple[LiteralString, ...] = ("property_ref", "origin_url", "campaign")
CONSENT: LiteralString = "marketing_consent"  # the latest that was said
# The facts with a closed set of values, by which people filter.
FACT_CHOICES = {fact.name: fact.choices for fact in FACTS if fact.choices is not None}
FACT_LABELS = {fact.name: fact.label for fact in FACTS} | {
    "budget": "Budget",
    "bedrooms": "Bedrooms",
}
ORIGIN_LABELS = {"property_ref": "Home asked about", "origin_url": "Page", "campaign": "Campaign"}
# Facts of two columns, of which the first is never above the second.
PAIRS = {"budget": ("budget_min", "budget_max"), "bedrooms": ("bedrooms_min", "bedrooms_max")}
# What stands together on a page, in its order; the pairs as one.
CONTACT = ("name", "email", "phone")
WANTS = ("intent", "area", "property_type", "bedrooms", "timeline", "viewing_requested")
MONEY_AND_CHAIN = (
    "budget", "financing_status", "chain_status", "buyer_scheme", "stamp_duty_position",
)  # fmt: skip


def columns_of(fact: str) -> tuple[str, ...]:
    """The columns of a fact: itself, or both of a pair."""
    return PAIRS.get(fact, (fact,))
