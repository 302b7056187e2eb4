"""Facts and contact details set by hand: captures never overwrite them (CONTRACT.md, section 1)."""

from collections.abc import Iterable, Mapping
from typing import Any

from leads.contacts import columns_to_save, set_fact
from leads.events import new_event
from leads.followed import as_it_stands, note_differences
from leads.models import EventKind, Lead, LeadEvent
from leads.rescoring import RESCORED_FIELDS, count_visitor_messages, rescore
from organisations.actors import Actor
from organisations.changes.numbering import numbered_last


@numbered_last()
def correct(lead: Lead, changes: Mapping[str, Any], *, by: Actor) -> list[LeadEvent]:
    """Set facts by hand, and score the lead again; returns an event for each that changed.

    `changes` maps names of FACT_FIELDS to values, None for unknown. What stands already is left
    out and not marked as set by hand. The lead's row must be locked.
    """
    changed = {field: value for field, value in changes.items() if value != getattr(lead, field)}
    if not changed:
        return []
    stood = as_it_stands(lead)
    events = []
    for field, value in changed.items():
        change = (as_text(getattr(lead, field)), as_text(value))
        events.append(
            new_event(lead, EventKind.FIELD, by=by, change=change, payload={"field": field})
        )
        set_fact(lead, field, value)
    lead.hand_set = [*lead.hand_set, *(field for field in changed if field not in lead.hand_set)]
    lead.read_facts = [field for field in lead.read_facts if field not in changed]
    moves = rescore(lead, count_visitor_messages(lead))
    if lead.score != stood["score"]:  # what all the changes together did to it stands with the last
        events[-1].payload["score"] = {"from": stood["score"], "to": lead.score}
    lead.save(update_fields=[*columns_to_save(changed), "hand_set", "read_facts", *RESCORED_FIELDS])
    LeadEvent.objects.bulk_create([*events, *moves])
    note_differences(lead, stood, by=by)
    lead.refresh_from_db(fields=["updated_at"])  # the trigger's
    return events


@numbered_last()
def let_go(lead: Lead, fields: Iterable[str], *, by: Actor) -> list[LeadEvent]:
    """Let captures fill these facts again where they are unknown; an event for each.

    The lead's row must be locked.
    """
    freed = [field for field in fields if field in lead.hand_set]
    if not freed:
        return []
    lead.hand_set = [field for field in lead.hand_set if field not in freed]
    lead.save(update_fields=["hand_set"])
    return LeadEvent.objects.bulk_create(
        new_event(lead, EventKind.FIELD, by=by, payload={"field": field, "let_go": True})
        for field in freed
    )


def as_text(value: Any) -> str | None:
    """A fact as an event keeps it: `350000`, `asap`, `yes`, `no`; None for unknown."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return None if value is None else str(value)


def from_text(field: str, text: str | None) -> Any:
    """The fact that `as_text` wrote, as the lead's column holds it; None for unknown."""
    if field == "viewing_requested":
        return text == "yes"
    column: Any = Lead._meta.get_field(field)
    return None if text is None else column.to_python(text)
