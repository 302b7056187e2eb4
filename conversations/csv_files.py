"""A CSV file that an agency brings in: how it is read, how far it is, and what became of its rows.

The file and its rejects are people's data: both go a day after the import, when it can no longer be
undone, and a day after the upload where nothing came of it.
"""

import zlib
from datetime import timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from foundation.database.constraints import known, said
from foundation.ids import uuid7
from organisations.models import Organisation, TenantQuerySet, User

KEPT = timedelta(hours=24)


class CsvState(models.TextChoices):
    CHECKING = "checking", "Being checked"
    CHECKED = "checked", "Checked"
    IMPORTING = "importing", "Being imported"
    DONE = "done", "Imported"
    UNDOING = "undoing", "Being undone"
    UNDONE = "undone", "Undone"
    FAILED = "failed", "Failed"


AT_WORK = (CsvState.CHECKING, CsvState.IMPORTING, CsvState.UNDOING)


class CsvImportQuerySet(TenantQuerySet["CsvImport"]):
    """Every way in which imports are chosen. The worker's own are all agencies'."""

    def due(self) -> Self:
        """With something to do, and nobody at it who lives."""
        free = Q(leased_until=None) | Q(leased_until__lte=Now())
        return self.filter(free, state__in=AT_WORK, organisation__closed_at=None)

    def latest_first(self) -> Self:
        return self.order_by("-id")

    def forget_files(self) -> int:
        """Let go of files whose day is over; of how many."""
        over = self.filter(touched_at__lte=Now() - KEPT, packed__isnull=False)
        return over.exclude(state__in=AT_WORK).update(packed=None, packed_rejects=None)


class CsvImport(models.Model):
    """One file."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", db_index=False)
    # Held by a key over both columns, which also says that they are of the same organisation.
    person = models.ForeignKey(
        User, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    name = models.CharField(max_length=200, help_text="the file's")
    state = models.CharField(max_length=16, choices=CsvState.choices, default=CsvState.CHECKING)
    packed = models.BinaryField(null=True, help_text="the file, compressed; NULL: let go")
    encoding = models.CharField(max_length=16)
    separator = models.CharField(max_length=1)
    heads: Any = models.JSONField(help_text="of the columns, in their order")
    fields: Any = models.JSONField(help_text="what each column is; blank: left out")
    channel = models.CharField(max_length=16, help_text="of rows that name none")
    rows = models.IntegerField(default=0, help_text="as far as they were counted")
    done = models.IntegerField(default=0, help_text="rows, in this state")
    created = models.IntegerField(default=0, help_text="or, when undone, erased")
    unchanged = models.IntegerField(default=0, help_text="or, when undone, left")
    rejected = models.IntegerField(default=0)
    reasons: Any = models.JSONField(default=dict, help_text="how many rows each rejected")
    made = models.BinaryField(default=b"", help_text="a bit a row: whether it made a conversation")
    packed_rejects = models.BinaryField(null=True, help_text="a CSV file, compressed")
    created_at = models.DateTimeField(db_default=Now())
    touched_at = models.DateTimeField(db_default=Now(), help_text="when its state last changed")
    leased_until = models.DateTimeField(null=True, help_text="a worker is at it until then")

    objects = CsvImportQuerySet.as_manager()

    class Meta:
        constraints = [
            known("conversations_csvimport", "state", CsvState),
            said("conversations_csvimport", "name"),
        ]
        indexes = [
            models.Index(name="conversations_csv_latest", fields=["organisation", "-id"]),
            # What the worker has to do, of all agencies: few rows at any time.
            models.Index(
                name="conversations_csv_due", fields=["id"], condition=Q(state__in=AT_WORK)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def content(self) -> bytes:
        """The file as it was uploaded; b"" where it was let go."""
        return b"" if self.packed is None else zlib.decompress(self.packed)

    @property
    def rejects(self) -> bytes:
        return b"" if self.packed_rejects is None else zlib.decompress(self.packed_rejects)

    @property
    def is_at_work(self) -> bool:
        return self.state in AT_WORK

    @property
    def can_be_undone(self) -> bool:
        """For a day after it was done, as long as the file is there."""
        return self.state == CsvState.DONE and self.packed is not None
