"""What a message left out of the letter that it came in, or that it stands as it came."""

from collections.abc import Iterable
from uuid import UUID

from django.db import models
from django.db.models import Q

from foundation.database.constraints import said
from foundation.ids import uuid7
from organisations.models import Organisation, TenantQuerySet

LONGEST_REMAINDER = 100_000  # characters


class RemainderQuerySet(TenantQuerySet["Remainder"]):
    """Every way in which remainders are chosen."""

    def of_messages(self, conversation_id: UUID, ids: Iterable[UUID]) -> "dict[UUID, Remainder]":
        """Those of a conversation's messages, by the message."""
        found = self.filter(conversation_id=conversation_id, message_id__in=ids)
        return {each.message_id: each for each in found}


class Remainder(models.Model):
    """Beside a message: the history and the signature that were cut off it, and a mark for what
    could not be understood."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", db_index=False)
    # The composite key over (organisation, conversation) holds it, and takes the row along when the
    # conversation goes: whoever erases a person need not know of it.
    conversation_id = models.UUIDField()
    message_id = models.UUIDField()
    cut = models.TextField(null=True)
    read_as_it_came = models.BooleanField(default=False)

    objects = RemainderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="conversations_remainder_once",
                fields=["organisation", "conversation_id", "message_id"],
            ),
            said("conversations_remainder", "cut"),
            models.CheckConstraint(
                name="conversations_remainder_of_something",
                condition=Q(cut__isnull=False) | Q(read_as_it_came=True),
            ),
        ]

    def __str__(self) -> str:
        return f"of message {self.message_id}"
