"""Who asks, as plain data: the key that was found, and for whom it speaks."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from apikeys.models import Scope
from organisations.actors import Actor
from organisations.models import Organisation, Plan


class KeyRow(NamedTuple):
    """A key that may ask: not revoked, not expired, of an organisation whose account is open."""

    key_id: UUID
    name: str
    scope: str
    organisation_id: UUID
    plan: str
    allowed_networks: list[str]  # where it may be used from; empty: anywhere
    asked_at: datetime  # by the database's clock


@dataclass(frozen=True)
class Caller:
    """A good key, and for whom it speaks."""

    key_id: UUID
    key_name: str
    scope: Scope
    organisation_id: UUID
    plan: Plan
    address: str | None  # where the request came from

    @cached_property
    def organisation(self) -> Organisation:
        """What QuerySets take as the tenant, from what the key's own statement told."""
        return Organisation(id=self.organisation_id, plan=self.plan)

    @property
    def actor(self) -> Actor:
        return Actor.for_key(self.key_id, self.key_name, self.address)

    @property
    def sees_leads(self) -> bool:
        """A key that only captures is told nothing of whom it captures."""
        return self.scope is not Scope.CAPTURE
