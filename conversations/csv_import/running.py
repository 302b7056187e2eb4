"""What the worker does with a file: it checks every row, brings them in, or takes them back.

Rows are taken in batches, each one transaction with how far the file is by then; so a worker that
is killed repeats at most the batch that was under way, and nothing arrives twice.
"""

import csv
import io
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from itertools import islice
from typing import Any, LiteralString
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, DataError, Error, IntegrityError
from django.db.models.functions import Now

from conversations.capture import capture
from conversations.csv_files import AT_WORK, CsvImport, CsvImportQuerySet, CsvState
from conversations.csv_import.reading import rows_of
from conversations.csv_import.rows import Rejected, RowReader
from conversations.intake_format import ImportedConversation
from conversations.models import Conversation
from conversations.outcome import Outcome
from conversations.trying_again import tried_again
from foundation.database.leases import LEASE, Leases
from foundation.lists.csv_files import plain
from leads.erasure import erase
from leads.merging import lock_merging
from leads.models import EventKind, Lead, LeadEvent
from organisations.actors import Actor
from organisations.changes.numbering import numbered_last

AT_ONCE = 200  # rows
RULE = "import_undone"  # as receipts of erasures name it
_CHECKED_AT_ONCE = 5_000
_MOST_REASONS = 50
_REFUSED = "could not be written as it is"

_Row = tuple[int, list[str]]


def due() -> CsvImportQuerySet:
    """The files that `do_one` would work on."""
    return CsvImport.objects.due()


def do_one() -> bool:
    """Work on a file until it is done; False where none is due."""
    found = _claim()
    if found is None:
        return False
    with leases.holding(found.pk):
        try:
            _WORK[CsvState(found.state)](found)
        except Error:  # the database's: the next worker goes on
            raise
        except Exception:
            _to_state(found, CsvState.FAILED)
            raise
    return True


def _extend(held: Set[UUID]) -> None:
    CsvImport.objects.filter(pk__in=held, state__in=AT_WORK).update(leased_until=Now() + LEASE)


def draw_in() -> None:
    """Have what nobody renews be free within a lease: the clock was ahead when it was taken."""
    taken = CsvImport.objects.filter(state__in=AT_WORK, leased_until__gt=Now() + LEASE)
    taken.update(leased_until=Now() + LEASE)


leases = Leases(_extend)

_CLAIM: LiteralString = """
    UPDATE conversations_csvimport SET leased_until = statement_timestamp() + %(lease)s
     WHERE id = (
        SELECT id FROM conversations_csvimport
         WHERE state IN ('checking', 'importing', 'undoing')
           AND (leased_until IS NULL OR leased_until <= statement_timestamp())
         ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
     )
    RETURNING *
"""


def _claim() -> CsvImport | None:
    claimed = CsvImport.objects.using(DEFAULT_DB_ALIAS).raw(_CLAIM, {"lease": LEASE})
    return next(iter(claimed), None)


# --- Checking ------------------------------------------------------------------------------------
def _check(found: CsvImport) -> None:
    """Read every row as the import would; nothing is captured."""
    reader, reasons = _reader(found), Counter[str]()
    rejects = _Rejects(found.heads)
    good = done = 0
    for row in _rows(found):
        done, cells = row
        try:
            reader.read(done, cells)
            good += 1
        except Rejected as why:
            reasons[str(why)] += 1
            rejects.add(cells, str(why))
        if done % _CHECKED_AT_ONCE == 0:
            _update(found, done=done)
    _to_state(
        found,
        CsvState.CHECKED,
        done=done,
        rows=done,
        created=good,
        rejected=done - good,
        reasons=dict(reasons.most_common(_MOST_REASONS)),
        packed_rejects=rejects.packed(),
    )


# --- Importing -----------------------------------------------------------------------------------
def _import(found: CsvImport) -> None:
    """Bring in the rows after those that are done."""
    reader, rows = _reader(found), _rows(found)
    for _ in islice(rows, found.done):
        pass
    while batch := list(islice(rows, AT_ONCE)):
        _take(found, reader, batch)
    _to_state(found, CsvState.DONE)


def _take(found: CsvImport, reader: RowReader, batch: Sequence[_Row]) -> None:
    good = []
    for number, cells in batch:
        try:
            good.append((number, reader.read(number, cells)))
        except Rejected:
            found.rejected += 1
    if not good:
        _update(found, done=batch[-1][0], rejected=found.rejected)
        return
    try:
        _capture(found, good, done=batch[-1][0])
    except (IntegrityError, DataError):
        for number, received in good:
            _take_alone(found, number, received)
        _update(found, done=batch[-1][0], rejected=found.rejected)


def _take_alone(found: CsvImport, number: int, received: ImportedConversation) -> None:
    try:
        _capture(found, [(number, received)], done=number)
    except (IntegrityError, DataError):
        found.rejected += 1
        found.reasons[_REFUSED] = found.reasons.get(_REFUSED, 0) + 1
        _update(found, reasons=found.reasons)


