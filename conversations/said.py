"""What a conversation said of its lead, and what of that the lead has from it alone.

A lead's events tell it. The event of a capture names what was `filled` in, what was `confirmed`
(said, and known already), and holds the words of what was `not_taken`. Whatever changes a fact
afterwards is an event too, so the last one that brought a fact says where it comes from.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from leads.changed_meanwhile import brought
from leads.contacts import KEY_OF, as_kept, key_of, set_fact
from leads.corrections import as_text, from_text
from leads.facts import is_known
from leads.history import events_of
from leads.merging import merged_leads
from leads.models import FACT_FIELDS, EventKind, Lead, LeadEvent
from organisations.models import Organisation

_ARRIVED = ("given_by", "back_from")  # what marks, in an event, that a conversation came
_TELLING = (EventKind.CAPTURE, EventKind.FIELD, EventKind.MERGE, EventKind.GIVING)


@dataclass(frozen=True, slots=True)
class Telling:
    """A capture of a conversation: its event, and what was said by it, as a lead holds it."""

    event: LeadEvent
    said: dict[str, Any]

    def is_of(self, conversation_id: UUID) -> bool:
        return _conversation_of(self.event) == str(conversation_id)


def first_of_each(tellings: Iterable[Telling]) -> dict[str, Any]:
    """What was said, of two words for one fact the first, unless the later took its place."""
    said: dict[str, Any] = {}
    for telling in tellings:
        later = telling.event.payload.get("replaced", {})
        said |= {
            name: value for name, value in telling.said.items() if name in later or name not in said
        }
    return said


def lead_of(said: Mapping[str, Any]) -> Lead:
    """A lead of whom just this is known; it is not saved."""
    lead = Lead()
    for name, value in said.items():
        set_fact(lead, name, value)
    return lead


def as_told(
    lead: Lead, said: Mapping[str, Any], *, filled: Iterable[str], replaced: Mapping[str, str]
) -> dict[str, Any]:
    """What a capture's event keeps of what was said, once the lead has taken what it takes.

    What a field said before (`replaced`), or what was said and not taken, stands nowhere else.
    """
    names = list(filled)
    besides = {name: value for name, value in said.items() if name not in names}
    not_taken = {
        name: as_text(as_kept(name, value)) or ""
        for name, value in besides.items()
        if not _has(lead, name, value)
    }
    confirmed = [name for name in besides if name not in not_taken]
    return {
        "filled": names,
        **({"replaced": dict(replaced)} if replaced else {}),
        **({"confirmed": confirmed} if confirmed else {}),
        **({"not_taken": not_taken} if not_taken else {}),
    }


def _has(lead: Lead, name: str, said: Any) -> bool:
    """Whether it is what the lead has, or its own contact in another spelling."""
    if as_kept(name, said) == getattr(lead, name):
        return True
    key = getattr(lead, f"{name}_key") if name in KEY_OF else None
    return key is not None and key == key_of(name, said)


class Sayings:
    """What all of a lead's conversations said, from its events and those of leads merged into it.

    Two statements, and one more for each step of merges.
    """

    def __init__(self, lead: Lead, organisation: Organisation) -> None:
        merged = merged_leads(lead)
        self._lead = lead
        self._holders = {holder.id: holder for holder in (lead, *merged)}
        events = events_of(lead, merged, organisation).filter(kind__in=_TELLING)
        self._events = list(events.order_by("created_at", "id"))

    def tellings(self, conversation_id: UUID) -> list[Telling]:
        """The captures of the conversation, in the order of time."""
        return [each for each in self._tellings() if each.is_of(conversation_id)]

    def tellings_of_others(self, conversation_id: UUID) -> list[Telling]:
        """The captures of all the lead's other conversations, likewise."""
        return [each for each in self._tellings() if not each.is_of(conversation_id)]

    def alone(self, conversation_id: UUID) -> dict[str, str | None]:
        """The facts that the lead has from this conversation alone, and that nobody set by hand.

        Each with the text whose place it took, if any. What another conversation said too is not
        among them, nor what came with a merge: undoing that takes it away.
        """
        too = {
            name
            for event in self._captures()
            if _conversation_of(event) != str(conversation_id)
            for name in event.payload.get("confirmed", ())
        }
        found = {}
        for name in FACT_FIELDS:
            if not is_known(self._lead, name) or name in self._lead.hand_set or name in too:
                continue
            last = self.last_to_bring(name)
            if last is not None and _source(last, name) == str(conversation_id):
                found[name] = self._stood_before(name, conversation_id)
        return found

    def _stood_before(self, name: str, conversation_id: UUID) -> str | None:
        """The text whose place the conversation took: a later reading of it may have taken that of
        an earlier one."""
        text: str | None = None
        for event in reversed(self._events):
            if event.lead_id != self._lead.id or not brought(event, name):
                continue
            if _source(event, name) != str(conversation_id):
                break
            text = event.payload.get("replaced", {}).get(name)
        return text

    def last_to_bring(self, name: str) -> LeadEvent | None:
        """The last event of the lead's own that changed the fact."""
        own = (event for event in reversed(self._events) if event.lead_id == self._lead.id)
        return next((event for event in own if brought(event, name)), None)

    # --- What was said ---------------------------------------------------------------------------
    def _captures(self) -> list[LeadEvent]:
        return [event for event in self._events if event.kind == EventKind.CAPTURE]

    def _tellings(self) -> Iterator[Telling]:
        return (Telling(event, dict(self._said(event))) for event in self._captures())

    def _said(self, capture: LeadEvent) -> Iterator[tuple[str, Any]]:
        """Each fact that the capture said, as far as it is still known."""
        told = capture.payload
        since = self._since(capture)
        for name in (*(told.get("filled") or ()), *told.get("confirmed", ())):
            value = self._before(since, name, self._holders[capture.lead_id])
            if value is not None and value is not False:
                yield name, value
        for name, text in told.get("not_taken", {}).items():
            yield name, from_text(name, text)

    def _since(self, capture: LeadEvent) -> list[LeadEvent]:
        """What happened to the capture's lead after it, or after its conversation came there."""
        own = [event for event in self._events if event.lead_id == capture.lead_id]
        conversation = _conversation_of(capture)
        begins = max(
            place
            for place, event in enumerate(own)
            if event == capture or (_has_arrived(event) and _conversation_of(event) == conversation)
        )
        return own[begins + 1 :]

    def _before(self, since: Iterable[LeadEvent], name: str, holder: Lead) -> Any:
        """The fact as it was before these events, by what the first that changed it says."""
        first = next((event for event in since if brought(event, name)), None)
        if first is None:
            return getattr(holder, name)
        if first.kind == EventKind.FIELD:
            return from_text(name, first.from_value)
        return from_text(name, first.payload.get("replaced", {}).get(name))


def _conversation_of(event: LeadEvent) -> str | None:
    id_: str | None = event.payload.get("conversation_id")
    return id_


def _has_arrived(event: LeadEvent) -> bool:
    return event.kind == EventKind.GIVING and any(mark in event.payload for mark in _ARRIVED)


def _source(event: LeadEvent, name: str) -> str | None:
    """The conversation from which the event brought the fact; None for a person and a merge."""
    if event.kind == EventKind.CAPTURE:
        return _conversation_of(event)
    sources: dict[str, str] = event.payload.get("sources", {})  # of a giving alone
    return sources.get(name)
