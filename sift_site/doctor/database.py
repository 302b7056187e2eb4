"""What can be seen of the database, over one connection that is closed afterwards."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import ExpressionWrapper, F
from django.db.models.fields import DurationField
from django.db.models.functions import Now

from foundation.database.lost_database import first_line
from foundation.plurals import so_many
from sift_site.doctor.finding import Finding, ok, warn, wrong
from sift_site.serving import server_role
from sift_site.working.beats import LATELY, Beat
from sift_site.working.duties import DUTIES
from sift_site.working.duty import Duty

_OLDEST_VERSION = 15
_STRAYED, _LOST = timedelta(seconds=2), timedelta(seconds=30)  # codes of authenticators last 30
_LATE = timedelta(hours=1)


def look() -> Iterator[Finding]:
    """The server and what it holds; where it cannot be reached, that alone."""
    try:
        yield _version()
        yield _letters()
        yield _clock()
        yield from _what_it_holds()
    except DatabaseError as fault:
        said = f"it cannot be asked: {first_line(fault)}."
        todo = "Start PostgreSQL and see whether DATABASE_URL names it; its rest was not looked at."
        yield wrong("database", said, todo)
    finally:
        if not connection.in_atomic_block:
            connection.close()


def _what_it_holds() -> Iterator[Finding]:
    migrations = _migrations()
    yield migrations
    if migrations.state == "ok":  # else tables may be missing
        yield _rights()
        yield _worker()


def _version() -> Finding:
    (number,) = _asked("SELECT current_setting('server_version_num')::int / 10000")
    (told,) = _asked("SELECT current_setting('server_version')")
    if number < _OLDEST_VERSION:
        todo = f"Upgrade it to {_OLDEST_VERSION} or newer (pg_upgrade, or dump and restore)."
        return wrong("database", f"PostgreSQL {told}.", todo)
    return ok("database", f"PostgreSQL {told}.")


def _letters() -> Finding:
    """Names are compared without case, accents included, which the locale decides."""
    encoding, folds = _asked("SELECT current_setting('server_encoding'), lower('ÉMILE') = 'émile'")
    todo = (
        "Restore a dump into a database of `createdb --encoding=UTF8 --locale=C.UTF-8 "
        "--template=template0`."
    )
    if encoding != "UTF8":
        return wrong("locale", f"the encoding is {encoding}.", todo)
    if not folds:
        return wrong("locale", "É and é are two letters to it.", todo)
    return ok("locale", "UTF-8, and accents have a case.")


def _clock() -> Finding:
    before = datetime.now(UTC)
    (theirs,) = _asked("SELECT clock_timestamp()")
    after = datetime.now(UTC)
    apart = max(before - theirs, theirs - after, timedelta(0))
    if apart <= _STRAYED:
        return ok("clock", "this machine's and the database's agree.")
    said = f"this machine's and the database's are {apart.total_seconds():.0f} s apart."
    todo = "Have both follow NTP (timedatectl set-ntp true)."
    return (wrong if apart > _LOST else warn)("clock", said, todo)


def _migrations() -> Finding:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        said = f"{so_many(len(missing), 'migration')} did not run."
        return wrong("migrations", said, "Run `manage.py migrate` as the owner of the database.")
    return ok("migrations", "all ran.")


def _rights() -> Finding:
    """The role that this process signs in with, which should be the server's."""
    todo = "Run `manage.py grant_server_role NAME` as the owner of the database"
    lacking = server_role.lacking()
    if lacking:
        named = ", ".join(lacking[:3]) + (" and others" if len(lacking) > 3 else "")
        return wrong("rights", f"the role may not do all that is needed ({named}).", f"{todo}.")
    if server_role.owns_tables():
        if settings.DATABASE_URL is None:
            return ok("rights", "the owner's: enough for development.")
        said = "the role owns the tables, and might change the audit trail."
        return warn("rights", said, f"{todo}, and have DATABASE_URL name that role.")
    return ok("rights", "those that the server needs, and no others.")


def _worker() -> Finding:
    """Whether one lives, and does what is done by the clock."""
    age = ExpressionWrapper(Now() - F("heard_at"), output_field=DurationField())
    last = Beat.objects.annotate(age=age).order_by("-heard_at").values_list("age", flat=True)
    ages = list(last[:1])
    todo = "Start `manage.py work`: letters and webhooks wait for it."
    if not ages:
        return wrong("worker", "none was ever heard of, or all were stopped.", todo)
    if ages[0] > LATELY:
        return wrong("worker", f"last heard of {_in_words(ages[0])} ago.", todo)
    late = Duty.objects.filter(name__in=DUTIES).filter(due_at__lt=Now() - _LATE)
    if names := sorted(late.values_list("name", flat=True)):
        said = f"it lives, but {', '.join(names)} should have been done over an hour ago."
        return warn("worker", said, "See in its log why.")
    return ok("worker", f"last heard of {_in_words(ages[0])} ago.")


def _in_words(age: timedelta) -> str:
    seconds = max(0, round(age.total_seconds()))
    return so_many(seconds, "second") if seconds < 120 else so_many(seconds // 60, "minute")


def _asked(question: LiteralString) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(question)
        row: tuple[Any, ...] = cursor.fetchone()
        return row