@tried_again
@numbered_last()
def _capture(
    found: CsvImport, good: Sequence[tuple[int, ImportedConversation]], *, done: int
) -> None:
    """Take these in and say how far the file is, together."""
    # Before any other lock: after the captures none may be waited for (changes/numbering.py).
    locked = (
        CsvImport.objects.select_for_update().defer("packed", "packed_rejects").get(pk=found.pk)
    )
    captured = capture(found.organisation, [each for _, each in good], by=_actor(found))
    made = bytearray(locked.made)
    for (number, _), one in zip(good, captured, strict=True):
        if one.outcome is Outcome.CREATED:
            locked.created += 1
            _mark(made, number)
        else:
            locked.unchanged += 1
    locked.made, locked.done, locked.rejected = bytes(made), done, found.rejected
    locked.save(update_fields=["made", "done", "created", "unchanged", "rejected"])


def _mark(made: bytearray, number: int) -> None:
    place, bit = divmod(number, 8)
    made.extend(b"\0" * (place + 1 - len(made)))
    made[place] |= 1 << bit


def _is_marked(made: bytes, number: int) -> bool:
    place, bit = divmod(number, 8)
    return place < len(made) and bool(made[place] >> bit & 1)


# --- Undoing -------------------------------------------------------------------------------------
def _undo(found: CsvImport) -> None:
    """Erase the leads that the file brought and nobody has done anything with since."""
    reader, made = _reader(found), bytes(found.made)
    rows = ((number, cells) for number, cells in _rows(found) if _is_marked(made, number))
    erased, left = found.created, found.unchanged
    while batch := list(islice(rows, AT_ONCE)):
        names = [reader.read(number, cells).external_id for number, cells in batch]
        for lead_id in _leads_brought(found, names):
            gone = _take_back(found, lead_id, reader, names)
            erased, left = erased + gone, left + (not gone)
        _update(found, done=batch[-1][0], created=erased, unchanged=left)
    _to_state(found, CsvState.UNDONE, made=b"")


def _leads_brought(found: CsvImport, names: Sequence[str | None]) -> list[UUID]:
    talks = Conversation.objects.for_organisation(found.organisation)
    brought = talks.filter(external_id__in=names).order_by("lead_id")
    return list(dict.fromkeys(brought.values_list("lead_id", flat=True)))


@tried_again
@numbered_last()
def _take_back(
    found: CsvImport, lead_id: UUID, reader: RowReader, names: Sequence[str | None]
) -> bool:
    """Whether the lead went: its conversations are all of the file, and nobody touched it."""
    organisation = found.organisation
    lock_merging(organisation)
    leads = Lead.objects.for_organisation(organisation).select_for_update()
    lead = leads.filter(id=lead_id).unmerged().first()
    # Ids are in the order of time: an older lead was here before the file was.
    if lead is None or lead.id < found.id:
        return False
    if lead.moved_on or lead.hand_set or lead.assignee_id or lead.follow_up_on:
        return False
    own = _names_of_file(found, reader)
    talks = Conversation.objects.for_organisation(organisation).filter(lead=lead)
    if any(name not in own for name in talks.values_list("external_id", flat=True)):
        return False
    events = LeadEvent.objects.for_organisation(organisation).filter(lead=lead)
    if events.filter(kind__in=[EventKind.NOTE, EventKind.MERGE]).exists():
        return False
    erase(lead, organisation, by=_actor(found), rule=RULE)
    return True


def _names_of_file(found: CsvImport, reader: RowReader) -> frozenset[str]:
    """By which the conversations are known that the file made; read once."""
    if not hasattr(found, "names_made"):
        made = bytes(found.made)
        found.names_made = frozenset(  # type: ignore[attr-defined]
            reader.read(number, cells).external_id
            for number, cells in _rows(found)
            if _is_marked(made, number)
        )
    names: frozenset[str] = found.names_made  # type: ignore[attr-defined]
    return names


# --- All of them ---------------------------------------------------------------------------------
_WORK = {CsvState.CHECKING: _check, CsvState.IMPORTING: _import, CsvState.UNDOING: _undo}


def _rows(found: CsvImport) -> Iterator[_Row]:
    return rows_of(found.content, found.encoding, found.separator)


def _reader(found: CsvImport) -> RowReader:
    return RowReader(found.fields, found.channel, found.name, found.created_at)


def _actor(found: CsvImport) -> Actor:
    return Actor.for_person(found.person)


def _update(found: CsvImport, **changes: Any) -> None:
    CsvImport.objects.filter(pk=found.pk).update(**changes)


def _to_state(found: CsvImport, state: CsvState, **changes: Any) -> None:
    _update(found, state=state, leased_until=None, touched_at=Now(), **changes)


class _Rejects:
    """Rows that were not taken, as they were, with the reason behind them."""

    def __init__(self, heads: Sequence[str]) -> None:
        self._text = io.StringIO(newline="")
        self._lines = csv.writer(self._text, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
        self._lines.writerow([*map(plain, heads), "reason"])

    def add(self, cells: Sequence[str], reason: str) -> None:
        self._lines.writerow([*map(plain, cells), reason])

    def packed(self) -> bytes:
        return zlib.compress(self._text.getvalue().encode("utf-8-sig", "surrogatepass"), 1)
