"""A letter, and what it becomes: more of its thread, else a conversation of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from conversations.capture import add_messages, capture
from conversations.choices import MessageRole
from conversations.intake.beside import keep_beside
from conversations.intake.letters import Letter, attachment_lines, parted
from conversations.intake.plain import storable
from conversations.intake.portals import Enquirer, enquirer_of, is_portal
from conversations.models import LONGEST_CONTENT, Conversation, Message
from conversations.outcome import Outcome
from conversations.posted_format import Origin, PostedConversation, PostedMessage
from conversations.remainders import LONGEST_REMAINDER
from conversations.trying_again import tried_again
from leads.facts import LeadFacts
from leads.models.choices import Channel
from organisations.changes.numbering import numbered_last
from organisations.models import Organisation

_LONGEST_TEXT = LONGEST_CONTENT - 2_000  # the rest is for the subject and attachments' names
_MOST_OF_A_THREAD = 50  # letters before, by which it is looked for
_BULK = frozenset({"bulk", "list", "junk", "auto_reply"})
_NOTHING = "An empty letter"


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a letter says, and by which names it and its thread are known."""

    message_id: str
    sender: Enquirer
    content: str
    cut: str | None = None
    thread: tuple[str, ...] = ()  # ids of the letters before it
    as_it_came: bool = False

    @property
    def message(self) -> PostedMessage:
        return PostedMessage(
            role=MessageRole.USER, content=self.content, external_id=self.message_id
        )

    @property
    def names(self) -> list[str]:
        """Those by which its conversation may be known, the first letter's first.

        A name is of a letter and of whoever writes: a letter that many were sent is the beginning
        of as many threads, and none sees another's.
        """
        ids = (*self.thread[:1], *self.thread[-_MOST_OF_A_THREAD:], self.message_id)
        return list(dict.fromkeys(map(self._name, ids)))

    def _name(self, id_: str) -> str:
        who = (self.sender.email or "").casefold()
        return f"mail:{sha256(f'{who} {id_}'.encode()).hexdigest()}"

    @property
    def conversation(self) -> PostedConversation:
        """The one that it begins where none goes on."""
        sender = self.sender
        ref = storable(sender.property_ref or "", 500) or None
        return PostedConversation(
            channel=Channel.EMAIL,
            external_id=self.names[0],
            messages=[self.message],
            lead=LeadFacts(
                name=storable(sender.name or "", 200) or None,
                email=_if_fits(sender.email, 254),
                phone=_if_fits(sender.phone, 50),
            ),
            origin=Origin(property_ref=ref) if ref else None,
        )


def is_automatic(letter: Letter) -> bool:
    """Whether a machine sent it of its own accord: an answer, a bounce, a list (RFC 3834).

    A portal sends by machine too, but of a person.
    """
    headers = letter.headers
    if headers.get("return-path", "-").strip() in {"", "<>"} or _is_report(headers):
        return True
    kind = headers.get("auto-submitted", "no").partition(";")[0].strip().lower()
    if kind == "auto-replied" or "x-autoreply" in headers or "x-autorespond" in headers:
        return True
    if is_portal(letter.sender.address):
        return False
    is_bulk = headers.get("precedence", "").strip().lower() in _BULK
    return kind != "no" or is_bulk or "list-id" in headers


def read_letter(letter: Letter, body: bytes) -> Arrival:
    """What a letter says; one of which nothing is left is known by its bytes."""
    sender = Enquirer(letter.sender.name, letter.sender.address)
    written, cut = parted(storable(letter.text, 10 * LONGEST_REMAINDER))
    if is_portal(letter.sender.address):
        sender = enquirer_of(letter)
        if sender.message:
            written, cut = storable(sender.message, LONGEST_CONTENT), letter.text
    elif letter.reply_to is not None and letter.reply_to.address is not None:
        sender = Enquirer(letter.reply_to.name or letter.sender.name, letter.reply_to.address)
    thread = tuple(storable(id_, 900) for id_ in letter.thread)
    begins = "" if thread else storable(letter.subject, 500)
    too_much = written[_LONGEST_TEXT:]
    parts = [begins, written[:_LONGEST_TEXT], "\n".join(attachment_lines(letter))]
    content = storable("\n\n".join(part for part in parts if part), LONGEST_CONTENT)
    return Arrival(
        message_id=_message_id(letter.message_id, body),
        sender=sender,
        content=content or _NOTHING,
        cut=storable("\n\n".join(part for part in (too_much, cut) if part), LONGEST_REMAINDER)
        or None,
        thread=thread,
    )


def as_it_came(body: bytes) -> Arrival:
    """What cannot be understood, as one message of somebody."""
    text = storable(body[: 4 * LONGEST_REMAINDER].decode("utf-8", "replace"), LONGEST_REMAINDER)
    return Arrival(
        message_id=_message_id(None, body),
        sender=Enquirer(),
        content=storable(text, LONGEST_CONTENT) or _NOTHING,
        cut=text[LONGEST_CONTENT:].strip() or None,
        as_it_came=True,
    )


@tried_again
def take(organisation: Organisation, arrival: Arrival) -> None:
    """Take the letter in; one that was taken already changes nothing."""
    with numbered_last():
        known = _thread_of(organisation, arrival)
        if _was_taken(organisation, known, arrival):
            return
        if known:
            id_, goes_on = known[0], True
        else:
            [captured] = capture(organisation, [arrival.conversation])
            # It differs where another letter of the thread came a moment ago.
            id_, goes_on = captured.conversation_id, captured.outcome is Outcome.DIFFERS
        if goes_on:
            add_messages(organisation, id_, [arrival.message])
        keep_beside(
            organisation,
            id_,
            arrival.message_id,
            cut=arrival.cut,
            as_it_came=arrival.as_it_came,
        )


def _thread_of(organisation: Organisation, arrival: Arrival) -> list[UUID]:
    """The conversations that the letter may go on with, the latest first."""
    ours = Conversation.objects.for_organisation(organisation)
    known = ours.filter(external_id__in=arrival.names).order_by("-last_message_at", "-id")
    return list(known.values_list("id", flat=True))


def _was_taken(organisation: Organisation, known: list[UUID], arrival: Arrival) -> bool:
    messages = Message.objects.for_organisation(organisation)
    return messages.filter(conversation__in=known, external_id=arrival.message_id).exists()


def _is_report(headers: Mapping[str, str]) -> bool:
    return headers.get("content-type", "").strip().lower().startswith("multipart/report")


def _message_id(said: str | None, body: bytes) -> str:
    """The sender's own, or the bytes' digest; a column holds 200 characters of it."""
    id_ = storable(said or "", 1_000)
    if not id_:
        return sha256(body).hexdigest()
    return id_ if len(id_) <= 200 else sha256(id_.encode()).hexdigest()


def _if_fits(text: str | None, most: int) -> str | None:
    """A contact is whole or none: the beginning of one is another's."""
    plain = storable(text or "", most + 1)
    return plain if 0 < len(plain) <= most else None
