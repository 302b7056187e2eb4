"""Conversations in: the one way by which they and their leads arrive (CONTRACT.md, section 2).

A batch is one short transaction of a constant number of statements. Whoever captures a person's
conversation holds the locks of its name and of their e-mail and phone, so the same one arriving
twice at once is one. Of histories in a batch the earliest is taken first: it brings the lead, and
of two that say the same fact its word stands.
"""

from collections.abc import Sequence
from uuid import UUID

from conversations.arrivals import Arrivals
from conversations.models import Conversation
from conversations.outcome import Added, Captured
from conversations.posted_format import ConsentGiven
from conversations.received import Received, ReceivedTurn, in_order, name_of
from conversations.trying_again import tried_again
from conversations.writing import date
from organisations.actors import SYSTEM, Actor
from organisations.changes.numbering import numbered_last
from organisations.models import Organisation


@tried_again
@numbered_last()
def capture(
    organisation: Organisation,
    batch: Sequence[Received],
    *,
    by: Actor = SYSTEM,
    idempotency_key: str | None = None,
) -> list[Captured]:
    """Take the conversations in, all or none; return what became of each, in their order.

    A conversation without an external_id is known by `idempotency_key`, where that is given.
    """
    arrivals = Arrivals(organisation, by)
    names = [name_of(received, idempotency_key) for received in batch]
    arrivals.look(batch, names)
    taken = {place: arrivals.take(batch[place], names[place]) for place in in_order(batch, names)}
    arrivals.settling.write()
    return [taken[place] for place in range(len(batch))]


@tried_again
def add_messages(
    organisation: Organisation,
    conversation_id: UUID,
    messages: Sequence[ReceivedTurn],
    *,
    consent: ConsentGiven | None = None,
    by: Actor = SYSTEM,
) -> Added | None:
    """Add those messages whose external_id is not known; None where there is no such conversation.

    One that was closed is open again. `consent` is what the person says with these messages, and
    counts where any of them is new.
    """
    arrivals = Arrivals(organisation, by)
    ours = Conversation.objects.for_organisation(organisation)
    with numbered_last() as last:
        arrivals.standing.lock([], [])
        lead_id = ours.filter(id=conversation_id).values_list("lead_id", flat=True).first()
        if lead_id is None:
            return None
        arrivals.standing.find([], {conversation_id: lead_id})
        talk = arrivals.standing.talks[conversation_id]
        added = arrivals.add(talk, messages, consent)
        arrivals.settling.write()
    if last.moment is not None:
        date([], [talk], last.moment)
    return added
