"""All leads of an agency scored again, by the worker, after its weights changed."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db.models import Count, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce, Now

from conversations.choices import MessageRole
from conversations.models import Conversation, Message
from leads.agency_weights import SETTLED_AFTER, weights_from
from leads.events import new_event
from leads.followed import as_it_stands, note_differences
from leads.models import EventKind, Lead, LeadEvent, ScoreWeights
from leads.scoring import Weights, apply_score
from leads.search import renew
from organisations.actors import SYSTEM
from organisations.changes.numbering import numbered_last
from organisations.models import Organisation

_AT_ONCE = 200  # leads, in one transaction


def rescore_due(settled_after: timedelta = SETTLED_AFTER) -> int:
    """Score the leads of every agency whose weights changed, and no process scores by those before.

    How many leads got another score. Killed, it goes on where it was.
    """
    due = ScoreWeights.objects.to_rescore().filter(made_at__lte=Now() - settled_after)
    changed = 0
    for row in due.select_related("organisation").order_by("id"):
        weights = weights_from(_latest_points(row))
        while (step := _step(row.organisation, row, weights)) is not None:
            changed += step
    return changed


def draw_in() -> None:
    """Have weights that were made while the clock was ahead count as made now."""
    ScoreWeights.objects.to_rescore().filter(made_at__gt=Now()).update(made_at=Now())


def _latest_points(row: ScoreWeights) -> dict[str, int]:
    """Of several changes the last holds, whichever is being worked off."""
    rows = ScoreWeights.objects.for_organisation(row.organisation).latest_first()
    points: dict[str, int] = rows.values_list("points", flat=True)[0]
    return points


@numbered_last()
def _step(organisation: Organisation, row: ScoreWeights, weights: Weights) -> int | None:
    """Some leads further; how many got another score, None where all are done."""
    ours = Lead.objects.for_organisation(organisation).unmerged().order_by("id")
    if row.rescored_to is not None:
        ours = ours.filter(id__gt=row.rescored_to)
    leads = list(ours.select_for_update()[:_AT_ONCE])
    if not leads:
        ScoreWeights.objects.filter(id=row.id).update(rescored_at=Now())
        return None
    changed = _score(organisation, leads, weights)
    row.rescored_to = leads[-1].id
    row.save(update_fields=["rescored_to"])
    return changed


def _score(organisation: Organisation, leads: Sequence[Lead], weights: Weights) -> int:
    messages = visitor_messages(organisation, [lead.id for lead in leads])
    changed, moves = [], []
    for lead in leads:
        stood = as_it_stands(lead)
        move = apply_score(lead, messages.get(lead.id, 0), weights)
        if lead.score == stood["score"]:
            continue
        renew(lead)
        changed.append(lead)
        if move is not None:
            moves.append(new_event(lead, EventKind.STATUS, by=SYSTEM, change=move))
        note_differences(lead, stood, by=SYSTEM)
    Lead.objects.bulk_update(changed, ["score", "status", "search"])
    LeadEvent.objects.bulk_create(moves)
    return len(changed)


def visitor_messages(organisation: Organisation, lead_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many messages of each lead's conversations are its own; one statement."""
    of_conversation = Message.objects.for_organisation(organisation).filter(
        conversation=OuterRef("id"), role=MessageRole.USER
    )
    number = of_conversation.order_by().values("conversation").values(number=Count("id"))
    talks = Conversation.objects.for_organisation(organisation).filter(lead__in=lead_ids)
    counted = talks.annotate(own=Coalesce(Subquery(number), 0)).values("lead_id")
    sums = counted.annotate(total=Sum("own")).order_by().values_list("lead_id", "total")
    return dict(sums)
