"""What the feed no longer tells: of an erased lead, and after ninety days."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Now
from django.db.models.lookups import GreaterThan

from organisations.actors import Actor
from organisations.changes.numbering import NewChange, note
from organisations.models import Change, ChangeType, Feed, Organisation

KEPT = timedelta(days=90)  # CONTRACT.md, section 3: at least
_AT_ONCE = 10_000


def forget(organisation: Organisation, lead_ids: Collection[UUID], *, by: Actor) -> None:
    """Of these leads' changes only position, id, type and time stay; and that they were erased."""
    changes = Change.objects.for_organisation(organisation)
    told = changes.filter(lead_id__in=lead_ids).locked_in_order()
    changes.filter(position__in=[position for (position,) in told.values_list("position")]).update(
        lead_id=None,
        conversation_id=None,
        changed=[],
        from_value=None,
        to_value=None,
        count=None,
        actor_kind=None,
        actor_name=None,
    )
    erased = [NewChange(type=ChangeType.LEAD_ERASED, by=by, lead_id=id_) for id_ in lead_ids]
    note(organisation.id, *erased)


def drop_old(organisation: Organisation) -> int:
    """Drop the organisation's changes from before KEPT, in short transactions; how many.

    The feed's row says up to which position, and is never dropped: positions go on from there.
    """
    dropped = 0
    while batch := _drop_some(organisation):
        dropped += batch
    return dropped


def drop_all_old() -> None:
    """The same for every organisation, one after the other."""
    for organisation in Organisation.objects.all():
        drop_old(organisation)


@transaction.atomic
def _drop_some(organisation: Organisation) -> int:
    """The oldest, as long as they are old: times grow with the positions."""
    changes = Change.objects.for_organisation(organisation)
    is_old = GreaterThan(Now() - F("created_at"), Value(KEPT))
    oldest = changes.locked_in_order().values_list("position", is_old)[:_AT_ONCE]
    old = [position for position, is_old in oldest if is_old]
    if old:
        changes.filter(position__lte=old[-1]).delete()
        Feed.objects.filter(organisation=organisation).update(dropped=old[-1])
    return len(old)
