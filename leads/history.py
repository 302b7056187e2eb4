"""All that ever happened to a lead, in words, newest first.

What happened to leads that were merged into it is part of it, under their names.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import QueryDict

from foundation.ids import parse_uuid
from foundation.lists.paging import page_of
from foundation.plurals import so_many
from leads.givings import counterpart_of, counterparts, open_givings
from leads.merging import last_merge, merged_leads
from leads.models import EventKind, Lead, LeadEvent, LeadEventQuerySet
from leads.models.choices import Channel, LostReason
from leads.notes import NO_ANSWER
from leads.undoing import OpenRun, may_be_open, open_runs
from leads.undoing_acts import act_to_undo
from leads.wording import fact_label, value_in_words
from organisations.models import Organisation, User

PAGE_EVENTS = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as people read it."""

    event: LeadEvent
    what: str  # "Budget, up to"; empty for a change of status, which is badges
    change: tuple[str, str] | None = None  # from and to, in words
    details: list[str] = field(default_factory=list)
    note: str | None = None  # in the person's own words
    other_lead: str | None = None  # the name of the merged lead to which it happened
    can_be_undone: bool = False  # a merge, and the one that may be undone now
    act: str | None = None  # the id of what was done by one press, if that may be undone now
    run: OpenRun | None = None  # the change of many leads that it was part of, if still to undo
    counterpart: Lead | None = None  # of a giving the other lead, if it was not erased
    to_take_back: str | None = None  # the id of the conversation that came, if it may go back now


@dataclass(frozen=True, slots=True)
class History:
    """One page of it, and the position from which the earlier one is read."""

    entries: list[Entry]
    earlier: str | None  # for `after=`
    merged: list[Lead]  # into this lead, at first or second hand
    fault: str | None


def history_of(lead: Lead, reader: User, query: QueryDict) -> History:
    """The page that the address asks for by `after` or `before`; newest first.

    What the reader can undo says so.
    """
    merged, organisation = merged_leads(lead), reader.organisation
    page = page_of(events_of(lead, merged, organisation).newest_first(), query, size=PAGE_EVENTS)
    runs = open_runs(organisation, {event.id: _run_of(event) for event in page.rows}, reader)
    undoable = last_merge(lead) if merged else None
    undoable_act = None if _is_later_page(query) else act_to_undo(page.rows, reader)
    names = {other.id: other.display_name for other in merged}
    givings = _Givings(lead, organisation, page.rows)
    return History(
        entries=[
            _entry(event, names, (undoable, undoable_act), runs.get(event.id), givings)
            for event in page.rows
        ],
        earlier=page.older,
        merged=merged,
        fault=page.fault,
    )


def events_of(lead: Lead, merged: Sequence[Lead], organisation: Organisation) -> LeadEventQuerySet:
    """The events of the lead and of those that became it."""
    events = LeadEvent.objects.for_organisation(organisation)
    if not merged:
        return events.filter(lead=lead)
    every = events.filter(lead__in=[lead, *merged])
    # A merge is told once, by the lead that others were merged into.
    return every.exclude(~Q(lead=lead) & Q(kind=EventKind.MERGE, payload__has_key="into"))


class _Givings:
    """Those of a page: the other lead of each, and whether it may be taken back."""

    def __init__(self, lead: Lead, organisation: Organisation, events: Sequence[LeadEvent]) -> None:
        givings = [event for event in events if event.kind == EventKind.GIVING]
        self._leads = counterparts(givings, organisation)
        self._open = open_givings(lead).values() if givings else ()

    def words_of(self, event: LeadEvent) -> dict[str, Any]:
        """What its entry says besides; nothing of any other event."""
        if event.kind != EventKind.GIVING:
            return {}
        id_ = counterpart_of(event)
        counterpart = self._leads.get(id_) if id_ is not None else None
        may_go_back = counterpart is not None and event in self._open
        return {
            "counterpart": counterpart,
            "to_take_back": event.payload["conversation_id"] if may_go_back else None,
        }


def _is_later_page(query: QueryDict) -> bool:
    return "after" in query or "before" in query


def _run_of(event: LeadEvent) -> UUID | None:
    """The change of many leads that made it, where that may still be undone."""
    return may_be_open(parse_uuid(event.payload.get("bulk", "")), event.created_at)


def _entry(
    event: LeadEvent,
    names: dict[UUID, str],
    undoable: tuple[LeadEvent | None, LeadEvent | None],
    run: OpenRun | None,
    givings: _Givings,
) -> Entry:
    words: dict[str, Any] = _WORDS[EventKind(event.kind)](event)
    merge, act = undoable
    return Entry(
        event=event,
        other_lead=names.get(event.lead_id),
        can_be_undone=merge is not None and event.id == merge.id,
        act=event.payload["act"] if act is not None and event.id == act.id else None,
        run=run,
        **words,
        **givings.words_of(event),
    )


def _status(event: LeadEvent) -> dict[str, Any]:
    return {"what": "", "details": list(_lost_for(event)), "note": event.payload.get("lost_words")}


def _lost_for(event: LeadEvent) -> Iterator[str]:
    reason = event.payload.get("lost_reason")
    if reason in LostReason.values:
        yield LostReason(reason).label


