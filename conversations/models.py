"""Conversations and their messages (CONTRACT.md, section 1)."""

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, OuterRef, Prefetch, Q, Subquery, Sum
from django.db.models.functions import Coalesce, Left, Length, Now
from django.db.models.lookups import LessThanOrEqual

from leads.models import Channel, Lead
from organisations.columns import WrittenXidField
from organisations.ids import uuid7
from organisations.models import Organisation

LONGEST_CONTENT = 20_000  # characters
TRANSCRIPT_MESSAGES = 200  # what a page shows of a conversation at once


class ConversationStatus(models.TextChoices):
    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"


def _count_of(messages: "MessageQuerySet") -> Coalesce:
    """The number of messages, as a subquery of the conversation's row."""
    grouped = messages.order_by().values("conversation").annotate(number=Count("id"))
    return Coalesce(Subquery(grouped.values("number")), 0)


class ConversationQuerySet(models.QuerySet["Conversation"]):
    """Every way in which conversations are chosen. The first call is for_organisation()."""

    def for_organisation(self, organisation: Organisation) -> Self:
        return self.filter(organisation=organisation)

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-id")

    def latest_activity_first(self) -> Self:
        return self.order_by("-last_message_at", "-id")

    def with_what_was_said(self) -> Self:
        """Each with `last_words` (its last message's beginning), `message_count` and, of these,
        `visitor_message_count`: by index and within the same statement."""
        messages = Message.objects.filter(
            organisation=OuterRef("organisation"), conversation=OuterRef("id")
        )
        last = messages.order_by("-created_at", "-position")
        return self.annotate(
            last_words=Subquery(last.values(words=Left("content", 200))[:1]),
            message_count=_count_of(messages),
            visitor_message_count=_count_of(messages.filter(role=MessageRole.USER)),
        )

    def count_visitor_messages(self) -> int:
        """How many messages of these conversations are the visitors' own."""
        messages = Message.objects.filter(
            organisation=OuterRef("organisation"), conversation=OuterRef("id")
        )
        # A subquery for each conversation, by index, as in `with_what_was_said`.
        counts = self.order_by().annotate(own=_count_of(messages.filter(role=MessageRole.USER)))
        total: int = counts.aggregate(total=Sum("own", default=0))["total"]
        return total

    def with_messages(self, organisation: Organisation) -> Self:
        """Each with all of its messages in the order of time, read in one statement more."""
        messages = Message.objects.for_organisation(organisation).in_order_of_time()
        return self.prefetch_related(Prefetch("messages", messages))

    def erase(self, organisation: Organisation) -> None:
        """Delete the organisation's conversations among these, with their messages, for good.

        Two statements by index. Django's own cascade would look for messages without naming the
        organisation, with which every index begins, and so read the whole table.
        """
        ours = self.for_organisation(organisation).order_by()
        messages = Message.objects.for_organisation(organisation)
        messages = messages.filter(conversation__in=ours.values("id"))
        messages._raw_delete(messages.db)
        ours._raw_delete(ours.db)


