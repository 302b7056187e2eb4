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

    def leave(self, worker_id: UUID) -> bool:
        """Say that this worker runs. Whether the clock is known not to have gone back since it last
        did: at its first sign of life nobody knows."""
        own = self.filter(pk=worker_id)
        if own.filter(heard_at__lte=Now()).update(heard_at=Now()):
            return True
        if not own.update(heard_at=Now()):
            self.create(id=worker_id)
        return False

    def draw_in(self) -> None:
        """Have workers that are gone be taken for gone, if the clock was ahead when they went."""
        self.filter(heard_at__gt=Now()).update(heard_at=Now())


class Beat(models.Model):
    """A worker, as it was last heard of. It has none after it has ended by itself."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    began_at = models.DateTimeField(db_default=Now())
    heard_at = models.DateTimeField(db_default=Now())

    objects = BeatQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Heard of at {self.heard_at:%Y-%m-%d %H:%M:%S}"
