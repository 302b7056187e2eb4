"""An entry of the audit trail as a sentence: "Priya Shah moved Zoë Byrne from Hot to Contacted"."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any, assert_never
from uuid import UUID

from apikeys.models import Scope
from foundation.ids import parse_uuid
from foundation.plurals import so_many
from leads.models import EventKind
from leads.models.choices import LeadStatus
from leads.undoing import OpenRun, may_be_open, open_runs
from organisations.models import AuditAction, AuditEntry, AuditTarget, Nation, Plan, Role, User
from sift_site.audit.names import Names, Part

# What was done, after who did it. `{target}` is whom or what it was done to, other fields are
# details of the entry.
DONE: Mapping[AuditAction, str] = {
    AuditAction.SIGN_IN: "signed in",
    AuditAction.SIGN_IN_FAILED: "failed to sign in as {target}",
    AuditAction.SIGN_IN_REFUSED: "was refused after too many tries to sign in as {target}",
    AuditAction.SIGN_OUT: "signed out",
    AuditAction.SESSIONS_ENDED: "signed {target} out everywhere",
    AuditAction.PASSWORD_CHANGED: "changed the password of {target}",
    AuditAction.PASSWORD_RESET_ASKED: "asked for a new password for {target}",
    AuditAction.PASSWORD_RESET: "set a new password for {target} by a link from the mail",
    AuditAction.TWO_STEP_ON: "turned two-step sign-in on for {target}",
    AuditAction.TWO_STEP_OFF: "turned two-step sign-in off for {target}",
    AuditAction.AUTHENTICATOR_ADDED: "added an authenticator app for {target}",
    AuditAction.AUTHENTICATOR_REMOVED: "removed the authenticator app of {target}",
    AuditAction.PASSKEY_ADDED: "added a passkey for {target}",
    AuditAction.PASSKEY_REMOVED: "removed a passkey of {target}",
    AuditAction.RECOVERY_CODES_MADE: "made new recovery codes for {target}",
    AuditAction.RECOVERY_CODE_USED: "used a recovery code of {target}",
    AuditAction.DEVICES_FORGOTTEN: "had known devices of {target} forgotten",
    AuditAction.PERSON_INVITED: "invited somebody",
    AuditAction.INVITATION_RESENT: "sent an invitation again",
    AuditAction.INVITATION_WITHDRAWN: "withdrew an invitation",
    AuditAction.INVITATION_ACCEPTED: "accepted an invitation",
    AuditAction.PERSON_ADDED: "added {target}",
    AuditAction.PERSON_RENAMED: "changed the name of {target}",
    AuditAction.ROLE_CHANGED: "changed the role of {target}",
    AuditAction.PERSON_DEACTIVATED: "deactivated {target}",
    AuditAction.PERSON_REACTIVATED: "reactivated {target}",
    AuditAction.ORGANISATION_RENAMED: "renamed the agency",
    AuditAction.PLAN_CHANGED: "changed the plan",
    AuditAction.TWO_STEP_RULE_CHANGED: "made two-step sign-in required of {rule}",
    AuditAction.OPENING_HOURS_CHANGED: "changed the agency’s opening hours",
    AuditAction.SPECIAL_DAY_SET: "set the hours of {day}",
    AuditAction.SPECIAL_DAY_FORGOTTEN: "made {day} a day like any other again",
    AuditAction.RETENTION_CHANGED: "changed how long leads are kept",
    AuditAction.SCORING_CHANGED: "changed what facts are worth in the score",
    AuditAction.SCORING_PUT_BACK: "put back what facts are worth in the score",
    AuditAction.ORGANISATION_CLOSED: "closed the account",
    AuditAction.ORGANISATION_REOPENED: "opened the account again",
    AuditAction.KEY_CREATED: "created the API key {target}",
    AuditAction.KEY_RENAMED: "renamed the API key {target}",
    AuditAction.KEY_CHANGED: "changed the API key {target}",
    AuditAction.KEY_ROLLED: "rolled the API key {target}",
    AuditAction.KEY_DELETED: "deleted the API key {target}",
    AuditAction.WEBHOOK_CREATED: "set up the webhook at {target}",
    AuditAction.WEBHOOK_CHANGED: "changed the webhook at {target}",
    AuditAction.WEBHOOK_SECRET_ROLLED: "rolled the secret of the webhook at {target}",
    AuditAction.WEBHOOK_REPLAYED: "had the webhook at {target} told again",
    AuditAction.WEBHOOK_DELETED: "deleted the webhook at {target}",
    AuditAction.INTAKE_CREATED: "made the intake address {target}",
    AuditAction.INTAKE_CHANGED: "changed the intake address {target}",
    AuditAction.INTAKE_ROLLED: "rolled the intake address {target}",
    AuditAction.HELD_BACK_LET_IN: "let in what was held back at {target}",
    AuditAction.HELD_BACK_DROPPED: "dropped what was held back at {target}",
    AuditAction.STATUS_CHANGED: "moved {target} from {from} to {to}",
    AuditAction.LEADS_MERGED: "merged {other} into {target}",
    AuditAction.MERGE_UNDONE: "took {other} out of {target} again",
    AuditAction.CONVERSATION_GIVEN: "gave a conversation of {target} to {other}",
    AuditAction.CONVERSATION_TAKEN_BACK: "took a conversation back to {target} from {other}",
    AuditAction.LEAD_KEPT: "marked {target} to be kept",
    AuditAction.LEAD_NOT_KEPT: "took the mark to be kept off {target}",
    AuditAction.CSV_IMPORTED: "brought in a CSV file",
    AuditAction.CSV_UNDONE: "took a CSV file back",
    AuditAction.LEADS_EXPORTED: "exported {leads} as CSV",
    AuditAction.PERSON_DATA_EXPORTED: "exported all that is kept of {target}",
    AuditAction.PERSON_DATA_ERASED: "erased a lead and all that was kept of the person",
    AuditAction.TRANSCRIPT_DOWNLOADED: "downloaded a conversation with {target}",
    AuditAction.TRANSCRIPT_PRINTED: "printed a conversation with {target}",
    AuditAction.AUDIT_EXPORTED: "exported the audit trail as CSV",
}
# The same where the entry names the target, which no one else has a name for.
DONE_TO_NAMED: Mapping[AuditAction, str] = {
    AuditAction.PERSON_INVITED: "invited {target}",
    AuditAction.INVITATION_RESENT: "sent the invitation to {target} again",
    AuditAction.INVITATION_WITHDRAWN: "withdrew the invitation to {target}",
    AuditAction.INVITATION_ACCEPTED: "accepted the invitation to {target}",
}
# The same of what people do to themselves.
DONE_TO_ONESELF: Mapping[AuditAction, str] = {
    AuditAction.SIGN_IN_FAILED: "failed to sign in",
    AuditAction.SESSIONS_ENDED: "signed out everywhere",
    AuditAction.PASSWORD_CHANGED: "changed their password",
    AuditAction.PASSWORD_RESET_ASKED: "asked for a new password",
    AuditAction.PASSWORD_RESET: "set a new password by a link from the mail",
    AuditAction.TWO_STEP_ON: "turned two-step sign-in on",
    AuditAction.TWO_STEP_OFF: "turned two-step sign-in off",
    AuditAction.AUTHENTICATOR_ADDED: "added an authenticator app",
    AuditAction.AUTHENTICATOR_REMOVED: "removed their authenticator app",
    AuditAction.PASSKEY_ADDED: "added a passkey",
    AuditAction.PASSKEY_REMOVED: "removed a passkey",
    AuditAction.RECOVERY_CODES_MADE: "made new recovery codes",
    AuditAction.RECOVERY_CODE_USED: "used a recovery code",
    AuditAction.DEVICES_FORGOTTEN: "had known devices forgotten",
    AuditAction.PERSON_ADDED: "joined",
    AuditAction.PERSON_RENAMED: "changed their name",
    AuditAction.ROLE_CHANGED: "changed their own role",
    AuditAction.PERSON_DEACTIVATED: "deactivated themselves",
}
_VALUES = {
    str(value): str(label)
    for values in (LeadStatus, Role, Plan, Scope, Nation)
    for value, label in values.choices
}
_OTHER_LEADS = ("other",)  # details that hold a lead's id
_NAMED_IN_SENTENCE = ("actor", "target")
_IN_NO_SENTENCE = ("bulk", "undoes", "what")


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as people read it."""

    entry: AuditEntry
    actor: Part
    done: list[Part]
    details: str  # what the sentence does not say, in words; may be empty
    lead_id: UUID | None  # of the lead to which the trail can be narrowed
    run: OpenRun | None  # the change of many leads, where the reader can still undo it