def _field(event: LeadEvent) -> dict[str, Any]:
    name = event.payload.get("field", "")
    label = fact_label(name)
    if event.payload.get("let_go"):
        return {"what": f"{label} may be filled by captures again"}
    change = (value_in_words(name, event.from_value), value_in_words(name, event.to_value))
    return {"what": label, "change": change, "details": list(_score(event))}


def _note(event: LeadEvent) -> dict[str, Any]:
    if event.payload.get("call") == NO_ANSWER:
        return {"what": "No answer", "note": event.payload.get("text")}
    return {"what": "Note", "note": event.payload.get("text", "")}


def _assignment(event: LeadEvent) -> dict[str, Any]:
    change = (event.from_value or "nobody", event.to_value or "nobody")
    return {"what": "Assigned to", "change": change}


def _capture(event: LeadEvent) -> dict[str, Any]:
    channel = event.payload.get("channel")
    by = f" by {Channel(channel).label}" if channel in Channel.values else ""
    read = event.payload.get("read", ())
    told = [name for name in event.payload.get("filled") or [] if name not in read]
    details = [f"Told us: {labels_of(told)}"] if told else []
    details += [f"Read in what was said: {labels_of(read)}"] if read else []
    details += [
        *_no_longer(event),
        *_replaced(event),
        *_not_taken(event),
        *_origin_and_consent(event),
    ]
    again = " read again" if event.payload.get("again") else ""
    return {"what": f"Conversation{by}{again}", "details": [*details, *_score(event)]}


def _no_longer(event: LeadEvent) -> Iterator[str]:
    """What later words took back of what was read before."""
    if emptied := event.payload.get("emptied"):
        yield f"No longer known: {labels_of(emptied)}"


def _replaced(event: LeadEvent) -> Iterator[str]:
    """What gave way: texts that identified nobody, and what was read and then said otherwise."""
    for name, text in event.payload.get("replaced", {}).items():
        yield f"In place of {_label(name)}: {value_in_words(name, text)}"


def _not_taken(event: LeadEvent) -> Iterator[str]:
    """What was said and did not come to stand: nothing that was said is nowhere."""
    for name, value in event.payload.get("not_taken", {}).items():
        said = value_in_words(name, value)
        yield f"Also said {_label(name)}: {said}; the lead keeps what it had"


def _origin_and_consent(event: LeadEvent) -> Iterator[str]:
    """What was told of them, whether or not the lead shows it now."""
    for name, value in event.payload.get("origin", {}).items():
        yield f"{fact_label(name)}: {value}"
    if consent := event.payload.get("consent"):
        wording = f", to “{consent['wording']}”" if consent.get("wording") else ""
        yield f"{fact_label('marketing_consent')} {consent['marketing']}{wording}"


def _merge(event: LeadEvent) -> dict[str, Any]:
    said = event.payload
    name = "an erased lead" if said.get("erased") else said.get("name") or "Anonymous"
    if "into" in said:
        return {"what": f"Merged into {name}"}
    if "out_of" in said:
        return {"what": f"Taken out of {name} again"}
    if "undone" in said:
        emptied = said.get("emptied") or []
        details = [f"Emptied again: {labels_of(emptied)}"] if emptied else []
        return {"what": f"Merge with {name} undone", "details": [*details, *_score(event)]}
    return {"what": f"Merged with {name}", "details": [*_taken(event), *_score(event)]}


def _taken(event: LeadEvent) -> Iterator[str]:
    """What a merge brought, and what the other lead said that did not come to stand."""
    said = event.payload
    if number := len(said.get("conversations", [])):
        yield f"{so_many(number, 'conversation')} came with it"
    if said.get("filled"):
        yield f"Filled in: {labels_of(said['filled'])}"
    yield from _replaced(event)
    for name, value in said.get("kept", {}).items():
        if name != "assignee_id":
            yield f"It said {_label(name)}: {value_in_words(name, value)}"


def _giving(event: LeadEvent) -> dict[str, Any]:
    """Up to the name of the other lead, which the page adds."""
    what = next(words for mark, words in _GIVINGS.items() if mark in event.payload)
    said = event.payload
    details = [f"No longer known here: {labels_of(said['emptied'])}"] if "emptied" in said else []
    details += [f"Filled in: {labels_of(said['filled'])}"] if "filled" in said else []
    return {"what": what, "details": [*details, *_replaced(event), *_score(event)]}


def _score(event: LeadEvent) -> Iterator[str]:
    score = event.payload.get("score") or {}
    before, after = score.get("from"), score.get("to")
    if before != after:
        yield f"Score {_or_none(before)} → {_or_none(after)}"


def _or_none(score: int | None) -> str:
    return "none" if score is None else str(score)


def labels_of(fields: Iterable[str]) -> str:
    """Facts of two columns are one word here: `area, budget`."""
    return ", ".join(dict.fromkeys(_label(name).partition(",")[0] for name in fields))


def _label(name: str) -> str:
    label = fact_label(name)
    return label[:1].lower() + label[1:]


_GIVINGS = {
    "given_to": "Conversation given to",
    "given_by": "Conversation came from",
    "back_to": "Conversation taken back to",
    "back_from": "Conversation taken back from",
}
_WORDS = {
    EventKind.STATUS: _status,
    EventKind.FIELD: _field,
    EventKind.NOTE: _note,
    EventKind.ASSIGNMENT: _assignment,
    EventKind.CAPTURE: _capture,
    EventKind.MERGE: _merge,
    EventKind.GIVING: _giving,
}
