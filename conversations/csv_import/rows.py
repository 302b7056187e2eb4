"""A row as a conversation of the import format, so that it arrives as every other does."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from django.core.exceptions import ValidationError

from conversations.intake_format import ImportedConversation
from foundation.days import AGENCY_ZONE
from foundation.lists.csv_files import plain
from foundation.validation import BODY, Faulty, decode
from leads.models.choices import FACT_CHOICES, Channel
from leads.pages.pounds import PoundsField

LONGEST_CELL = 20_000
_MONEY = ("budget_min", "budget_max")
_BEDROOMS = ("bedrooms_min", "bedrooms_max")
_TEXTS = ("email", "phone", "summary", "area")
_DATES = ("%d/%m/%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d-%m-%Y", "%d.%m.%Y", "%d %B %Y",
          "%d %b %Y", "%d/%m/%y")  # fmt: skip
_BEDS = re.compile(r"(\d{1,2})(?:\.0)?\+?(?: ?beds?(?:rooms?)?)?", re.IGNORECASE)
_pounds = PoundsField(required=False)


class Rejected(Exception):
    """A row that cannot be taken; the reason names the column's field and no value, so that
    reasons can be counted."""


@dataclass(frozen=True, slots=True)
class RowReader:
    """How rows of one file are understood."""

    fields: Sequence[str]
    channel: str
    name: str  # the file's
    uploaded_at: datetime

    def read(self, number: int, cells: Sequence[str]) -> ImportedConversation:
        """The row as a conversation; raises Rejected."""
        told = self._told(cells)
        started = _moment(told["started_at"]) if "started_at" in told else self.uploaded_at
        lead = _lead(told)
        if not lead.keys() & {"name", "email", "phone"}:
            raise Rejected("has no name, e-mail or phone")
        said = told.get("message")
        message = {
            "role": "user" if said else "assistant",
            "content": said or f"Brought in from {self.name}, row {number:,}.",
            "created_at": started,
        }
        whole = {
            "external_id": told.get("external_id") or _id_of(cells),
            "channel": _value(Channel, told["channel"]) if "channel" in told else self.channel,
            "status": "closed",
            "started_at": started,
            "lead": lead,
            "messages": [message],
        }
        return _decoded(whole)

    def _told(self, cells: Sequence[str]) -> dict[str, str]:
        if any(cell.strip() for cell in cells[len(self.fields) :]):
            raise Rejected("has more cells than there are heads")
        told = {}
        for field, cell in zip(self.fields, cells, strict=False):
            text = _unguarded(cell.strip())
            if not field or not text:
                continue
            if len(text) > LONGEST_CELL:
                raise Rejected(f"{field}: is too long; is a quotation mark missing?")
            if "\0" in text:
                raise Rejected(f"{field}: has a NUL character")
            told[field] = text
        return told


def _lead(told: dict[str, str]) -> dict[str, Any]:
    lead: dict[str, Any] = {field: told[field] for field in _TEXTS if field in told}
    names = [told[field] for field in ("first_name", "last_name") if field in told]
    if name := told.get("name") or " ".join(names):
        lead["name"] = name
    for field in _MONEY:
        if field in told:
            lead[field] = _sum(field, told[field])
    for field in _BEDROOMS:
        if field in told:
            found = _BEDS.fullmatch(told[field])
            if found is None:
                raise Rejected(f"{field}: is no number of bedrooms")
            lead[field] = int(found[1])
    for field in FACT_CHOICES.keys() & told.keys():
        lead[field] = _value(FACT_CHOICES[field], told[field], field)
    return lead


def _sum(field: str, text: str) -> int | None:
    try:
        pounds: int | None = _pounds.clean(text)
    except ValidationError:
        raise Rejected(f"{field}: is no sum of money") from None
    return pounds


def _value(choices: Any, text: str, field: str = "channel") -> str:
    """By the value or its label, whatever the case."""
    said = " ".join(text.casefold().replace("_", " ").split())
    for value, label in choices.choices:
        if said in {value.replace("_", " "), label.casefold()}:
            return str(value)
    raise Rejected(f"{field}: is none of {', '.join(choices.values)}")


def _moment(text: str) -> datetime:
    """A date or time as people here write it, day first; without a zone in the agency's own."""
    found = None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        for form in _DATES:
            try:
                found = datetime.strptime(text, form)  # noqa: DTZ007 - its zone comes below
                break
            except ValueError:
                continue
    if found is None:
        raise Rejected("started_at: is no date; write 31/12/2026 or 2026-12-31")
    try:
        return (found if found.tzinfo else found.replace(tzinfo=AGENCY_ZONE)).astimezone(UTC)
    except OverflowError:
        raise Rejected("started_at: is no date; write 31/12/2026 or 2026-12-31") from None


def _unguarded(text: str) -> str:
    """Without the apostrophe that our own files put before what looks like a formula."""
    return text[1:] if text.startswith("'") and plain(text[1:]) != text[1:] else text


def _id_of(cells: Sequence[str]) -> str:
    """The same row is the same conversation, however often the file is brought in."""
    joined = "\x1f".join(cell.strip() for cell in cells)
    return f"csv-{hashlib.sha256(joined.encode('utf-8', 'surrogatepass')).hexdigest()[:40]}"


def _decoded(whole: dict[str, Any]) -> ImportedConversation:
    try:
        return decode(ImportedConversation, msgspec.json.encode(whole))
    except Faulty as faulty:
        fault = faulty.faults[0]
        field = "" if fault.field == BODY else fault.field.removeprefix("lead.") + ": "
        raise Rejected(f"{field}{_counted(fault.message)}") from None
    except UnicodeError:
        raise Rejected("has a character that cannot be kept") from None


def _counted(message: str) -> str:
    """Without the value that it repeats, if it does, so that equal reasons are one."""
    return re.sub(r", (?:not|which is) .*", "", message)[:200]
