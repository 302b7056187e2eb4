"""Conversations and their messages (CONTRACT.md, section 1)."""

from collections.abc import Iterable, Sequence
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Count, F, OuterRef, Prefetch, Q, Subquery, Sum
from django.db.models.functions import Coalesce, Length, Now
from django.db.models.lookups import LessThanOrEqual

from conversations.choices import ConversationStatus, MessageRole

# Django finds an app's models here.
from conversations.intake_addresses import HeldBackPost as HeldBackPost
from conversations.intake_addresses import IntakeAddress as IntakeAddress
from conversations.remainders import Remainder as Remainder
from conversations.summing_up import LONGEST_LAST_WORDS, sum_up
from foundation.database.constraints import known, said
from foundation.database.kept_queries import KeptQuery
from foundation.ids import uuid7
from leads.evidence import MOST_WORDS, Words
from leads.models import Lead
from leads.models.choices import Channel
from organisations.models import Organisation, TenantQuerySet

LONGEST_CONTENT = 20_000  # characters
TRANSCRIPT_MESSAGES = 200  # what a page shows of a conversation at once


def _count_of(messages: "MessageQuerySet") -> Coalesce:
    """The number of messages, as a subquery of the conversation's row."""
    grouped = messages.order_by().values("conversation").annotate(number=Count("id"))
    return Coalesce(Subquery(grouped.values("number")), 0)


class ConversationQuerySet(TenantQuerySet["Conversation"]):
    """Every way in which conversations are chosen."""

    def for_organisation(self, organisation: Organisation) -> Self:
        """Those of the organisation, without their words, which are only asked and never shown."""
        return super().for_organisation(organisation).defer("search")

    def with_leads(self, organisation: Organisation) -> Self:
        """Each with its lead, read in one statement more: a join would be made for every
        conversation that a search collects, to show fifty."""
        leads = Lead.objects.for_organisation(organisation).defer("search")
        return self.prefetch_related(Prefetch("lead", leads))

    def count_visitor_messages(self) -> int:
        """How many messages of these conversations are the visitors' own."""
        messages = Message.objects.filter(
            organisation=OuterRef("organisation"), conversation=OuterRef("id")
        )
        # A subquery for each conversation, by index.
        counts = self.order_by().annotate(own=_count_of(messages.filter(role=MessageRole.USER)))
        total: int = counts.aggregate(total=Sum("own", default=0))["total"]
        return total

    def with_messages(self, organisation: Organisation) -> Self:
        """Each with all of its messages in the order of time, read in one statement more."""
        messages = Message.objects.for_organisation(organisation).in_order_of_time()
        return self.prefetch_related(Prefetch("messages", messages))

    def with_receipts(self, organisation: Organisation) -> Self:
        """Each with all of its receipts in the order of the words, read in one statement more."""
        receipts = Receipt.objects.for_organisation(organisation)
        in_order = receipts.order_by("position", "start", "id")
        return self.prefetch_related(Prefetch("receipts", in_order))

    def words_read(self, organisation: Organisation) -> list[Words]:
        """The latest words of these conversations out of which facts were read, in their order."""
        receipts = Receipt.objects.for_organisation(organisation)
        ours = receipts.filter(conversation__in=self.order_by().values("id"))
        latest = ours.with_words().reverse()[:MOST_WORDS]
        return [each.words() for each in reversed(latest)]

    def erase(self, organisation: Organisation) -> tuple[int, int]:
        """Delete the organisation's conversations among these, with their messages, for good; how
        many of each.

        Two statements by index; receipts go with their messages. Django's own cascade would look
        for messages without naming the organisation, with which every index begins, and so read the
        whole table.
        """
        ours = self.for_organisation(organisation).order_by()
        messages = Message.objects.for_organisation(organisation)
        messages = messages.filter(conversation__in=ours.values("id"))
        words = messages._raw_delete(messages.db)
        return ours._raw_delete(ours.db), words


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
    # The header of a capture whose body had no external_id, likewise.
    idempotency_key = models.CharField(max_length=200, null=True)
    # SHA-256 of the conversation as it was last received, to tell a repeat from one that differs.
    received_digest = models.BinaryField(max_length=32, null=True)
    received_messages = models.IntegerField(
        null=True, help_text="that what was last received added"
    )
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    # What its messages come to: `conversations.summing_up.sum_up()`, stored with every change.
    last_message_at = models.DateTimeField(db_default=Now())
    message_count = models.IntegerField(default=0, db_default=0)
    last_words = models.CharField(max_length=LONGEST_LAST_WORDS, default="", db_default="")
    search = SearchVectorField(default="", db_default="", editable=False)

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
            models.UniqueConstraint(
                name="conversations_conversation_idempotency_key_unique",
                fields=["organisation", "idempotency_key"],
                condition=Q(idempotency_key__isnull=False),
            ),
            said("conversations_conversation", "external_id"),
            said("conversations_conversation", "idempotency_key"),
            known("conversations_conversation", "channel", Channel),
            known("conversations_conversation", "status", ConversationStatus),
            models.CheckConstraint(
                name="conversations_conversation_message_count_from_zero",
                condition=Q(message_count__gte=0),
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
            # The same, narrowed to channels and to a status.
            models.Index(
                name="conversations_latest_of_state",
                fields=["organisation", "channel", "status", "-last_message_at", "-id"],
            ),
            # Words and languages: the lexemes carry the organisation.
            GinIndex(name="conversations_search", fields=["search"]),
        ]

    def __str__(self) -> str:
        return f"{self.channel} conversation {self.id}"

    def latest_messages(self) -> list["Message"]:
        """Its last messages, as many as a page shows, in the order of time."""
        messages = Message.objects.filter(
            organisation_id=self.organisation_id, conversation_id=self.id
        )
        return with_receipts(list(messages.latest_first()[:TRANSCRIPT_MESSAGES])[::-1])

    def sum_up(self) -> None:
        """Save what its messages come to now. The row must be locked."""
        messages = Message.objects.filter(
            organisation_id=self.organisation_id, conversation_id=self.id
        )
        in_order = list(messages.order_by("position"))
        summary = sum_up(self.organisation_id, in_order, self.languages_used)
        self.message_count = summary.message_count
        self.last_message_at = summary.last_message_at
        self.last_words = summary.last_words
        self.search = summary.search
        self.save(update_fields=["message_count", "last_message_at", "last_words", "search"])


