"""The chain of the audit trail: how it is seen that no entry was changed, removed or put in.

An agency's entries stand in the order of their positions, 1 and up without a gap, and never go back
in time. Each carries the SHA-256 of the hash of the one before it, in hexadecimal (nothing, for the
first), and of what it says itself: its fields HASHED, a line each, in UTF-8, and a last line for
its `names`, which entries of before names were kept do not have. PostgreSQL writes them so
(organisations/triggers.py); here they are read again, from the database or from an exported file,
of which nothing else is needed. Who owns the tables could write the whole chain anew: that is
found where somebody kept an earlier hash, or an earlier file.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import F, Func, Subquery, TextField, Value

from organisations.models import AuditEntry, AuditHead

HASHED = (
    "organisation_id", "position", "id", "created_at", "action", "actor_kind", "actor_id",
    "address", "target_kind", "target_id", "details",
)  # fmt: skip
NAMES = "names"
_POSITION = re.compile(r"[0-9]{1,18}")
_AT_ONCE = 2000  # rows that are fetched together


class NotATrail(Exception):
    """The file is no export of an audit trail; the text says why."""


class Link(NamedTuple):
    """An entry as the chain takes it."""

    said: str  # its fields HASHED, a line each, and its names, if it has any
    hash: str
    end: str | None = None  # the hash at which its agency's chain ends, "" for none; None in a file

    @property
    def position(self) -> int:
        return int(self._field("position"))

    @property
    def written_at(self) -> str:
        """As RFC 3339 has it, to the microsecond: two of them compare as their moments do."""
        return self._field("created_at")

    def follows(self, before: str) -> bool:
        """Whether its hash is over itself and the hash before it."""
        return sha256(f"{before}\n{self.said}".encode()).hexdigest() == self.hash

    def __str__(self) -> str:
        return f"entry {self.position} ({self._field('id')}, {self.written_at})"

    def _field(self, name: str) -> str:
        return fields_of(self.said)[name]


def fields_of(said: str) -> dict[str, str]:
    """What an entry says, by its fields; its names are empty where it has none."""
    return dict(zip((*HASHED, NAMES), [*said.split("\n"), ""], strict=False))


def fault_between(before: Link | None, link: Link) -> str | None:
    """Which entry does not fit and why, of one and the one before it; None where both fit."""
    expected = 1 if before is None else before.position + 1
    if link.position > expected:
        return f"{link} does not fit: entry {expected}, which should stand here, is missing"
    if link.position < expected:
        return f"{link} does not fit: entry {expected} should stand here"
    if not link.follows("" if before is None else before.hash):
        return f"{link} does not fit: it is not what was written, or the one before it is not"
    if before is not None and link.written_at < before.written_at:
        return f"{link} does not fit: it is dated before the one before it"
    return None


class Verified(NamedTuple):
    """What became of looking through a chain."""

    entries: int  # of those that fit
    last: Link | None
    fault: str | None  # the first


# --- In the database -----------------------------------------------------------------------------
def organisations_with_trail() -> list[UUID]:
    """Those that have entries, or should have some."""
    heads = AuditHead.objects.values_list("organisation_id")
    entries = AuditEntry.objects.order_by().values_list("organisation_id").distinct()
    return sorted(id_ for (id_,) in heads.union(entries))


def links_of(organisation_id: UUID) -> Iterator[Link]:
    """The organisation's entries, oldest first, with their chain's end, all of one moment."""
    ends = AuditHead.objects.filter(organisation_id=organisation_id)
    links = (
        AuditEntry.objects.filter(organisation_id=organisation_id)
        .as_said()
        .annotate(in_hex=_in_hex("hash"), end=Subquery(ends.values(in_hex=_in_hex("hash"))))
        .order_by("position")
        .values_list("said", "in_hex", "end")
    )
    with transaction.atomic():  # in which the rows are sent as they are found
        for said, hash_, end in links.iterator(chunk_size=_AT_ONCE):
            yield Link(said, hash_, end or "")


def verify(links: Iterable[Link]) -> Verified:
    """Look through a chain in the database, oldest entry first."""
    last = None
    for entries, link in enumerate(links):
        if (fault := fault_between(last, link)) is not None:
            return Verified(entries, last, fault)
        last = link
    if last is None:
        return Verified(0, None, "every entry is missing")
    if last.end != last.hash:
        missing = f"{last} is not the last that was written: what came after it is missing"
        return Verified(last.position, last, missing)
    return Verified(last.position, last, None)


def _in_hex(field: str) -> Func:
    return Func(F(field), Value("hex"), function="encode", output_field=TextField())


# --- In a file -----------------------------------------------------------------------------------
def links_in(lines: Iterable[str]) -> Iterator[Link]:
    """The entries of an exported file, in its order. Raises NotATrail."""
    rows = csv.DictReader(lines)
    if lacking := {*HASHED, "hash"} - {*(rows.fieldnames or ())}:
        raise NotATrail(f"it has no column {', '.join(sorted(lacking))}")
    for row in rows:
        if None in row.values() or not _POSITION.fullmatch(row["position"]):
            raise NotATrail(f"line {rows.line_num} is no entry")
        names = [row[NAMES]] if row.get(NAMES) else []  # a file of before has no such column
        yield Link("\n".join([*(row[name] for name in HASHED), *names]), row["hash"])


def verify_export(links: Iterable[Link]) -> Verified:
    """Look through an exported chain, newest entry first, holding two of them at a time.

    The first fault of the chain is the last that is met.
    """
    last = later = fault = None
    entries = 0
    for link in links:
        if later is None:
            last = link
        else:
            fault = fault_between(link, later) or fault
        later = link
        entries += 1
    if later is None:
        raise NotATrail("it holds no entry")
    return Verified(entries, last, fault_between(None, later) or fault)
