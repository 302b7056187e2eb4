"""An admin brings in a CSV file: uploads it, says what its columns are, imports or undoes it."""

import zlib
from collections.abc import Sequence

from django.db import transaction
from django.db.models.functions import Now

from conversations.csv_files import CsvImport, CsvState
from conversations.csv_import.columns import FIELDS, LEFT_OUT, guess
from conversations.csv_import.reading import count_rows, shape_of
from leads.models.choices import Channel
from organisations.actors import Actor
from organisations.audit import record
from organisations.models import AuditAction, AuditTarget, Organisation, User


class NotNow(Exception):
    """The file is in no state for that any more; the page shows how it stands."""


def upload(organisation: Organisation, person: User, name: str, content: bytes) -> CsvImport:
    """Keep the file and have it checked, its columns being what they were the last time, or what
    their heads say. Raises Unreadable."""
    shape = shape_of(content)
    rows = count_rows(content, shape)
    same = CsvImport.objects.for_organisation(organisation).filter(heads=shape.heads)
    before = same.exclude(fields=[]).latest_first().first()
    return CsvImport.objects.create(
        organisation=organisation,
        person=person,
        name=name,
        packed=zlib.compress(content, 1),
        encoding=shape.encoding,
        separator=shape.separator,
        heads=shape.heads,
        fields=before.fields if before else guess(shape.heads),
        channel=before.channel if before else Channel.WEBSITE,
        rows=rows,
    )


@transaction.atomic
def say_columns(found: CsvImport, fields: Sequence[str], channel: str) -> None:
    """Have it checked anew with these; raises NotNow."""
    locked = _in_state(found, CsvState.CHECKED, CsvState.FAILED)
    known = {*FIELDS, LEFT_OUT}
    locked.fields = [field if field in known else LEFT_OUT for field in fields]
    locked.channel = channel
    _begin(locked, CsvState.CHECKING, "fields", "channel")


@transaction.atomic
def begin_import(found: CsvImport, *, by: Actor) -> None:
    """Have the rows brought in by the worker; raises NotNow."""
    locked = _in_state(found, CsvState.CHECKED)
    _begin(locked, CsvState.IMPORTING)
    _record(locked, AuditAction.CSV_IMPORTED, by, rows=locked.rows)


@transaction.atomic
def begin_undo(found: CsvImport, *, by: Actor) -> None:
    """Have it taken back by the worker; raises NotNow, after a day too."""
    locked = _in_state(found, CsvState.DONE)
    if not locked.can_be_undone:
        raise NotNow
    _begin(locked, CsvState.UNDOING)
    _record(locked, AuditAction.CSV_UNDONE, by, rows=locked.rows)


def _in_state(found: CsvImport, *states: CsvState) -> CsvImport:
    locked = CsvImport.objects.select_for_update().filter(pk=found.pk, state__in=states).first()
    if locked is None or locked.packed is None:
        raise NotNow
    return locked


def _begin(locked: CsvImport, state: CsvState, *fields: str) -> None:
    locked.state, locked.touched_at = state, Now()
    locked.done = locked.created = locked.unchanged = locked.rejected = 0
    counts = ("done", "created", "unchanged", "rejected")
    locked.save(update_fields=["state", "touched_at", *counts, *fields])


def _record(locked: CsvImport, action: AuditAction, by: Actor, *, rows: int) -> None:
    record(
        locked.organisation_id,
        action,
        by=by,
        target=AuditTarget.ORGANISATION,
        target_id=locked.organisation_id,
        rows=rows,
    )
