"""A piece of the worker's: one agency, whose feed is read on or whose letters are due."""

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from leads.models import Alert
from organisations.models import AlertPosition
from organisations.models.alert_position import AlertPositionQuerySet
from sift_site.alerts.noticing import read_on
from sift_site.alerts.telling import tell


def due() -> AlertPositionQuerySet:
    """The agencies that `do_one` would take on."""
    told = Alert.objects.due().filter(organisation_id=OuterRef("organisation_id"))
    positions = AlertPosition.objects.with_latest()
    return positions.filter(~Q(position=F("latest")) | Exists(told))


def do_one() -> bool:
    """Read an agency's feed on, or, once it is read, write what is due; whether there was one.

    All of it is one short transaction that holds the agency's position: so of two workers each has
    another agency, and what a killed one had begun has not happened.
    """
    with transaction.atomic():
        position = _claim()
        if position is None:
            return False
        latest = position.latest  # type: ignore[attr-defined]  # annotated
        if position.position != latest:
            read_on(position, latest)
        else:
            tell(position.organisation)
        position.looked_at = Now()
        position.save(update_fields=["position", "looked_at"])
    return True


def draw_in() -> None:
    """Have alerts that were noted while the clock was ahead wait from now on, as long as then, and
    the agencies that were looked at then not come after all others."""
    ahead = Alert.objects.filter(done_at=None, noted_at__gt=Now())
    ahead.update(due_at=Now() + (F("due_at") - F("noted_at")), noted_at=Now())
    AlertPosition.objects.filter(looked_at__gt=Now()).update(looked_at=Now())


def _claim() -> AlertPosition | None:
    """The one that was looked at longest ago."""
    waiting = due().order_by("looked_at").select_for_update(skip_locked=True, of=("self",))
    return waiting.select_related("organisation").first()