class LanguageQuerySet(TenantQuerySet["ConversationLanguage"]):
    """Every way in which languages are chosen."""

    def note(self, organisation: Organisation, codes: Iterable[str]) -> None:
        """Remember that the organisation has conversations in these languages."""
        different = {code.lower() for code in codes}
        if not different:
            return
        noted = _NOTED.ask(agency=organisation.id, codes=sorted(different))
        new = different.difference(code for (code,) in noted)
        self.bulk_create(
            ConversationLanguage(organisation=organisation, code=code) for code in sorted(new)
        )

    def codes(self) -> list[str]:
        """Each language once."""
        return list(self.order_by("code").values_list("code", flat=True).distinct())


class ConversationLanguage(models.Model):
    """A language in which an organisation has conversations: what its list can be narrowed by.

    Once noted it stays, though its last conversation be erased: it is then a filter that finds
    nothing. Two captures that meet a language at once both note it: a unique key would have the one
    wait until the other is done.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", db_index=False)
    code = models.CharField(max_length=35, help_text="BCP 47, in lower case")

    objects = LanguageQuerySet.as_manager()

    class Meta:
        constraints = [
            said("conversations_conversationlanguage", "code"),
        ]
        indexes = [
            models.Index(name="conversations_languages", fields=["organisation", "code"]),
        ]

    def __str__(self) -> str:
        return self.code


_NOTED = KeptQuery(
    lambda: ConversationLanguage.objects.filter(
        organisation__given="agency", code__given_any="codes"
    ).values_list("code")
)


class MessageQuerySet(TenantQuerySet["Message"]):
    """Every way in which messages are chosen."""

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
    # What was read of it (`with_receipts`), and the words that the address asks for.
    told: Sequence["Receipt"] = ()
    asked_words: tuple[int, int] | None = None

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
            said("conversations_message", "external_id"),
            models.CheckConstraint(
                name="conversations_message_position_from_zero", condition=Q(position__gte=0)
            ),
            known("conversations_message", "role", MessageRole),
            said("conversations_message", "content"),
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


class ReceiptQuerySet(TenantQuerySet["Receipt"]):
    """Every way in which receipts are chosen."""

    def with_words(self) -> Self:
        """Each with its message, in the order in which the words were said."""
        said_in_order = ("message__created_at", "conversation", "position", "start", "id")
        return self.select_related("message").order_by(*said_in_order)


class Receipt(models.Model):
    """Where a fact was read: the words of a message, and the rule that read them.

    It has no lead of its own: a conversation that moves to another lead takes its receipts along.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # No keys or indexes of their own: one key over both and the position holds all.
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    conversation = models.ForeignKey(
        Conversation, models.CASCADE, related_name="receipts", db_index=False, db_constraint=False
    )
    position = models.IntegerField(help_text="of the message in its conversation")
    message = models.ForeignObject(
        Message,
        models.DO_NOTHING,
        from_fields=("organisation", "conversation", "position"),
        to_fields=("organisation", "conversation", "position"),
        related_name="receipts",
    )
    fact = models.CharField(max_length=32, help_text="as the score names it: budget, area")
    said = models.JSONField(
        help_text="the lead's columns with what was read, null for an open side"
    )
    start = models.IntegerField(help_text="of the words, in Unicode code points")
    end = models.IntegerField()
    rule = models.CharField(max_length=64)
    version = models.SmallIntegerField(help_text="of the rules")

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        constraints = [
            said("conversations_receipt", "fact"),
            said("conversations_receipt", "rule"),
            models.CheckConstraint(
                name="conversations_receipt_words_in_order",
                condition=Q(start__gte=0, end__gt=F("start")),
            ),
        ]
        indexes = [
            # What was read in a conversation: in its transcript, and for its lead's score.
            models.Index(
                name="conversations_receipt_of_talk",
                fields=["organisation", "conversation", "position"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fact}: {self.said}"

    def words(self) -> Words:
        """The words themselves, of a receipt that was asked for with them."""
        return Words(
            fact=self.fact,
            said=self.said,
            conversation_id=self.conversation_id,
            message_id=self.message.id,
            quote=self.message.content[self.start : self.end],
            start=self.start,
            end=self.end,
            at=self.message.created_at,
        )


def with_receipts(messages: list[Message]) -> list[Message]:
    """The messages, all of one conversation, each with what was read of it; one statement."""
    if not messages:
        return messages
    first = messages[0]
    told: dict[int, list[Receipt]] = {}
    receipts = Receipt.objects.filter(
        organisation_id=first.organisation_id,
        conversation_id=first.conversation_id,
        position__in=[message.position for message in messages],
    )
    for receipt in receipts.order_by("position", "start", "id"):
        told.setdefault(receipt.position, []).append(receipt)
    for message in messages:
        message.told = told.get(message.position, ())
    return messages


# The tables of files that agencies bring in, here where Django looks for them.
from conversations.csv_files import CsvImport as CsvImport  # noqa: E402
