"""Rows for tests: each maker fills in what a test does not care about."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from apikeys import call_log
from apikeys.call_writing import NotedCall
from apikeys.issuing import issue
from apikeys.models import ApiKey, Scope
from conversations.intake import setting_up
from conversations.intake_addresses import HeldBackPost, HeldBecause, IntakeAddress, IntakeKind
from conversations.models import Conversation, Message
from foundation.ids import uuid7
from leads.contacts import KEY_OF, key_of
from leads.followed import note_created
from leads.models import Lead
from leads.models.choices import LeadStatus
from leads.moving import Moved, move
from organisations.account_emails import account_key
from organisations.actors import SYSTEM, Actor
from organisations.changes.numbering import numbered_last
from organisations.models import Invitation, KnownDevice, Organisation, Passkey, Session, User
from webhooks.models import Delivery, Endpoint
from webhooks.models.endpoint import EVERYTHING
from webhooks.setting_up import create as create_endpoint

_numbers = itertools.count(1)
PASSWORD = "correct horse battery staple"


def make_organisation(**fields: Any) -> Organisation:
    n = next(_numbers)
    return Organisation.objects.create(
        **{"name": f"Agency {n}", "slug": f"agency-{n}", "plan": "growth"} | fields
    )


def make_user(organisation: Organisation, **fields: Any) -> User:
    n = next(_numbers)
    defaults = {
        "email": f"person{n}@example.com",
        "name": f"Person {n}",
        "role": "agent",
        "password": PASSWORD,
    }
    return User.objects.create_user(organisation=organisation, **defaults | fields)


def make_session(person: User, **fields: Any) -> Session:
    """A row of another browser in which the person is signed in."""
    session = Session.objects.create(
        organisation_id=person.organisation_id,
        person=person,
        **{"digest": f"{next(_numbers):064}", "data": "", "browser": "Firefox on Windows"} | fields,
    )
    session.refresh_from_db()  # what the database's defaults became
    return session


def make_device(person: User) -> KnownDevice:
    """Another browser in which the person signed in before."""
    return KnownDevice.objects.create(
        organisation_id=person.organisation_id,
        person=person,
        digest=f"{next(_numbers):064}",
        browser="Firefox on Windows",
    )


def make_passkey(person: User, *, name: str = "My laptop") -> Passkey:
    """One whose device is nowhere: it can be listed and removed."""
    return Passkey.objects.create(
        organisation_id=person.organisation_id,
        person=person,
        name=name,
        credential_id=next(_numbers).to_bytes(16, "big"),
        public_key=b"",
        sign_count=0,
    )


def make_lead(organisation: Organisation, **fields: Any) -> Lead:
    lead = Lead(**{"organisation": organisation, "source": "website"} | fields)
    for field in KEY_OF:
        setattr(lead, f"{field}_key", key_of(field, getattr(lead, field)))
    lead.save(force_insert=True)
    lead.refresh_from_db()  # what the database's defaults became
    return lead


def arrived_lead(organisation: Organisation, **fields: Any) -> Lead:
    """A lead whose arrival is told, as a capture tells it: open pages learn of it."""
    with numbered_last():
        lead = make_lead(organisation, **fields)
        note_created(lead, by=SYSTEM)
    return lead


def move_lead(lead: Lead, status: str, *, by: Actor) -> Moved | None:
    """Move it as whoever it is; the object then says how it stands."""
    moved = move(lead.id, LeadStatus(status), organisation_id=lead.organisation_id, by=by)
    lead.refresh_from_db(fields=["status", "moved_on", "updated_at"])
    return moved


def make_conversation(
    organisation: Organisation, lead: Lead | None = None, messages: int = 0, **fields: Any
) -> Conversation:
    """A conversation, its lead if none is given, and so many messages a minute apart."""
    lead = lead or make_lead(organisation)
    conversation = Conversation.objects.create(
        **{
            "organisation": organisation,
            "lead": lead,
            "channel": "website",
            "languages_used": ["en"],
        }
        | fields
    )
    conversation.refresh_from_db()
    if messages:
        make_messages(conversation, messages)
    return conversation


def make_messages(conversation: Conversation, number: int, **fields: Any) -> list[Message]:
    """So many messages, a minute apart from the conversation's beginning on."""
    made = Message.objects.bulk_create(
        Message(
            **{
                "organisation_id": conversation.organisation_id,
                "conversation": conversation,
                "position": n,
                "role": "user" if n % 2 == 0 else "assistant",
                "content": f"Message {n}",
                "created_at": conversation.created_at + timedelta(minutes=n),
            }
            | fields
        )
        for n in range(number)
    )
    conversation.sum_up()
    return made


