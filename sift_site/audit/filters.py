"""The filters above the audit trail."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from django import forms
from django.http import QueryDict

from foundation.days import Period
from foundation.ids import parse_uuid
from foundation.lists.filters import FilterForm, day_field, one_of
from organisations.models import AuditAction, AuditEntryQuerySet
from sift_site.audit.names import Names

NOBODY = "nobody"
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)


class Group(NamedTuple):
    """Actions that are looked for together."""

    title: str
    actions: tuple[AuditAction, ...]


GROUPS = {
    "signing-in": Group(
        "Signing in",
        (
            AuditAction.SIGN_IN,
            AuditAction.SIGN_IN_FAILED,
            AuditAction.SIGN_IN_REFUSED,
            AuditAction.SIGN_OUT,
            AuditAction.SESSIONS_ENDED,
            AuditAction.PASSWORD_CHANGED,
            AuditAction.PASSWORD_RESET_ASKED,
            AuditAction.PASSWORD_RESET,
            AuditAction.TWO_STEP_ON,
            AuditAction.TWO_STEP_OFF,
            AuditAction.AUTHENTICATOR_ADDED,
            AuditAction.AUTHENTICATOR_REMOVED,
            AuditAction.PASSKEY_ADDED,
            AuditAction.PASSKEY_REMOVED,
            AuditAction.RECOVERY_CODES_MADE,
            AuditAction.RECOVERY_CODE_USED,
            AuditAction.DEVICES_FORGOTTEN,
        ),
    ),
    "agency": Group(
        "People and agency",
        (
            AuditAction.PERSON_INVITED,
            AuditAction.INVITATION_RESENT,
            AuditAction.INVITATION_WITHDRAWN,
            AuditAction.INVITATION_ACCEPTED,
            AuditAction.PERSON_ADDED,
            AuditAction.PERSON_RENAMED,
            AuditAction.ROLE_CHANGED,
            AuditAction.PERSON_DEACTIVATED,
            AuditAction.PERSON_REACTIVATED,
            AuditAction.ORGANISATION_RENAMED,
            AuditAction.PLAN_CHANGED,
            AuditAction.TWO_STEP_RULE_CHANGED,
            AuditAction.OPENING_HOURS_CHANGED,
            AuditAction.SPECIAL_DAY_SET,
            AuditAction.SPECIAL_DAY_FORGOTTEN,
            AuditAction.RETENTION_CHANGED,
            AuditAction.SCORING_CHANGED,
            AuditAction.SCORING_PUT_BACK,
            AuditAction.ORGANISATION_CLOSED,
            AuditAction.ORGANISATION_REOPENED,
        ),
    ),
    "keys": Group(
        "API keys",
        (
            AuditAction.KEY_CREATED,
            AuditAction.KEY_RENAMED,
            AuditAction.KEY_CHANGED,
            AuditAction.KEY_ROLLED,
            AuditAction.KEY_DELETED,
        ),
    ),
    "webhooks": Group(
        "Webhooks",
        (
            AuditAction.WEBHOOK_CREATED,
            AuditAction.WEBHOOK_CHANGED,
            AuditAction.WEBHOOK_SECRET_ROLLED,
            AuditAction.WEBHOOK_REPLAYED,
            AuditAction.WEBHOOK_DELETED,
        ),
    ),
    "intake": Group(
        "Intake",
        (
            AuditAction.INTAKE_CREATED,
            AuditAction.INTAKE_CHANGED,
            AuditAction.INTAKE_ROLLED,
            AuditAction.HELD_BACK_LET_IN,
            AuditAction.HELD_BACK_DROPPED,
        ),
    ),
    "leads": Group(
        "Leads",
        (
            AuditAction.STATUS_CHANGED,
            AuditAction.LEADS_CHANGED,
            AuditAction.LEADS_MERGED,
            AuditAction.MERGE_UNDONE,
            AuditAction.CONVERSATION_GIVEN,
            AuditAction.CONVERSATION_TAKEN_BACK,
        ),
    ),
    "data": Group(
        "Exports and erasure",
        (
            AuditAction.LEADS_EXPORTED,
            AuditAction.TRANSCRIPT_DOWNLOADED,
            AuditAction.TRANSCRIPT_PRINTED,
            AuditAction.PERSON_DATA_EXPORTED,
            AuditAction.PERSON_DATA_ERASED,
            AuditAction.CSV_IMPORTED,
            AuditAction.CSV_UNDONE,
            AuditAction.LEAD_KEPT,
            AuditAction.LEAD_NOT_KEPT,
            AuditAction.AUDIT_EXPORTED,
        ),
    ),
}


class AuditFilterForm(FilterForm):
    """What the address asks of the trail of an agency, whose `names` are offered as choices."""

    FIRST = ("action", "actor", "period")
    MORE = ("since", "until", "ip", "target")

    action = one_of(
        "What",
        [
            (group.title, [(key, f"{group.title}: all"), *((a, a.label) for a in group.actions)])
            for key, group in GROUPS.items()
        ],
    )
    actor = one_of("Who", [])
    period = one_of("When", Period.choices)
    since = day_field("From")
    until = day_field("Until")
    ip = forms.GenericIPAddressField(
        label="From where",
        required=False,
        unpack_ipv4=True,
        error_messages={
            "invalid": "This is not an address such as 203.0.113.9, so it narrows nothing here."
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    target = forms.CharField(
        label="Done to",
        required=False,
        max_length=500,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "spellcheck": "false",
                "placeholder": "Id, or a lead’s address",
            }
        ),
    )

    def __init__(self, query: QueryDict, names: Names) -> None:
        self.names = names
        super().__init__(query)

    def _known_choices(self) -> Mapping[str, list[tuple[str, Any]]]:
        actors: list[tuple[str, Any]] = [
            ("", "Anybody"),
            ("People", [(str(id_), name) for id_, name in self.names.people.items()]),
            ("API keys", [(str(id_), name) for id_, name in self.names.keys.items()]),
            (NOBODY, "System, or nobody signed in"),
        ]
        return {"actor": actors}

    def clean_target(self) -> str:
        """The id, on its own or in the address of a page that was copied."""
        found = _ID.search(self.cleaned_data["target"])
        id_ = parse_uuid(found[0]) if found else None
        if id_ is None and self.cleaned_data["target"]:
            raise forms.ValidationError("There is no id in this, so it narrows nothing here.")
        return "" if id_ is None else str(id_)

    # --- What the filters leave -------------------------------------------------------------------
    @property
    def actions(self) -> tuple[AuditAction, ...]:
        """Those that are looked for; none where all are."""
        chosen = self.cleaned_data.get("action")
        if not chosen:
            return ()
        return GROUPS[chosen].actions if chosen in GROUPS else (AuditAction(chosen),)

    def narrow(self, entries: AuditEntryQuerySet) -> AuditEntryQuerySet:
        """Those of the agency's entries that pass every filter, in no order."""
        if self.actions:
            entries = entries.filter(action__in=self.actions)
        return self._by_the_rest(entries)

    def ranges(self, entries: AuditEntryQuerySet) -> list[AuditEntryQuerySet]:
        """The same in as many parts as there are actions, each of which an index has in order.

        Of several actions at once PostgreSQL would collect and sort every entry.
        """
        rest = self._by_the_rest(entries)
        return [rest.filter(action=action) for action in self.actions] or [rest]

    def _by_the_rest(self, entries: AuditEntryQuerySet) -> AuditEntryQuerySet:
        said = self.cleaned_data
        if actor := said.get("actor"):
            entries = entries.filter(actor_id=None if actor == NOBODY else UUID(actor))
        if target := said.get("target"):
            entries = entries.filter(target_id=UUID(target))
        if address := said.get("ip"):
            entries = entries.filter(address=address)
        return entries.filter(self._days("created_at"))

    # --- What the page says -----------------------------------------------------------------------
    def _said(self, field: str) -> list[tuple[str, str]]:
        said = super()._said(field)
        if field != "target":
            return said
        return [(id_, self.names.of_any(UUID(id_)) or id_) for id_, _ in said]
