"""Keeping, beside a message that was taken in, what it left out, or that it stands as it came."""

from uuid import UUID

from conversations.models import Message
from conversations.remainders import Remainder
from organisations.models import Organisation


def keep_beside(
    organisation: Organisation,
    conversation_id: UUID,
    external_id: str,
    *,
    cut: str | None = None,
    as_it_came: bool = False,
) -> None:
    """Keep it beside the message of that name, once; nothing, where there is nothing to keep."""
    if cut is None and not as_it_came:
        return
    messages = Message.objects.for_organisation(organisation)
    id_ = messages.values_list("id", flat=True).get(
        conversation=conversation_id, external_id=external_id
    )
    new = Remainder(
        organisation_id=organisation.pk,
        conversation_id=conversation_id,
        message_id=id_,
        cut=cut,
        read_as_it_came=as_it_came,
    )
    Remainder.objects.bulk_create([new], ignore_conflicts=True)
