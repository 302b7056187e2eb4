"""Erasures written down outside of the database, and made again in one that was restored.

A backup holds whoever was erased since. So the list of erasures lies elsewhere, on another machine
than the database: ids and times, a JSON object a line, and no word of anybody. It only grows: a
restored database, which knows fewer, takes nothing from it.
"""

import fcntl
import os
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from uuid import UUID

import msgspec

from leads.erasure import erase
from leads.merging import became, lock_merging, merged_leads
from leads.models import Lead
from organisations.actors import SYSTEM
from organisations.changes.numbering import numbered_last
from organisations.models import Change, ChangeType, Organisation


class NotAList(Exception):
    """The file is no list of erasures; the text says which line and why."""


class Erased(msgspec.Struct, frozen=True):
    """A lead that was erased, by itself or with the one that it had been merged into."""

    organisation_id: UUID
    lead_id: UUID
    erased_at: datetime


class Outcome(StrEnum):
    ERASED = "erased"
    GONE = "gone"  # it was not there, or went with one that it was merged with
    # Merged with leads that were not erased: who knows what was taken apart since the backup?
    BY_HAND = "by_hand"


# --- The list ------------------------------------------------------------------------------------
def erased_since(since: datetime | None) -> Iterator[Erased]:
    """The erasures that the change feed still tells of, those of merged leads too, oldest first."""
    told = Change.objects.filter(type=ChangeType.LEAD_ERASED)
    if since is not None:
        told = told.filter(created_at__gte=since)
    rows = told.order_by("created_at", "organisation_id", "position")
    for change in rows.iterator():
        if change.lead_id is not None:
            yield Erased(change.organisation_id, change.lead_id, change.created_at)


def line_of(erased: Erased) -> str:
    return msgspec.json.encode(erased).decode() + "\n"


def add_to(file: Path, erasures: Iterable[Erased]) -> int:
    """Write down those that the file does not hold yet; how many. Raises NotAList and OSError."""
    with open(file, "a+b", opener=_for_its_owner) as written:
        fcntl.flock(written, fcntl.LOCK_EX)
        written.seek(0)
        content = written.read()
        whole = content[: content.rfind(b"\n") + 1]  # a last line without its end was broken off
        written.truncate(len(whole))
        known = {each.lead_id for each in read(whole.splitlines())}
        new = [each for each in erasures if each.lead_id not in known]
        written.write("".join(map(line_of, new)).encode())
        written.flush()
        os.fsync(written.fileno())
    return len(new)


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def read(lines: Iterable[bytes]) -> list[Erased]:
    """What the lines say. Raises NotAList."""
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            found.append(msgspec.json.decode(line, type=Erased))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise NotAList(f"line {number}: {error}") from None
    return found


# --- Made again ----------------------------------------------------------------------------------
def erase_again(erasures: Collection[Erased]) -> Iterator[tuple[Erased, Outcome]]:
    """Erase each that is there, by the system, as it was erased before: told and audited."""
    organisations = Organisation.objects.in_bulk({each.organisation_id for each in erasures})
    listed = {each.lead_id for each in erasures}
    for each in erasures:
        organisation = organisations.get(each.organisation_id)
        yield each, Outcome.GONE if organisation is None else _again(organisation, each, listed)


def _again(organisation: Organisation, erased: Erased, listed: set[UUID]) -> Outcome:
    """With all that it is merged with here, if all of that was erased."""
    with numbered_last():
        lock_merging(organisation)
        leads = Lead.objects.for_organisation(organisation).defer("search")
        lead = leads.filter(id=erased.lead_id).first()
        if lead is None:
            return Outcome.GONE
        whole = leads.select_for_update().get(id=became(lead))
        if not {whole.id, *(each.id for each in merged_leads(whole))} <= listed:
            return Outcome.BY_HAND
        erase(whole, organisation, by=SYSTEM)
        return Outcome.ERASED
