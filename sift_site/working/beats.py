"""Signs of life: each worker leaves one every few seconds, so that others see whether any runs."""

from datetime import timedelta
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models.functions import Now

from foundation.ids import uuid7

LATELY = timedelta(minutes=1)  # a worker that was not heard of for longer is taken for gone
_KEPT = timedelta(days=1)


class BeatQuerySet(models.QuerySet["Beat"]):
    """Every way in which signs of life are chosen."""

    def lately(self) -> Self:
        """Those of workers that run."""
        return self.filter(heard_at__gt=Now() - LATELY)

    def of_old(self) -> Self:
        return self.filter(heard_at__lte=Now() - _KEPT)

    def leave(self, worker_id: UUID) -> None:
        """Say that this worker runs."""
        if not self.filter(pk=worker_id).update(heard_at=Now()):
            self.create(id=worker_id)


class Beat(models.Model):
    """A worker, as it was last heard of. It has none after it has ended by itself."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    began_at = models.DateTimeField(db_default=Now())
    heard_at = models.DateTimeField(db_default=Now())

    objects = BeatQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Heard of at {self.heard_at:%Y-%m-%d %H:%M:%S}"
