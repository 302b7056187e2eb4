"""A conversation that tells with each turn what it told before: of that, nothing is new.

So a chat tool that sends all it knows each time adds nothing to the lead's history, and does not
answer anew, with an old consent, one that was withdrawn elsewhere since.
"""

from typing import Any
from uuid import UUID

from leads.models import EventKind, Lead, LeadEvent
from organisations.models import Organisation

_MAPS = ("not_taken", "origin", "consent")


def not_told_before(
    told: dict[str, Any], lead: Lead, conversation_id: UUID, organisation: Organisation
) -> dict[str, Any]:
    """What of a capture's payload no earlier capture of the conversation has.

    `filled` is of what was unknown, so that is new always. One statement, where there is more.
    """
    if not set(told) - {"filled", "replaced", "read", "emptied"}:
        return _with_something(told)
    captures = LeadEvent.objects.for_organisation(organisation).filter(
        lead=lead, kind=EventKind.CAPTURE, payload__conversation_id=str(conversation_id)
    )
    new = dict(told)
    for payload in captures.order_by("created_at", "id").values_list("payload", flat=True):
        names = {*payload.get("filled", ()), *payload.get("confirmed", ())}
        new["confirmed"] = [name for name in new.get("confirmed", ()) if name not in names]
        for part in _MAPS:
            before = payload.get(part, {}).items()
            new[part] = dict(new.get(part, {}).items() - before)
    if told.get("consent") and new.get("consent"):
        new["consent"] = told["consent"]  # whole, where any of it is new
    return _with_something(new)


def _with_something(told: dict[str, Any]) -> dict[str, Any]:
    return {name: said for name, said in told.items() if said}