class Conversation(models.Model):
    """One chat over one channel."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Neither has a key or an index of its own: the composite key over (organisation, lead) holds
    # both, and every index below leads with the organisation.
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="conversations", db_index=False,
        db_constraint=False,
    )  # fmt: skip
    lead = models.ForeignKey(
        Lead, models.CASCADE, related_name="conversations", db_index=False, db_constraint=False
    )
    channel = models.CharField(max_length=16, choices=Channel.choices)
    status = models.CharField(
        max_length=16, choices=ConversationStatus.choices, default=ConversationStatus.OPEN
    )
    languages_used: Any = ArrayField(models.CharField(max_length=35), default=list)
    # The sender's own id: the same one again is the same conversation.
    external_id = models.CharField(max_length=200, null=True)
    # SHA-256 of the conversation as it was received, to tell a repeat from one that differs.
    received_digest = models.BinaryField(max_length=32, null=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    last_message_at = models.DateTimeField(db_default=Now())
    written_xid = WrittenXidField()

    objects = ConversationQuerySet.as_manager()

    class Meta:
        constraints = [
            # The composite foreign key from messages points here.
            models.UniqueConstraint(
                name="conversations_conversation_org_and_id", fields=["organisation", "id"]
            ),
            models.UniqueConstraint(
                name="conversations_conversation_external_id_unique",
                fields=["organisation", "external_id"],
                condition=Q(external_id__isnull=False),
            ),
            models.CheckConstraint(
                name="conversations_conversation_external_id_said",
                condition=~Q(external_id=""),
            ),
            models.CheckConstraint(
                name="conversations_conversation_channel_known",
                condition=Q(channel__in=Channel.values),
            ),
            models.CheckConstraint(
                name="conversations_conversation_status_known",
                condition=Q(status__in=ConversationStatus.values),
            ),
        ]
        indexes = [
            # GET /api/v1/conversations, and the same by channel and by status.
            models.Index(
                name="conversations_newest", fields=["organisation", "-created_at", "-id"]
            ),
            models.Index(
                name="conversations_newest_channel",
                fields=["organisation", "channel", "-created_at", "-id"],
            ),
            models.Index(
                name="conversations_newest_status",
                fields=["organisation", "status", "-created_at", "-id"],
            ),
            # A lead's conversations, on its page and by `lead_id=`.
            models.Index(
                name="conversations_of_lead",
                fields=["organisation", "lead", "-created_at", "-id"],
            ),
            # `updated_since=`.
            models.Index(name="conversations_updated", fields=["organisation", "-updated_at"]),
            # The conversations page: newest activity first.
            models.Index(
                name="conversations_latest",
                fields=["organisation", "-last_message_at", "-id"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} conversation {self.id}"

    def latest_messages(self) -> list["Message"]:
        """Its last messages, as many as a page shows, in the order of time."""
        messages = Message.objects.filter(
            organisation_id=self.organisation_id, conversation_id=self.id
        )
        return list(messages.latest_first()[:TRANSCRIPT_MESSAGES])[::-1]


class MessageRole(models.TextChoices):
    USER = "user", "Visitor"
    ASSISTANT = "assistant", "Assistant"


class MessageQuerySet(models.QuerySet["Message"]):
    """Every way in which messages are chosen. The first call is for_organisation()."""

    def for_organisation(self, organisation: Organisation) -> Self:
        return self.filter(organisation=organisation)

    def in_order_of_time(self) -> Self:
        return self.order_by("created_at", "position")

    def latest_first(self) -> Self:
        return self.order_by("-created_at", "-position")


class Message(models.Model):
    """One turn of a conversation."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    conversation = models.ForeignKey(
        Conversation, models.CASCADE, related_name="messages", db_index=False, db_constraint=False
    )
    # In file or body order, from 0: it breaks ties of time.
    position = models.IntegerField()
    role = models.CharField(max_length=16, choices=MessageRole.choices)
    content = models.TextField()
    external_id = models.CharField(max_length=200, null=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="conversations_message_position_unique",
                fields=["organisation", "conversation", "position"],
            ),
            models.UniqueConstraint(
                name="conversations_message_external_id_unique",
                fields=["organisation", "conversation", "external_id"],
                condition=Q(external_id__isnull=False),
            ),
            models.CheckConstraint(
                name="conversations_message_external_id_said", condition=~Q(external_id="")
            ),
            models.CheckConstraint(
                name="conversations_message_position_from_zero", condition=Q(position__gte=0)
            ),
            models.CheckConstraint(
                name="conversations_message_role_known",
                condition=Q(role__in=MessageRole.values),
            ),
            models.CheckConstraint(
                name="conversations_message_content_said", condition=~Q(content="")
            ),
            models.CheckConstraint(
                name="conversations_message_content_length",
                condition=LessThanOrEqual(Length("content"), LONGEST_CONTENT),
            ),
        ]
        indexes = [
            # A transcript, and GET /api/v1/conversations/{id}/messages.
            models.Index(
                name="conversations_message_in_order",
                fields=["organisation", "conversation", "created_at", "position"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.content[:40]}"
