"""Receipts of erasures: that somebody's data went, when, by whom or which rule, and how much.

They are entries of the audit trail, so they are chained and never change, and name nobody but who
erased. The tombstone's position is the feed's, for as long as that keeps it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from foundation.rfc3339 import rfc3339
from foundation.web.spooled import spooled
from organisations.models import (
    AuditAction,
    AuditEntry,
    AuditEntryQuerySet,
    Change,
    ChangeType,
    Organisation,
)
from organisations.requests import SignedInRequest, admin_required

SHOWN = 100
_AT_ONCE = 500
TABLES = ("leads", "conversations", "messages", "events")


@dataclass(frozen=True, slots=True)
class Receipt:
    """One erasure; `position` is of its tombstone in the feed, None where that is gone."""

    entry: AuditEntry
    position: int | None

    @property
    def rule(self) -> str | None:
        rule: str | None = self.entry.details.get("rule")
        return rule

    @property
    def by(self) -> str:
        """The name of then, of the person who did it."""
        return self.entry.names_of_then.get("actor", "Sift")

    @property
    def rows(self) -> dict[str, int | None]:
        """By table how many went; None in receipts from before that was counted."""
        return {table: self.entry.details.get(table) for table in TABLES}


@require_safe
@admin_required
def erasures(request: SignedInRequest) -> HttpResponse:
    """The latest, newest first."""
    latest = list(_entries(request.organisation)[: SHOWN + 1])
    context = {
        "receipts": _receipts(request.organisation, latest[:SHOWN]),
        "is_all": len(latest) <= SHOWN,
        "shown": SHOWN,
    }
    return render(request, "data/erasures.html", context)


@require_safe
@admin_required
def erasures_json(request: SignedInRequest) -> HttpResponseBase:
    """All of them as one JSON object, newest first."""
    pieces = _json(request.organisation) if request.method == "GET" else ()
    response = StreamingHttpResponse(spooled(pieces), content_type="application/json")
    response["Content-Disposition"] = (
        f'attachment; filename="erasures-{request.organisation.slug}.json"'
    )
    return response


def _entries(organisation: Organisation) -> AuditEntryQuerySet:
    ours = AuditEntry.objects.for_organisation(organisation).newest_first()
    return ours.filter(action=AuditAction.PERSON_DATA_ERASED)


def _receipts(organisation: Organisation, entries: Sequence[AuditEntry]) -> list[Receipt]:
    """One statement for the positions of all."""
    positions = _positions(organisation, [entry.target_id for entry in entries])
    return [Receipt(entry, positions.get(entry.target_id)) for entry in entries]


def _positions(
    organisation: Organisation, lead_ids: Iterable[UUID | None]
) -> dict[UUID | None, int]:
    tombstones = Change.objects.for_organisation(organisation).filter(
        type=ChangeType.LEAD_ERASED, lead_id__in=list(lead_ids)
    )
    return dict(tombstones.values_list("lead_id", "position"))


def _json(organisation: Organisation) -> Iterator[bytes]:
    yield b'{"erasures": ['
    with transaction.atomic():  # in which the cursor sends the rows as they are found
        yield from _in_batches(organisation)
    yield b"]}\n"


def _in_batches(organisation: Organisation) -> Iterator[bytes]:
    batch: list[AuditEntry] = []
    parted = b""
    for entry in _entries(organisation).iterator(chunk_size=_AT_ONCE):
        batch.append(entry)
        if len(batch) == _AT_ONCE:
            yield parted + _joined(_receipts(organisation, batch))
            parted, batch = b",\n", []
    if batch:
        yield parted + _joined(_receipts(organisation, batch))


def _joined(receipts: Sequence[Receipt]) -> bytes:
    return b",\n".join(msgspec.json.encode(_as_json(each)) for each in receipts)


def _as_json(receipt: Receipt) -> dict[str, Any]:
    entry = receipt.entry
    return {
        "id": str(entry.id),
        "erased_at": rfc3339(entry.created_at),
        "by": {"kind": entry.actor_kind, "id": entry.actor_id},
        "rule": receipt.rule,
        "lead_id": entry.target_id,
        "rows": receipt.rows,
        "feed_position": receipt.position,
        "trail_position": entry.position,
        "trail_hash": bytes(entry.hash).hex(),
    }
