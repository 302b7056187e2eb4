"""Who of an agency must use two-step sign-in, and how many of its people do.

What the rule asks of people is signing_in/required_two_step.py's.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from organisations.actors import Actor
from organisations.audit import record
from organisations.models import AuditAction, AuditTarget, Organisation, Role, TwoStepRule
from organisations.team.people import team_of

GRACE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class RoleInUse:
    """How many of the agency's active admins, or agents, sign in with two steps."""

    label: str
    people: int
    with_two_step: int


@transaction.atomic
def change(organisation: Organisation, rule: TwoStepRule, *, by: Actor) -> bool:
    """Require it of those the rule names, a week from now; False, and nothing recorded, if it
    stood. Of whom it was required already, it is from when it was."""
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    was = organisation.two_step_rule
    if was is rule:
        return False
    then = timezone.now() + GRACE
    for role in Role:
        required_from = organisation.two_step_from(role) or then if rule.holds_for(role) else None
        organisation.require_two_step(role, required_from)
    organisation.save(update_fields=["admins_two_step_from", "agents_two_step_from"])
    record(
        organisation.pk,
        AuditAction.TWO_STEP_RULE_CHANGED,
        by=by,
        target=AuditTarget.ORGANISATION,
        target_id=organisation.pk,
        was=str(was),
        rule=str(rule),
    )
    return True


def in_use(organisation: Organisation) -> list[RoleInUse]:
    """By role, admins first."""
    people = [(each.role, each.has_two_step) for each in team_of(organisation) if each.is_active]  # type: ignore[attr-defined]  # annotated there
    return [
        RoleInUse(
            label=f"{role.label}s",
            people=sum(own == role for own, _ in people),
            with_two_step=sum(own == role and has for own, has in people),
        )
        for role in Role
    ]
