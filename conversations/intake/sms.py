"""An SMS as Twilio's form tells it, and what it becomes: more of the number's conversation of the
last 24 hours while that is open, else a conversation of its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from django.db.models.functions import Now
from django.utils.datastructures import MultiValueDict

from conversations.capture import add_messages, capture
from conversations.choices import ConversationStatus, MessageRole
from conversations.closing import set_status
from conversations.intake.beside import keep_beside
from conversations.intake.plain import storable
from conversations.models import LONGEST_CONTENT, Conversation, ConversationQuerySet, Message
from conversations.posted_format import ConsentGiven, PostedConversation, PostedMessage
from conversations.trying_again import tried_again
from foundation.database.locks import lock_names
from leads.contacts import key_of
from leads.facts import LeadFacts
from leads.models import Lead
from leads.models.choices import Channel, Consent
from organisations.actors import SYSTEM
from organisations.changes.numbering import numbered_last
from organisations.models import Organisation

GOES_ON_FOR = timedelta(hours=24)
# Twilio's own list of what stops messages; it says no more than the one word.
STOP_WORDS = frozenset(
    "stop stopall unsubscribe cancel end quit revoke optout".split()  # noqa: SIM905
)
MOST_MEDIA = 10  # of a message, at Twilio
_MOST_LEADS = 50  # of one number, among whose conversations the open one is looked for


@dataclass(frozen=True, slots=True)
class Sms:
    """One message: who sent it, what it says, and by which name it is known."""

    sid: str
    sender: str
    content: str
    stops: bool
    as_it_came: bool = False

    @property
    def message(self) -> PostedMessage:
        return PostedMessage(role=MessageRole.USER, content=self.content, external_id=self.sid)

    @property
    def consent(self) -> ConsentGiven | None:
        """Denied, in the person's own word, where they ask to be written to no more."""
        if not self.stops:
            return None
        return ConsentGiven(marketing=Consent.DENIED, wording=self.content)

    @property
    def conversation(self) -> PostedConversation:
        """The one that it begins where none goes on."""
        return PostedConversation(
            channel=Channel.SMS,
            external_id=f"sms:{self.sid}",
            messages=[self.message],
            lead=LeadFacts(phone=self.sender),
            consent=self.consent,
        )


def read_sms(form: "MultiValueDict[str, str]") -> Sms:
    """The message; a form that is none of Twilio's is kept as it came, known by what it says."""
    body = storable(form.get("Body", ""), LONGEST_CONTENT - 1_000)
    sid = storable(form.get("MessageSid", "") or form.get("SmsSid", ""), 100)
    sender = storable(form.get("From", ""), 50)
    content = "\n".join([part for part in (body, *_media(form)) if part])
    if sid and sender and content:
        return Sms(sid, sender, content, stops=body.rstrip(".!").casefold() in STOP_WORDS)
    as_it_came = storable("\n".join(_lines(form)), LONGEST_CONTENT) or "An empty message"
    name = sid or sha256(as_it_came.encode()).hexdigest()
    return Sms(name, sender, content or as_it_came, stops=False, as_it_came=True)


@tried_again
def take(organisation: Organisation, sms: Sms) -> None:
    """Take the message in; one that was taken already changes nothing.

    Of messages of one number that arrive at once each waits for the one before, so that they come
    to one conversation.
    """
    with numbered_last():
        lock_names([f"{organisation.pk} intake sms {sms.sender}"])
        theirs = _conversations_of(organisation, sms)
        if _was_taken(organisation, theirs, sms):
            return
        id_ = _going_on(theirs)
        if id_ is None:
            [captured] = capture(organisation, [sms.conversation])
            id_ = captured.conversation_id
        else:
            add_messages(organisation, id_, [sms.message], consent=sms.consent)
        keep_beside(organisation, id_, sms.sid, as_it_came=sms.as_it_came)
        if sms.stops:
            set_status(organisation, id_, ConversationStatus.CLOSED, by=SYSTEM)


def _conversations_of(organisation: Organisation, sms: Sms) -> ConversationQuerySet:
    """The number's, wherever they were held; none for what is no number."""
    ours = Conversation.objects.for_organisation(organisation).filter(channel=Channel.SMS)
    key = key_of("phone", sms.sender)
    if key is None:
        return ours.none()
    leads = Lead.objects.for_organisation(organisation).filter(phone_key=key).newest_first()
    ids = leads.values_list("id", "merged_into_id")[:_MOST_LEADS]
    return ours.filter(lead__in=[merged_into or id_ for id_, merged_into in ids])


def _was_taken(organisation: Organisation, theirs: ConversationQuerySet, sms: Sms) -> bool:
    messages = Message.objects.for_organisation(organisation)
    return messages.filter(
        conversation__in=list(theirs.values_list("id", flat=True)), external_id=sms.sid
    ).exists()


def _going_on(theirs: ConversationQuerySet) -> UUID | None:
    lively = theirs.filter(status=ConversationStatus.OPEN, last_message_at__gte=Now() - GOES_ON_FOR)
    return lively.order_by("-last_message_at", "-id").values_list("id", flat=True).first()


def _media(form: "MultiValueDict[str, str]") -> Iterator[str]:
    """A line for each picture: what it is. It is not fetched, and its address not kept, which is
    open to whoever knows it."""
    said = form.get("NumMedia", "0")
    number = (
        min(int(said), MOST_MEDIA) if said.isascii() and said.isdigit() and len(said) < 4 else 0
    )
    for place in range(number):
        kind = storable(form.get(f"MediaContentType{place}", ""), 50) or "of an unknown kind"
        yield f"[Attachment {place + 1} of {number}: {kind}]"


def _lines(form: "MultiValueDict[str, str]") -> Iterator[str]:
    for name, values in form.lists():
        yield from (f"{name}: {value}" for value in values)
