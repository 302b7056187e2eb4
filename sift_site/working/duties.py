"""What is done by the clock, and by one worker at a time however many there are.

Each act is made of short transactions and does no harm done twice: a worker that is killed leaves
its duty to another, which does it from the start.
"""

import logging
from collections.abc import Callable, Set
from datetime import timedelta
from functools import reduce
from operator import or_
from typing import LiteralString

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Q
from django.db.models.functions import Now

from apikeys import reminders
from apikeys.calls import drop_outlived
from conversations import rescoring, retention
from conversations.models import CsvImport
from foundation.database.leases import LEASE, Leases
from organisations.changes import forgetting
from organisations.hours import bank_holidays
from organisations.letters import sending
from organisations.models import SentForm, Session
from sift_site.alerts import follow_ups
from sift_site.working.beats import Beat
from sift_site.working.duty import Duty, DutyQuerySet
from webhooks import forgetting as webhooks

SOON = timedelta(minutes=5)  # a duty that failed is tried again

logger = logging.getLogger("sift.work")


def _forget_workers() -> None:
    Beat.objects.of_old().delete()


# By the names of their rows: how often, and what is done. PostgreSQL's planner has no duty here: it
# gathers its statistics by itself, and the server's role may not have them gathered.
DUTIES: dict[str, tuple[timedelta, Callable[[], object]]] = {
    "rescoring": (timedelta(seconds=15), rescoring.rescore_due),
    "retention": (timedelta(hours=1), retention.let_go),
    "key_reminders": (timedelta(hours=1), reminders.send_due),
    "old_changes": (timedelta(hours=6), forgetting.drop_all_old),
    "old_calls": (timedelta(hours=6), drop_outlived),
    "old_csv_files": (timedelta(hours=1), CsvImport.objects.forget_files),
    "old_forms": (timedelta(minutes=10), SentForm.objects.delete_all_old),
    "old_letters": (timedelta(days=1), sending.drop_old),
    "follow_up_letters": (timedelta(minutes=1), follow_ups.write_due),
    "bank_holidays": (timedelta(days=1), bank_holidays.keep_table),
    "idle_sessions": (timedelta(hours=1), Session.objects.delete_all_idle),
    "old_deliveries": (timedelta(hours=6), webhooks.drop_old),
    "erased_answers": (timedelta(minutes=10), webhooks.forget_erased),
    "gone_workers": (timedelta(days=1), _forget_workers),
}


def enrol() -> None:
    """Have a row for each duty; one that is new is due at once."""
    Duty.objects.bulk_create((Duty(name=name) for name in DUTIES), ignore_conflicts=True)


def due() -> DutyQuerySet:
    """The duties that `do_one` would do; rows of another version's are left alone."""
    return Duty.objects.filter(name__in=DUTIES).due()


def do_one() -> bool:
    """Do a duty that is due; whether there was one. One that fails raises, and is due soon."""
    duty = _claim()
    if duty is None:
        return False
    with leases.holding(duty.name):
        _do(duty)
    return True


def _do(duty: Duty) -> None:
    every, act = DUTIES[duty.name]
    try:
        act()
    except Exception:
        _end(duty, due_at=Now() + min(every, SOON))
        raise
    _end(duty, due_at=Now() + every, last_ran_at=Now())


def _end(duty: Duty, **changes: object) -> None:
    Duty.objects.filter(pk=duty.pk).update(leased_until=None, **changes)


def _extend(held: Set[str]) -> None:
    Duty.objects.filter(name__in=held).update(leased_until=Now() + LEASE)


def draw_in() -> None:
    """Let no duty wait longer than from one time to the next: the clock was ahead when that was
    written. What nobody renews is free within a lease."""
    further = (Q(name=name, due_at__gt=Now() + every) for name, (every, _) in DUTIES.items())
    Duty.objects.filter(reduce(or_, further)).update(due_at=Now())
    Duty.objects.filter(leased_until__gt=Now() + LEASE).update(leased_until=Now() + LEASE)
    rescoring.draw_in()


leases = Leases(_extend)

_CLAIM: LiteralString = """
    UPDATE sift_site_duty SET leased_until = statement_timestamp() + %(lease)s
     WHERE name = (
        SELECT name FROM sift_site_duty
         WHERE name = ANY(%(names)s) AND due_at <= statement_timestamp()
           AND (leased_until IS NULL OR leased_until <= statement_timestamp())
         ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
     )
    RETURNING *
"""


def _claim() -> Duty | None:
    asked = {"lease": LEASE, "names": list(DUTIES)}
    return next(iter(Duty.objects.using(DEFAULT_DB_ALIAS).raw(_CLAIM, asked)), None)