def lines_of(entries: list[AuditEntry], names: Names, reader: User) -> list[Line]:
    """Each entry in words; all leads that they name are read with one statement."""
    names.read_leads(id_ for entry in entries for id_ in _leads_of(entry))
    told_by = {entry.id: _run_of(entry) for entry in entries}
    runs = open_runs(names.organisation, told_by, reader)
    return [_line(entry, names, runs.get(entry.id)) for entry in entries]


def _run_of(entry: AuditEntry) -> UUID | None:
    """The change of many leads that it tells of, where that may still be undone."""
    is_run = entry.action == AuditAction.LEADS_CHANGED and "undoes" not in entry.details
    return may_be_open(entry.target_id if is_run else None, entry.created_at)


def _leads_of(entry: AuditEntry) -> Iterator[UUID]:
    if entry.target_kind == AuditTarget.LEAD and entry.target_id is not None:
        yield entry.target_id
    for name in _OTHER_LEADS:
        if (id_ := parse_uuid(str(entry.details.get(name)))) is not None:
            yield id_


def _line(entry: AuditEntry, names: Names, run: OpenRun | None) -> Line:
    template = _template(entry)
    said = {name for _, name, _, _ in Formatter().parse(template) if name}
    return Line(
        entry=entry,
        actor=names.actor(entry),
        done=list(_parts(template, entry, names)),
        details=", ".join(_besides(entry, said, names)),
        lead_id=entry.target_id if entry.target_kind == AuditTarget.LEAD else None,
        run=run,
    )


