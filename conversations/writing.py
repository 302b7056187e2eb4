"""Conversations and their leads into the tables, dated as late as can be."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from conversations.models import Conversation, ConversationLanguage, Message, Receipt
from conversations.summing_up import Summary
from conversations.talks import NOT_YET, Talk, Turn
from foundation.database.rows import Rows, write_together
from foundation.ids import uuid7
from leads import search
from leads.events import EVENT_FIELDS
from leads.models import FACT_FIELDS, Lead, LeadEvent
from leads.origin_and_consent import COLUMNS
from leads.reading.heard import Reading
from leads.reading.reading import VERSION
from organisations.changes.numbering import next_moment, put_last
from organisations.models import Organisation

LEAD_FIELDS = (
    "id", "organisation_id", "source", "status", "score", "created_at", "moved_on", "hand_set",
    "search", "email_key", "phone_key", *FACT_FIELDS,
)  # fmt: skip
CONVERSATION_FIELDS = (
    "id", "organisation_id", "lead_id", "channel", "status", "languages_used", "external_id",
    "received_digest", "created_at", "last_message_at", "message_count", "last_words", "search",
)  # fmt: skip
MESSAGE_FIELDS = (
    "id", "organisation_id", "conversation_id", "position", "role", "content", "created_at",
)  # fmt: skip
RECEIPT_FIELDS = (
    "id", "organisation_id", "conversation_id", "position", "fact", "said", "start", "end", "rule",
    "version",
)  # fmt: skip
# Besides those that a loaded history has.
_LEAD_FIELDS = (*LEAD_FIELDS, *COLUMNS, "read_facts")
_CONVERSATION_FIELDS = (*CONVERSATION_FIELDS, "idempotency_key", "received_messages")
_MESSAGE_FIELDS = (*MESSAGE_FIELDS, "external_id")
# What may change of a conversation that grows.
_GROWN_FIELDS = (
    "id", "status", "languages_used", "received_digest", "received_messages", "last_message_at",
    "message_count", "last_words", "search",
)  # fmt: skip


def write(
    organisation: Organisation,
    *,
    new_leads: Sequence[Lead],
    changed_leads: Mapping[Lead, Collection[str]],
    talks: Sequence[Talk],
    events: Sequence[tuple[Any, ...]],
) -> None:
    """Write all, leads before what points at them: those keys are not deferred.

    `changed_leads` names the columns of each. Whatever is live is written when the block of
    `numbered_last` ends, dated by the moment at which the organisation's counter is taken; all
    that can be done before that is done here.
    """
    _update_leads(changed_leads)
    for lead in new_leads:
        search.renew(lead)
    ConversationLanguage.objects.note(
        organisation, {code for talk in talks if talk.is_new for code in talk.languages}
    )
    if _is_dated_ahead(talks):
        date(new_leads, talks, next_moment(organisation.id))
    tables = _tables(new_leads, talks, events)
    if _is_live(talks):
        put_last(organisation.id, *tables)
    else:
        write_together(*tables)


def date(leads: Iterable[Lead], talks: Iterable[Talk], moment: datetime) -> None:
    """Date by this what is not dated yet."""
    dated: list[Any] = [*leads, *talks, *(turn for talk in talks for turn in talk.new_turns)]
    for each in dated:
        if each.created_at is NOT_YET:
            each.created_at = moment


def _is_live(talks: Iterable[Talk]) -> bool:
    return any(turn.created_at is NOT_YET for talk in talks for turn in talk.new_turns)


def _is_dated_ahead(talks: Iterable[Talk]) -> bool:
    """Whether what is live may not be the latest of its talk: a history may be a day ahead."""
    now = datetime.now(UTC)
    return any(
        now < turn.created_at < NOT_YET
        for talk in talks
        if talk.turns[-1].created_at is NOT_YET
        for turn in talk.turns
    )


def _update_leads(changed: Mapping[Lead, Collection[str]]) -> None:
    if not changed:
        return
    for lead in changed:
        search.renew(lead)
    columns = {"search"}.union(*changed.values())
    Lead.objects.bulk_update(changed, columns)


# --- Rows ----------------------------------------------------------------------------------------
def _tables(
    leads: Iterable[Lead], talks: Sequence[Talk], events: Sequence[tuple[Any, ...]]
) -> list[Rows]:
    summaries = [(talk, talk.summary()) for talk in talks]
    new = [_new_row(talk, summary) for talk, summary in summaries if talk.is_new]
    grown = [_grown_row(talk, summary) for talk, summary in summaries if not talk.is_new]
    messages = [_message_row(talk, turn) for talk in talks for turn in talk.new_turns]
    receipts = [
        receipt_row(talk.lead.organisation_id, talk.id, turn.position, reading)
        for talk in talks
        for turn, reading in talk.receipts
    ]
    made = ("created_at", "updated_at")  # as one moment: nothing changes before it is there
    return [
        Rows(Lead, _LEAD_FIELDS, [_lead_row(lead) for lead in leads], dated=made),
        Rows(Conversation, _CONVERSATION_FIELDS, new, dated=(*made, "last_message_at")),
        Rows(Conversation, _GROWN_FIELDS, grown, stand=True, dated=("last_message_at",)),
        Rows(Message, _MESSAGE_FIELDS, messages, dated=("created_at",)),
        Rows(LeadEvent, EVENT_FIELDS, events),
        Rows(Receipt, RECEIPT_FIELDS, receipts),
    ]


def _if_dated(moment: datetime) -> datetime | None:
    return None if moment is NOT_YET else moment


_lead_values = attrgetter(*_LEAD_FIELDS)
_LEAD_CREATED = _LEAD_FIELDS.index("created_at")


def _lead_row(lead: Lead) -> list[Any]:
    row = list(_lead_values(lead))
    row[_LEAD_CREATED] = _if_dated(lead.created_at)
    return row


def _new_row(talk: Talk, summary: Summary) -> tuple[Any, ...]:
    return (
        talk.id, talk.lead.organisation_id, talk.lead.id, talk.channel, talk.status,
        talk.languages, talk.external_id, talk.digest, _if_dated(talk.created_at),
        _if_dated(summary.last_message_at), summary.message_count, summary.last_words,
        summary.search, talk.idempotency_key, talk.brought,
    )  # fmt: skip


def _grown_row(talk: Talk, summary: Summary) -> tuple[Any, ...]:
    return (
        talk.id, talk.status, talk.languages, talk.digest, talk.brought,
        _if_dated(summary.last_message_at), summary.message_count, summary.last_words,
        summary.search,
    )  # fmt: skip


def _message_row(talk: Talk, turn: Turn) -> tuple[Any, ...]:
    return (
        turn.id, talk.lead.organisation_id, talk.id, turn.position, turn.role, turn.content,
        _if_dated(turn.created_at), turn.external_id,
    )  # fmt: skip


def receipt_row(
    organisation_id: UUID, conversation_id: UUID, position: int, reading: Reading
) -> tuple[Any, ...]:
    """A receipt in the order of RECEIPT_FIELDS."""
    return (
        uuid7(), organisation_id, conversation_id, position, reading.fact,
        Jsonb(dict(reading.said)), reading.start, reading.end, reading.rule, VERSION,
    )  # fmt: skip
