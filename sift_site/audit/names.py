"""What entries' ids are called: as at that time where the entry says so, else as now.

No entry says what a lead is called, and those of before names were kept say nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.urls import reverse

from apikeys.models import ApiKey
from leads.models import Lead
from organisations.actors import ActorKind
from organisations.models import AuditAction, AuditEntry, AuditTarget, Organisation

GONE = {
    AuditTarget.PERSON: "a person who is gone",
    AuditTarget.API_KEY: "an API key that is gone",
    AuditTarget.WEBHOOK: "a webhook that is gone",
    AuditTarget.INTAKE: "an intake address that is gone",
    AuditTarget.LEAD: "a lead that was erased",
}
# What is about nobody whom Sift knows yet was done by somebody, not by the system.
BY_A_STRANGER = (
    AuditAction.SIGN_IN_FAILED,
    AuditAction.SIGN_IN_REFUSED,
    AuditAction.PASSWORD_RESET_ASKED,
    AuditAction.PASSWORD_RESET,
    AuditAction.INVITATION_ACCEPTED,
)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of an entry's sentence: plain words, or a name, which may lead to a page."""

    text: str
    is_name: bool = False
    url: str | None = None


class Names:
    """An agency's people, keys and leads by their ids, each kind read with one statement."""

    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation
        self._leads: dict[UUID, Lead] = {}

    @cached_property
    def people(self) -> dict[UUID, str]:
        return dict(self.organisation.people.order_by("name", "id").values_list("id", "name"))

    @cached_property
    def keys(self) -> dict[UUID, str]:
        keys = ApiKey.objects.for_organisation(self.organisation)
        return dict(keys.newest_first().values_list("id", "name"))

    def read_leads(self, ids: Iterable[UUID]) -> None:
        """Those of the ids that are leads of the agency; nothing is asked where there are none."""
        if wanted := set(ids) - self._leads.keys():
            leads = Lead.objects.for_organisation(self.organisation)
            self._leads |= leads.only("id", "name").in_bulk(wanted)

    def actor(self, entry: AuditEntry) -> Part:
        """Who did it."""
        if entry.actor_id is None:
            return Part("Somebody" if entry.action in BY_A_STRANGER else "System")
        if (name := entry.names_of_then.get("actor")) is not None:
            return Part(name, is_name=True)
        if entry.actor_kind == ActorKind.API_KEY:
            return self.of(AuditTarget.API_KEY, entry.actor_id, capital=True)
        return self.of(AuditTarget.PERSON, entry.actor_id, capital=True)

    def target(self, entry: AuditEntry) -> Part:
        """Whom or what it was done to."""
        if (name := entry.names_of_then.get("target")) is not None:
            return Part(name, is_name=True)
        return self.of(AuditTarget(entry.target_kind), entry.target_id)

    def of(self, kind: AuditTarget, id_: UUID | None, *, capital: bool = False) -> Part:
        """The thing's name of now, or words for one that has none or is gone."""
        name = self._name(kind, id_) if id_ is not None else None
        if name is None:
            words = GONE.get(kind, f"the {kind.label.lower()}")
            return Part(words[0].upper() + words[1:] if capital else words)
        url = reverse("leads:detail", args=[id_]) if kind == AuditTarget.LEAD else None
        return Part(name, is_name=True, url=url)

    def of_any(self, id_: UUID) -> str | None:
        """The name of now of whatever has the id; None where the agency has nothing of the kind."""
        kinds = (AuditTarget.PERSON, AuditTarget.API_KEY, AuditTarget.LEAD)
        return next((name for kind in kinds if (name := self._name(kind, id_)) is not None), None)

    def _name(self, kind: AuditTarget, id_: UUID) -> str | None:
        match kind:
            case AuditTarget.PERSON:
                return self.people.get(id_)
            case AuditTarget.API_KEY:
                return self.keys.get(id_)
            case AuditTarget.LEAD:
                lead = self._leads.get(id_)
                return lead.display_name if lead is not None else None
            case _:
                return None
