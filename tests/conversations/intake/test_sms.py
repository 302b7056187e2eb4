"""SMS by Twilio's form: signed, exactly once, one conversation for a number and a day."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from conversations.intake.twilio import SETTINGS, SIGNATURE, signature
from conversations.intake_addresses import IntakeAddress, IntakeKind
from conversations.models import Conversation, Message
from foundation.web.own_url import full_url
from leads.models import Lead
from tests.factories import make_conversation, make_intake, make_lead, make_message

pytestmark = pytest.mark.django_db

NUMBER = "+447700900123"
# From twilio.com/docs/usage/webhooks/webhooks-security: the example's address, fields and token.
EXAMPLE_URL = "https://example.com/myapp.php?foo=1&bar=2"
EXAMPLE = "CallSidCA1234567890ABCDECaller+14158675310Digits1234From+14158675310To+18005551212"


def form(sid: str = "SM1", body: str = "Is Elm Grove still for sale?", **more: Any):
    return {"MessageSid": sid, "From": NUMBER, "To": "+441615550100", "Body": body} | more


@pytest.fixture
def address(agency) -> IntakeAddress:
    return make_intake(agency, IntakeKind.SMS)


@pytest.fixture
def twilio() -> Client:
    return Client(enforce_csrf_checks=True)


def contents() -> list[list[str]]:
    """What each conversation says, the oldest first."""
    return [
        list(each.messages.order_by("position").values_list("content", flat=True))
        for each in Conversation.objects.order_by("id")
    ]


def test_a_message_becomes_a_lead_with_its_number(twilio, address):
    answer = twilio.post(address.path, form())

    assert (answer.status_code, answer.content) == (200, b"<Response/>")
    assert answer["Content-Type"] == "text/xml"
    lead = Lead.objects.get()
    assert (lead.phone, lead.source) == (NUMBER, "sms")
    assert contents() == [["Is Elm Grove still for sale?"]]


def test_more_of_the_same_day_goes_on_with_the_conversation(twilio, address):
    for sid, body in (("SM1", "Hello"), ("SM2", "Anybody there?"), ("SM2", "Anybody there?")):
        assert twilio.post(address.path, form(sid, body)).status_code == 200

    assert contents() == [["Hello", "Anybody there?"]]


@pytest.mark.parametrize("over", ["a day ago", "closed"])
def test_one_that_is_over_is_not_gone_on_with(twilio, address, agency, over):
    lead = make_lead(agency, phone=NUMBER)
    began = timezone.now() - timedelta(hours=25 if over == "a day ago" else 1)
    status = "closed" if over == "closed" else "open"
    before = make_conversation(agency, lead, channel="sms", status=status, created_at=began)
    make_message(before, content="Before", created_at=began)

    twilio.post(address.path, form())

    assert contents() == [["Before"], ["Is Elm Grove still for sale?"]]
    assert Lead.objects.count() == 1


def test_one_that_another_sender_brought_is_gone_on_with(twilio, address, agency):
    conversation = make_conversation(agency, make_lead(agency, phone=NUMBER), channel="sms")
    make_message(conversation, content="Before")

    twilio.post(address.path, form())

    assert contents() == [["Before", "Is Elm Grove still for sale?"]]


@pytest.mark.parametrize("word", ["STOP", " stop. ", "Unsubscribe", "QUIT"])
def test_a_stop_word_closes_and_denies_and_what_comes_later_begins_anew(twilio, address, word):
    twilio.post(address.path, form("SM1", "Hello"))
    Lead.objects.update(marketing_consent="granted")

    for _ in range(2):
        twilio.post(address.path, form("SM2", word))

    assert Conversation.objects.get().status == "closed"
    assert Lead.objects.get().marketing_consent == "denied"
    assert contents() == [["Hello", word.strip()]]

    twilio.post(address.path, form("SM3", "One more question"))
    assert contents() == [["Hello", word.strip()], ["One more question"]]


def test_a_stop_word_alone_is_heard_too_and_one_within_a_sentence_is_none(twilio, address):
    twilio.post(address.path, form("SM1", "Stop", From="+447700900124"))
    twilio.post(address.path, form("SM2", "I get off at the bus stop"))

    denied = Lead.objects.exclude(marketing_consent=None)
    assert [lead.phone for lead in denied] == ["+447700900124"]


def test_pictures_are_named_and_their_addresses_not_kept(twilio, address):
    media = {"NumMedia": "2", "MediaContentType0": "image/jpeg", "MediaUrl0": "https://x.example/1"}

    twilio.post(address.path, form(body="", **media))

    assert contents() == [
        ["[Attachment 1 of 2: image/jpeg]\n[Attachment 2 of 2: of an unknown kind]"]
    ]


def test_a_sender_that_is_no_number_identifies_nobody(twilio, address):
    for sid in ("SM1", "SM2"):
        twilio.post(address.path, form(sid, From="Rightmove"))

    assert Lead.objects.count() == 2


@pytest.mark.parametrize(
    "posted",
    [
        {},
        {"Body": "No number"},
        {"From": NUMBER, "MessageSid": "SM1"},
        form(NumMedia="9" * 5000),
        form(
            body="NUL \0 and half \ud800".encode("utf-16", "surrogatepass").decode(
                "utf-16", "replace"
            )
        ),
        form(sid="S" * 5000, From="\0" * 60),
    ],
)
def test_whatever_it_says_it_is_kept_once(twilio, address, posted):
    for _ in range(2):
        assert twilio.post(address.path, posted).status_code == 200

    assert Message.objects.count() == 1
    address.refresh_from_db()
    assert address.last_arrival_at is not None


def test_what_is_no_form_at_all_does_not_fail(twilio, address):
    for content_type in ("application/json", "text/plain", "multipart/form-data; boundary=x"):
        answer = twilio.generic("POST", address.path, b"\xff\0{", content_type=content_type)
        assert answer.status_code < 500


# --- Signatures -----------------------------------------------------------------------------------
def signed(address: IntakeAddress, said: dict[str, str], *, url: str = "", **how: str):
    text = (url or full_url(address.path)) + "".join(name + said[name] for name in sorted(said))
    return {SIGNATURE: signature("quokka", text, **how)}


def test_it_is_twilios_own_example():
    assert signature("12345", EXAMPLE_URL + EXAMPLE) == "L/OH5YylLD5NRKLltdqwSvS0BnU="


def test_with_a_token_stored_only_what_is_signed_is_taken(twilio, agency):
    address = make_intake(agency, IntakeKind.SMS, auth_token="quokka")
    said = form(body="Größe & Co? 100% +1")

    refused = [
        twilio.post(address.path, said),
        twilio.post(address.path, said, headers={SIGNATURE: "x"}),
        twilio.post(address.path, said | {"Body": "y"}, headers=signed(address, said)),
        twilio.post(address.path, said, headers={SIGNATURE: "Größe"}),
    ]
    assert [answer.status_code for answer in refused] == [401] * 4
    assert not Message.objects.exists()
    address.refresh_from_db()
    assert (address.last_fault, address.last_arrival_at) == ("signature", None)

    assert twilio.post(address.path, said, headers=signed(address, said)).status_code == 200
    assert Message.objects.exists()


@pytest.mark.parametrize(
    ("own", "known_as"),
    [
        ("https://sift.example.co.uk", "https://sift.example.co.uk:443"),
        ("https://sift.example.co.uk:8443", "https://sift.example.co.uk"),
        ("http://sift.example.co.uk", "http://sift.example.co.uk:80"),
    ],
)
def test_the_address_is_signed_with_its_port_or_without(twilio, agency, settings, own, known_as):
    settings.SIFT_URL = own
    address = make_intake(agency, IntakeKind.SMS, auth_token="quokka")
    for said, url in ((form("SM1"), own), (form("SM2"), known_as)):
        headers = signed(address, said, url=url + address.path)

        assert twilio.post(address.path, said, headers=headers).status_code == 200


def test_a_webhooks_rule_signs_by_sha_256(twilio, agency):
    address = make_intake(agency, IntakeKind.SMS, auth_token="quokka")
    said, by_sha_256 = form(), "key=shared,algorithm=HMAC_SHA256"
    newer = signed(address, said, digest="sha256")

    statuses = [
        twilio.post(address.path, said, headers=newer).status_code,
        twilio.post(
            address.path, said, headers=newer | {SETTINGS: "key=shared,algorithm=HMAC_MD5"}
        ).status_code,
        twilio.post(address.path, said, headers=newer | {SETTINGS: by_sha_256}).status_code,
    ]

    assert statuses == [401, 401, 200]


# --- The door -------------------------------------------------------------------------------------
def test_a_dead_address_too_large_a_body_and_too_many(twilio, address, settings):
    assert twilio.post(f"/intake/{'x' * 32}/sms", form()).status_code == 403
    assert twilio.post(address.path, form(body="x" * 70_000)).status_code == 413
    assert twilio.get(address.path).status_code == 405

    settings.SIFT_RATE_CAPTURE = "1/m"
    settings.SIFT_RATE_ANONYMOUS = "1/m"
    statuses = [twilio.post(address.path, form(f"SM{n}")).status_code for n in range(3)]
    assert 429 in statuses
