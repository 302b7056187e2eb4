"""Conversations and their leads into the tables, dated as late as can be."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from conversations.models import Conversation, ConversationLanguage, Message, Receipt
from conversations.summing_up import Summary
from conversations.talks import NOT_YET, Talk
from foundation.database.inserting import Rows, insert_together
from foundation.ids import uuid7
from leads import search
from leads.events import EVENT_FIELDS
from leads.models import FACT_FIELDS, Lead, LeadEvent
from leads.origin_and_consent import COLUMNS
from leads.reading.heard import Reading
from leads.reading.reading import VERSION
from organisations.changes.numbering import next_moment
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
    "status", "languages_used", "received_digest", "received_messages", "last_message_at",
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

    `changed_leads` names the columns of each. Whatever is live is dated by one moment, which takes
    the organisation's counter: nothing after it waits for anybody.
    """
    summaries = [talk.summary() for talk in talks]
    _update_leads(changed_leads)
    for lead in new_leads:
        search.renew(lead)
    ConversationLanguage.objects.note(
        organisation, {code for talk in talks if talk.is_new for code in talk.languages}
    )
    if _is_live(talks):
        moment = next_moment(organisation.id)
        _date(new_leads, talks, moment)
        pairs = zip(talks, summaries, strict=True)
        summaries = [_dated(talk, summary, moment) for talk, summary in pairs]
    _update_grown(talks, summaries)
    insert_together(
        Rows(Lead, _LEAD_FIELDS, list(map(_lead_row, new_leads))),
        Rows(Conversation, _CONVERSATION_FIELDS, list(_new_rows(talks, summaries))),
        Rows(Message, _MESSAGE_FIELDS, list(_message_rows(talks))),
        Rows(LeadEvent, EVENT_FIELDS, events),
        Rows(Receipt, RECEIPT_FIELDS, list(_receipt_rows(talks))),
    )


def _is_live(talks: Iterable[Talk]) -> bool:
    return any(turn.created_at is NOT_YET for talk in talks for turn in talk.new_turns)


def _date(leads: Iterable[Lead], talks: Iterable[Talk], moment: datetime) -> None:
    dated: list[Any] = [*leads, *talks, *(turn for talk in talks for turn in talk.new_turns)]
    for each in dated:
        if each.created_at is NOT_YET:
            each.created_at = moment


def _dated(talk: Talk, summary: Summary, moment: datetime) -> Summary:
    """The summary, which was made before the talk's new messages were dated."""
    if summary.last_message_at is not NOT_YET:
        return summary
    if any(turn.created_at > moment for turn in talk.turns):  # a history, dated a day ahead
        return talk.summary()
    return replace(summary, last_message_at=moment)


def _update_leads(changed: Mapping[Lead, Collection[str]]) -> None:
    if not changed:
        return
    for lead in changed:
        search.renew(lead)
    columns = {"search"}.union(*changed.values())
    Lead.objects.bulk_update(changed, columns)


def _update_grown(talks: Iterable[Talk], summaries: Iterable[Summary]) -> None:
    grown = [
        _grown(talk, summary)
        for talk, summary in zip(talks, summaries, strict=True)
        if not talk.is_new
    ]
    if grown:
        Conversation.objects.bulk_update(grown, _GROWN_FIELDS)


# --- Rows ----------------------------------------------------------------------------------------
_lead_row = attrgetter(*_LEAD_FIELDS)


def _new_rows(talks: Iterable[Talk], summaries: Iterable[Summary]) -> Iterator[tuple[Any, ...]]:
    for talk, summary in zip(talks, summaries, strict=True):
        if talk.is_new:
            yield (
                talk.id, talk.lead.organisation_id, talk.lead.id, talk.channel, talk.status,
                talk.languages, talk.external_id, talk.digest, talk.created_at,
                summary.last_message_at, summary.message_count, summary.last_words,
                summary.search, talk.idempotency_key, talk.brought,
            )  # fmt: skip


def _message_rows(talks: Iterable[Talk]) -> Iterator[tuple[Any, ...]]:
    for talk in talks:
        for turn in talk.new_turns:
            yield (
                turn.id, talk.lead.organisation_id, talk.id, turn.position, turn.role,
                turn.content, turn.created_at, turn.external_id,
            )  # fmt: skip


def _receipt_rows(talks: Iterable[Talk]) -> Iterator[tuple[Any, ...]]:
    for talk in talks:
        for turn, reading in talk.receipts:
            yield receipt_row(talk.lead.organisation_id, talk.id, turn.position, reading)


def receipt_row(
    organisation_id: UUID, conversation_id: UUID, position: int, reading: Reading
) -> tuple[Any, ...]:
    """A receipt in the order of RECEIPT_FIELDS."""
    return (
        uuid7(), organisation_id, conversation_id, position, reading.fact,
        Jsonb(dict(reading.said)), reading.start, reading.end, reading.rule, VERSION,
    )  # fmt: skip


def _grown(talk: Talk, summary: Summary) -> Conversation:
    return Conversation(
        id=talk.id,
        status=talk.status,
        languages_used=talk.languages,
        received_digest=talk.digest,
        received_messages=talk.brought,
        last_message_at=summary.last_message_at,
        message_count=summary.message_count,
        last_words=summary.last_words,
        search=summary.search,
    )