def make_message(conversation: Conversation, **fields: Any) -> Message:
    """One more message, which the conversation's row knows of."""
    position = fields.pop("position", None)
    if position is None:
        position = conversation.messages.count()
    message = Message.objects.create(
        **{
            "organisation_id": conversation.organisation_id,
            "conversation": conversation,
            "position": position,
            "role": "user",
            "content": f"Message {position}",
        }
        | fields
    )
    message.refresh_from_db()
    conversation.sum_up()
    return message


def make_key(organisation: Organisation, **fields: Any) -> tuple[ApiKey, str]:
    """A key's record and its text."""
    n = next(_numbers)
    name = fields.pop("name", f"Key {n}")
    fields.setdefault("scope", Scope.READ_WRITE)
    return issue(organisation, name, **fields)


def make_invitation(organisation: Organisation, **fields: Any) -> tuple[Invitation, str]:
    """An invitation's record and its token."""
    n = next(_numbers)
    invitation = Invitation(
        **{"organisation": organisation, "email": f"invited{n}@example.com"} | fields
    )
    invitation.email_key = account_key(invitation.email)
    token = invitation.renew()
    invitation.save(force_insert=True)
    invitation.refresh_from_db()
    return invitation, token


def make_endpoint(
    organisation: Organisation, url: str = "https://crm.example.com/sift", **fields: Any
) -> Endpoint:
    """A webhook that is told everything from now on; `shown_secret` is what was shown once."""
    endpoint, secret = create_endpoint(
        organisation, url, **{"types": EVERYTHING, "by": SYSTEM} | fields
    )
    endpoint.shown_secret = secret
    return endpoint


def make_delivery(endpoint: Endpoint, **fields: Any) -> Delivery:
    """A try to tell it of its agency's first change, answered with 204."""
    return Delivery.objects.create(
        **{
            "organisation_id": endpoint.organisation_id,
            "endpoint": endpoint,
            "event_id": uuid7(),
            "position": 1,
            "type": "lead.created",
            "number": 1,
            "created_at": timezone.now(),
            "milliseconds": 87,
            "status": 204,
        }
        | fields
    )


def make_intake(
    organisation: Organisation, kind: IntakeKind = IntakeKind.FORM, **fields: Any
) -> IntakeAddress:
    """An intake address that takes what comes."""
    name = fields.pop("name", f"Address {next(_numbers)}")
    auth_token = fields.pop("auth_token", None)
    address = setting_up.create(organisation, kind, name, by=SYSTEM, **fields)
    if auth_token is not None:
        setting_up.change(address, {"auth_token": auth_token}, by=SYSTEM)
    address.refresh_from_db()
    return address


def make_held_back(address: IntakeAddress, **fields: Any) -> HeldBackPost:
    """An enquiry that looks like a robot's."""
    external_id = f"form:{next(_numbers)}"
    return HeldBackPost.objects.create(
        **{
            "organisation_id": address.organisation_id,
            "address": address,
            "external_id": external_id,
            "because": HeldBecause.HONEYPOT,
            "conversation": {
                "channel": "website",
                "external_id": external_id,
                "messages": [{"role": "user", "content": "Is Elm Grove still for sale?"}],
                "lead": {"name": "Robo Sapiens", "email": "robo@example.com"},
            },
        }
        | fields
    )


def make_calls(key: ApiKey, number: int, **fields: Any) -> None:
    """So many calls of the key's, now and each a second before the one before: `r-0` is the last.

    Each is written as a request leaves it: into the log, the day's counts and the last use.
    """
    now = timezone.now()
    for n in range(number):
        call_log.note(
            NotedCall(
                **{
                    "organisation_id": key.organisation_id,
                    "key_id": key.id,
                    "at": now - timedelta(seconds=n),
                    "method": "GET",
                    "route": "/api/v1/leads",
                    "status": 200,
                    "microseconds": 2_345,
                    "address": "203.0.113.7",
                    "request_id": f"r-{n}",
                }
                | fields
            )
        )
    assert call_log.flush()


def at(text: str) -> datetime:
    """`at("2026-06-01 09:30")`, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
