"""Questions by Django's ORM, for the three contenders that are written with Django."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from apikeys.models import ApiKey
from bench.servers import keyset
from conversations.models import Conversation, Message
from leads.models import Lead, LeadEvent
from organisations.models import AuditEntry, Change, Feed

LEAD_FIELDS = (
    "id", "name", "email", "phone", "status", "score", "source", "summary", "intent",
    "budget_min", "budget_max", "bedrooms_min", "bedrooms_max", "area", "property_type",
    "timeline", "chain_status", "financing_status", "buyer_scheme", "stamp_duty_position",
    "viewing_requested", "property_ref", "origin_url", "campaign", "marketing_consent",
    "created_at", "updated_at",
)  # fmt: skip
MESSAGE_FIELDS = ("id", "role", "content", "created_at")
EVENT_FIELDS = (
    "position", "id", "type", "created_at", "lead_id", "conversation_id", "changed",
)  # fmt: skip


def key_of(authorization: str | None) -> ApiKey | None:
    """The good key of the header, with its organisation, in one statement."""
    if (digest := keyset.digest_of(authorization)) is None:
        return None
    return (
        ApiKey.objects.select_related("organisation")
        .filter(
            Q(expires_at__isnull=True) | Q(expires_at__gt=Now()),
            digest=digest,
            revoked_at__isnull=True,
            organisation__closed_at__isnull=True,
        )
        .first()
    )


class Page:
    """Rows of a list, and how it goes on."""

    def __init__(self, rows: list, limit: int, offset: int, tie: str) -> None:
        self.data = rows[:limit]
        self.limit = limit
        self.offset = offset
        self.has_more = len(rows) > limit
        self.next_cursor = None
        if self.has_more:
            last = self.data[-1]
            self.next_cursor = keyset.cursor_after(last.created_at.isoformat(), getattr(last, tie))


def lead_page(
    key: ApiKey,
    *,
    limit: int = 50,
    offset: int = 0,
    cursor: str | None = None,
    status: list[str] | None = None,
    since: datetime | None = None,
) -> Page:
    """Leads, newest first. The columns that the JSON does not show are not read."""
    leads = Lead.objects.filter(organisation_id=key.organisation_id, merged_into__isnull=True)
    leads = leads.only(*LEAD_FIELDS).order_by("-created_at", "-id")
    if status:
        leads = (
            leads.filter(status__in=status) if len(status) > 1 else leads.filter(status=status[0])
        )
    if since:
        leads = leads.filter(created_at__gte=since)
    if cursor:
        at, tie = keyset.place_of(cursor)
        # The first part lets the index be entered where the page begins.
        leads = leads.filter(created_at__lte=at).filter(Q(created_at__lt=at) | Q(id__lt=UUID(tie)))
    return Page(list(leads[offset : offset + limit + 1]), limit, offset, "id")


def lead(key: ApiKey, lead_id: UUID) -> Lead | None:
    leads = Lead.objects.filter(organisation_id=key.organisation_id, merged_into__isnull=True)
    return leads.only(*LEAD_FIELDS).filter(id=lead_id).first()


def change_status(key: ApiKey, lead_id: UUID, status: str) -> Lead | None:
    """Set the status, with its event, under the row's lock; the lead as it now is."""
    with transaction.atomic():
        leads = Lead.objects.filter(organisation_id=key.organisation_id, merged_into__isnull=True)
        lead = leads.select_for_update().filter(id=lead_id).first()
        if lead is not None and lead.status != status:
            _move(lead, status, key)
    return lead


def _move(lead: Lead, status: str, key: ApiKey) -> None:
    """As one writes it with the ORM: the event, the row, and the entry in the audit trail."""
    was, lead.status, lead.moved_on = lead.status, status, True
    LeadEvent.objects.create(
        organisation_id=lead.organisation_id, lead=lead, kind="status", from_value=was,
        to_value=status, actor_kind="api_key", actor_id=key.id, actor_name=key.name,
    )  # fmt: skip
    lead.save(update_fields=["status", "moved_on"])
    lead.refresh_from_db(fields=["updated_at"])  # the trigger's
    AuditEntry.objects.create(
        organisation_id=lead.organisation_id, action="status_changed", actor_kind="api_key",
        actor_id=key.id, target_kind="lead", target_id=lead.id,
        details={"from": was, "to": status}, names={"actor": key.name},
    )  # fmt: skip


def message_page(
    key: ApiKey,
    conversation_id: UUID,
    *,
    limit: int = 1000,
    offset: int = 0,
    cursor: str | None = None,
    since: datetime | None = None,
) -> Page | None:
    """A conversation's messages in the order of time; None where there is no such conversation."""
    conversations = Conversation.objects.filter(organisation_id=key.organisation_id)
    if not conversations.filter(id=conversation_id).exists():
        return None
    messages = Message.objects.filter(
        organisation_id=key.organisation_id, conversation_id=conversation_id
    )
    messages = messages.only(*MESSAGE_FIELDS, "position").order_by("created_at", "position")
    if since:
        messages = messages.filter(created_at__gte=since)
    if cursor:
        at, tie = keyset.place_of(cursor)
        messages = messages.filter(created_at__gte=at)
        messages = messages.filter(Q(created_at__gt=at) | Q(position__gt=int(tie)))
    return Page(list(messages[offset : offset + limit + 1]), limit, offset, "position")


class EventPage:
    """Changes after a position, each with its `lead`, and how far the agency's have come."""

    def __init__(self, changes: list, latest: int, limit: int) -> None:
        self.data = changes[:limit]
        self.latest = latest
        self.has_more = len(changes) > limit
        self.position = self.data[-1].position if self.has_more else latest


def event_page(key: ApiKey, *, after: str = "0", limit: int = 100) -> EventPage:
    """`after` is a position, or `latest`. Where nothing came after it the changes are not read."""
    feed = Feed.objects.filter(organisation_id=key.organisation_id)
    latest = feed.values_list("position", flat=True).first() or 0
    if after == "latest" or int(after) >= latest:
        return EventPage([], latest, limit)
    changes = Change.objects.filter(organisation_id=key.organisation_id, position__gt=int(after))
    page = EventPage(list(changes.order_by("position")[: limit + 1]), latest, limit)
    leads = Lead.objects.filter(organisation_id=key.organisation_id, merged_into__isnull=True)
    found = leads.only(*LEAD_FIELDS).in_bulk({change.lead_id for change in page.data})
    for change in page.data:
        change.lead = found.get(change.lead_id)
        change.actor = (
            {"kind": change.actor_kind, "name": change.actor_name} if change.actor_kind else None
        )
    return page
