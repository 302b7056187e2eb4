"""A batch of conversations as it arrives: what each says, its name, and which is taken first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from conversations.growing import Said
from conversations.standing import Name
from conversations.talks import NOT_YET
from leads.facts import LeadFacts


class Received(Protocol):
    """A conversation as it arrives: one that goes on, or the history of another time."""

    @property
    def is_live(self) -> bool: ...
    @property
    def external_id(self) -> str | None: ...
    @property
    def channel(self) -> str: ...
    @property
    def language(self) -> str | None: ...
    @property
    def status(self) -> str: ...
    @property
    def started_at(self) -> datetime | None: ...
    @property
    def facts(self) -> LeadFacts: ...
    @property
    def besides(self) -> dict[str, Any]: ...
    @property
    def messages(self) -> Sequence["ReceivedTurn"]: ...
    def digest(self) -> bytes: ...


class ReceivedTurn(Said, Protocol):
    @property
    def created_at(self) -> datetime | None: ...


def name_of(received: Received, idempotency_key: str | None) -> Name | None:
    """By which it is known for ever; None for one that is new whenever it comes."""
    if received.external_id is not None:
        return ("external_id", received.external_id)
    return None if idempotency_key is None else ("idempotency_key", idempotency_key)


def in_order(batch: Sequence[Received], names: Sequence[Name | None]) -> list[int]:
    """The places of the batch, the earliest beginning first; the first of a name before others.

    What a name stands for is what was sent first under it, as it is between two batches. What is
    live begins now, in the order in which it was sent.
    """
    first = {name: place for place, name in reversed([*enumerate(names)])}

    def order(place: int) -> tuple[bool, datetime]:
        is_later_of_name = names[place] is not None and first[names[place]] != place
        return (is_later_of_name, batch[place].started_at or NOT_YET)

    return sorted(range(len(batch)), key=order)
