"""What a sender may say about a lead, and how it fills in what was unknown."""

from typing import Annotated, Any

from msgspec import Meta

from foundation.validation import Fault, Faulty, Forgiving
from leads.contacts import KEY_OF, as_kept, key_of, set_fact
from leads.models import FACT_FIELDS, Lead
from leads.models.choices import (
    PAIRS,
    BuyerScheme,
    ChainStatus,
    FinancingStatus,
    Intent,
    PropertyType,
    StampDutyPosition,
    Timeline,
)

LARGEST_BUDGET = 2_147_483_647  # what the column holds

Pounds = Annotated[int, Meta(ge=0, le=LARGEST_BUDGET)]
Bedrooms = Annotated[int, Meta(ge=0, le=50)]

_TEXTS = ("name", "email", "phone", "summary", "area")


class LeadFacts(Forgiving, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A lead as a sender describes it; null and left out mean unknown.

    Its members are the lead's own (CONTRACT.md, section 1). Texts lose their outer spaces, and a
    text of nothing but spaces is unknown too: web forms send empty fields, and refusing the whole
    conversation for one would lose a lead.
    """

    name: Annotated[str, Meta(max_length=200)] | None = None
    email: Annotated[str, Meta(max_length=254)] | None = None
    phone: Annotated[str, Meta(max_length=50)] | None = None
    summary: Annotated[str, Meta(max_length=2000)] | None = None
    intent: Intent | None = None
    budget_min: Pounds | None = None
    budget_max: Pounds | None = None
    bedrooms_min: Bedrooms | None = None
    bedrooms_max: Bedrooms | None = None
    area: Annotated[str, Meta(max_length=200)] | None = None
    property_type: PropertyType | None = None
    timeline: Timeline | None = None
    chain_status: ChainStatus | None = None
    financing_status: FinancingStatus | None = None
    buyer_scheme: BuyerScheme | None = None
    stamp_duty_position: StampDutyPosition | None = None
    viewing_requested: bool = False

    def __post_init__(self) -> None:
        for field in _TEXTS:
            text = getattr(self, field)
            if text is not None:
                setattr(self, field, text.strip() or None)
        faults = [
            Fault(least, f"must not be above {most}, which is {getattr(self, most)}")
            for least, most in PAIRS.values()
            if not _fits(getattr(self, least), getattr(self, most))
        ]
        if faults:
            raise Faulty(faults)


def fill(lead: Lead, facts: Lead | LeadFacts) -> list[str]:
    """Fill in what is unknown of the lead, and return the names of what was; nothing is saved.

    What is known is never blanked nor overwritten, what a person set by hand (null included) never
    touched. A fact that would put a least above a most that is known is left out. A contact takes
    the place of a text that identifies nobody, and what a sender states that of what was only read.
    """
    filled = []
    for field in FACT_FIELDS:
        if not is_known(facts, field) or field in lead.hand_set:
            continue
        said = getattr(facts, field)
        if is_known(lead, field) and not _replaces(lead, field, said, facts):
            continue
        if not keeps_order(lead, field, said) and not _gives_way(lead, field, facts):
            continue
        set_fact(lead, field, said)
        mark_read(lead, field, is_read=isinstance(facts, Lead) and field in facts.read_facts)
        filled.append(field)
    _are_stated(lead, facts)
    return filled


def mark_read(lead: Lead, field: str, *, is_read: bool) -> None:
    """Note whether the fact stands as it was read, or was stated."""
    if is_read != (field in lead.read_facts):
        others = [name for name in lead.read_facts if name != field]
        lead.read_facts = [*others, field] if is_read else others


def _are_stated(lead: Lead, facts: Lead | LeadFacts) -> None:
    """What a sender says of a fact that was read makes it a stated one."""
    for field in list(lead.read_facts) if isinstance(facts, LeadFacts) else ():
        if is_known(facts, field):
            mark_read(lead, field, is_read=False)


def _gives_way(lead: Lead, field: str, facts: Lead | LeadFacts) -> bool:
    """Empty the other side of a pair that was only read, and that a sender contradicts."""
    other = next(
        other for pair in PAIRS.values() if field in pair for other in pair if other != field
    )
    if isinstance(facts, Lead) or other not in lead.read_facts or other in lead.hand_set:
        return False
    set_fact(lead, other, None)
    mark_read(lead, other, is_read=False)
    return True


def _replaces(lead: Lead, field: str, said: Any, facts: Lead | LeadFacts) -> bool:
    if isinstance(facts, LeadFacts) and field in lead.read_facts:
        return bool(as_kept(field, said) != getattr(lead, field))
    if field not in KEY_OF or says_something(lead, field):
        return False
    return key_of(field, said) is not None


def is_known(facts: Lead | LeadFacts, field: str) -> bool:
    """Whether anything was said; a viewing that was not asked for is nothing said."""
    value = getattr(facts, field)
    return value is not None and value is not False


def says_something(facts: Lead | LeadFacts, field: str) -> bool:
    """Whether the fact is known, and is no contact that identifies nobody."""
    if not is_known(facts, field):
        return False
    if field not in KEY_OF:
        return True
    if isinstance(facts, Lead):
        return getattr(facts, f"{field}_key") is not None
    return key_of(field, getattr(facts, field)) is not None


def keeps_order(lead: Lead, field: str, value: Any) -> bool:
    """Whether the lead's least would still not be above its most with `value` in `field`."""
    for least, most in PAIRS.values():
        if field == least:
            return _fits(value, getattr(lead, most))
        if field == most:
            return _fits(getattr(lead, least), value)
    return True


def _fits(least: int | None, most: int | None) -> bool:
    return least is None or most is None or least <= most
