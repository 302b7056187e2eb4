"""Who did a thing: kept with each event as kind, id and name, so that events outlive their doer."""

from dataclasses import dataclass
from typing import Protocol, Self
from uuid import UUID

from django.db import models


class Named(Protocol):
    """A person: whoever has an id and a name."""

    id: UUID
    name: str


class ActorKind(models.TextChoices):
    PERSON = "person", "Person"
    API_KEY = "api_key", "API key"
    SYSTEM = "system", "System"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, an API key by its name, or the system."""

    kind: ActorKind
    id: UUID | None
    name: str
    # Where the request came from, for the audit trail; None where there was no request.
    address: str | None = None

    @classmethod
    def for_person(cls, person: Named, address: str | None = None) -> Self:
        return cls(ActorKind.PERSON, person.id, person.name, address)

    @classmethod
    def for_key(cls, key_id: UUID, name: str, address: str | None = None) -> Self:
        return cls(ActorKind.API_KEY, key_id, name, address)

    @classmethod
    def nobody_known(cls, address: str | None) -> Self:
        """Somebody who has not proved who they are."""
        return cls(ActorKind.SYSTEM, None, "Somebody", address)


SYSTEM = Actor(ActorKind.SYSTEM, None, "System")
