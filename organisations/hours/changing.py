"""An admin says when the agency is open; the audit trail keeps what they said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from organisations.actors import Actor
from organisations.audit import record
from organisations.hours.words import in_words
from organisations.models import (
    AlertPosition,
    AuditAction,
    AuditTarget,
    Nation,
    Organisation,
    SpecialDay,
)
from organisations.models.opening_hours import WEEKDAYS


@dataclass(frozen=True, slots=True)
class NewHours:
    """What the agency's columns are to say."""

    nation: Nation
    week: Mapping[str, Sequence[int]]  # by WEEKDAYS
    untaken_minutes: int | None

    def differences(self, organisation: Organisation) -> dict[str, object]:
        """The columns that say something else by now."""
        said = {
            "nation": self.nation.value,
            "untaken_minutes": self.untaken_minutes,
            **{day: list(self.week[day]) for day in WEEKDAYS},
        }
        return {name: value for name, value in said.items() if getattr(organisation, name) != value}


@transaction.atomic
def change(organisation: Organisation, new: NewHours, *, by: Actor) -> bool:
    """Keep these hours from now on; False, and nothing recorded, where they stood."""
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    different = new.differences(organisation)
    if not different:
        return False
    for name, value in different.items():
        setattr(organisation, name, value)
    organisation.save(update_fields=list(different))
    if new.untaken_minutes is not None:
        AlertPosition.objects.begin(organisation)
    details = {
        name: in_words(value) if isinstance(value, list) else value
        for name, value in different.items()
    }
    if details.get("untaken_minutes", 0) is None:
        details["untaken_minutes"] = "off"
    _record(organisation, AuditAction.OPENING_HOURS_CHANGED, by, details)
    return True


@transaction.atomic
def set_special(
    organisation: Organisation, day: date, minutes: Sequence[int], *, by: Actor
) -> None:
    """Have that day's hours be these; none for a day on which it is closed."""
    SpecialDay.objects.update_or_create(
        organisation=organisation, day=day, defaults={"minutes": list(minutes)}
    )
    details = {"day": day.isoformat(), "hours": in_words(minutes)}
    _record(organisation, AuditAction.SPECIAL_DAY_SET, by, details)


@transaction.atomic
def forget_special(organisation: Organisation, day: date, *, by: Actor) -> bool:
    """Have that day be as any of its weekday; False, and nothing recorded, where it was."""
    forgotten, _ = SpecialDay.objects.filter(organisation=organisation, day=day).delete()
    if forgotten:
        _record(organisation, AuditAction.SPECIAL_DAY_FORGOTTEN, by, {"day": day.isoformat()})
    return bool(forgotten)


def _record(
    organisation: Organisation, action: AuditAction, by: Actor, details: Mapping[str, object]
) -> None:
    record(
        organisation.pk,
        action,
        by=by,
        target=AuditTarget.ORGANISATION,
        target_id=organisation.pk,
        **details,  # type: ignore[arg-type]  # texts and numbers, all of them
    )
