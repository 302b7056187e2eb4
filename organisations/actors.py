"""Who did a thing: kept with each event as kind, id and name, so that events outlive their doer."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from django.db import models

from organisations.models import User


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

    @classmethod
    def for_person(cls, person: User) -> Self:
        return cls(ActorKind.PERSON, person.id, person.name)

    @classmethod
    def for_key(cls, key_id: UUID, name: str) -> Self:
        return cls(ActorKind.API_KEY, key_id, name)


SYSTEM = Actor(ActorKind.SYSTEM, None, "System")