def _template(entry: AuditEntry) -> str:
    action = AuditAction(entry.action)
    if action is AuditAction.LEADS_CHANGED:
        return _change_of_many(entry.details)
    is_own = entry.actor_id is not None and entry.target_id == entry.actor_id
    own = DONE_TO_ONESELF.get(action) if is_own else None
    named = DONE_TO_NAMED.get(action) if "target" in entry.names_of_then else None
    return own or named or DONE[action]


def _change_of_many(details: Mapping[str, Any]) -> str:
    if "undoes" in details:
        return "took back a change of {leads}"
    if details.get("what") == EventKind.ASSIGNMENT:
        return "assigned {leads} to {to_id}"
    return "moved {leads} to {to}"


def _parts(template: str, entry: AuditEntry, names: Names) -> Iterator[Part]:
    for words, name, _, _ in Formatter().parse(template):
        if words:
            yield Part(words)
        if name == "target":
            yield names.target(entry)
        elif name and (called := entry.names_of_then.get(name)) is not None:
            yield Part(called, is_name=True)
        elif name:
            yield _value(name, entry.details.get(name), names)


def _value(name: str, value: Any, names: Names) -> Part:
    """A detail as it stands in a sentence."""
    if value is None and name != "to_id":
        return Part(f"unknown {name}")
    if name == "leads":
        return Part(so_many(value, "lead"))
    if name in _OTHER_LEADS:
        return names.of(AuditTarget.LEAD, parse_uuid(str(value)))
    if name == "to_id":
        return names.of(AuditTarget.PERSON, parse_uuid(value)) if value else Part("nobody")
    return Part(_VALUES.get(str(value), str(value)))


def _besides(entry: AuditEntry, said: set[str], names: Names) -> Iterator[str]:
    """The names and details that the sentence left out, each as a few words."""
    for name, called in sorted(entry.names_of_then.items()):
        if name not in (*said, *_NAMED_IN_SENTENCE):
            yield f"{_label(name)}: {called}"
    for name, value in sorted(entry.details.items(), key=_most_first):
        if name in (*said, *_IN_NO_SENTENCE, *entry.names_of_then) or value is None:
            continue
        label = _label(name)
        match value:
            case bool():
                yield label if value else f"not {label}"
            case int():
                yield _number(name, value)
            case str() if (id_ := parse_uuid(value)) is not None:
                if (known := names.of_any(id_)) is not None:
                    yield f"{label}: {known}"
            case str():
                yield f"{label}: {_VALUES.get(value, value)}"
            case _:
                assert_never(value)


def _label(name: str) -> str:
    return name.replace("_", " ")


def _most_first(detail: tuple[str, Any]) -> tuple[int, str]:
    """Of numbers the greatest first; JSON in PostgreSQL keeps an order of its own."""
    name, value = detail
    return (-value if isinstance(value, int) else 0, name)


def _number(name: str, value: int) -> str:
    status = name.removeprefix("from_")
    if status in LeadStatus.values and status != name:
        return f"{value:,} from {LeadStatus(status).label}"
    if name == "networks":
        return f"from {so_many(value, 'network')}" if value else "from anywhere"
    if name == "filters":
        return f"{so_many(value, 'filter')} in force" if value else "no filter"
    return f"{_label(name)}: {value:,}"
