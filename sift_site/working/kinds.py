"""The kinds of work that the worker knows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from conversations.csv_import import running as csv_import
from organisations.letters import sending
from sift_site.alerts import watching
from sift_site.working import duties
from webhooks import delivering


def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of work, whose pieces are claimed one by one."""

    name: str
    do_one: Callable[[], bool]  # do a piece that is due, if there is one; whether there was
    due: Callable[[], QuerySet[Any]] | None = None  # what is due; None: only do_one can tell
    begin: Callable[[], None] = _nothing  # once, before the first piece
    renew: Callable[[], None] = _nothing  # every few seconds, the leases of what is under way
    # Once the clock was set back: what lies further ahead than it was ever put is drawn in.
    draw_in: Callable[[], None] = _nothing
    most: int | None = None  # threads; None: all that the others leave it


def all_kinds() -> tuple[Kind, ...]:
    """Letters, duties, alerts, CSV files and webhooks."""
    # A mail server is talked to twice at once, not more: it may be slow, and others wait as well.
    return (
        Kind(
            name="letters",
            do_one=sending.do_one,
            due=sending.due,
            renew=sending.leases.renew,
            draw_in=sending.draw_in,
            most=2,
        ),
        Kind(
            name="csv_imports",
            do_one=csv_import.do_one,
            due=csv_import.due,
            renew=csv_import.leases.renew,
            draw_in=csv_import.draw_in,
            most=1,
        ),
        Kind(
            name="duties",
            do_one=duties.do_one,
            due=duties.due,
            begin=duties.enrol,
            renew=duties.leases.renew,
            draw_in=duties.draw_in,
            most=1,
        ),
        Kind(
            name="alerts",
            do_one=watching.do_one,
            due=watching.due,
            draw_in=watching.draw_in,
            most=1,
        ),
        Kind(
            name="webhooks",
            do_one=delivering.do_one,
            due=delivering.due,
            renew=delivering.leases.renew,
            draw_in=delivering.draw_in,
        ),
    )
