"""Who asks: the key of a request, its organisation and plan (CONTRACT.md, section 2)."""

import re
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from apikeys import keys, last_use
from apikeys.models import Scope
from organisations.actors import Actor
from organisations.models import Organisation, Plan
from sift_site.api import reads
from sift_site.api.http import ApiRequest

# RFC 6750 with the scheme in any case, as RFC 9110 has it.
_BEARER = re.compile(r"bearer +([^ ]+) *", re.IGNORECASE)


@dataclass(frozen=True)
class Caller:
    """A good key, and for whom it speaks."""

    key_id: UUID
    key_name: str
    scope: Scope
    organisation_id: UUID
    plan: Plan

    @cached_property
    def organisation(self) -> Organisation:
        """What QuerySets take as the tenant, from what the key's own statement told."""
        return Organisation(id=self.organisation_id, plan=self.plan)

    @property
    def actor(self) -> Actor:
        return Actor.for_key(self.key_id, self.key_name)

    @property
    def may_write(self) -> bool:
        return self.scope is Scope.READ_WRITE


def caller_of(request: ApiRequest) -> Caller | None:
    """Whose key the Authorization header carries; None for any that is not good.

    A malformed or mistyped key is refused without asking the database. Deleting a key, its expiry
    and closing the account are read with it each time: the very next request sees them.
    """
    bearer = _BEARER.fullmatch(request.header("HTTP_AUTHORIZATION"))
    if bearer is None or not keys.is_well_formed(bearer[1]):
        return None
    row = reads.key_by_digest(keys.digest_of(bearer[1]))
    if row is None:
        return None
    last_use.note(row.key_id, row.minute)
    return Caller(row.key_id, row.name, Scope(row.scope), row.organisation_id, Plan(row.plan))
