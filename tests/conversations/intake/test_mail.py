"""Letters: by Postmark's JSON or as they travel, threaded, without what they quote."""

import json
from email.message import EmailMessage
from typing import Any

import pytest
from django.test import Client

from conversations.intake_addresses import IntakeAddress, IntakeKind
from conversations.models import Conversation, Message
from conversations.remainders import Remainder
from leads.models import Lead
from tests.factories import make_intake

pytestmark = pytest.mark.django_db

QUOTING = """Yes, Saturday suits us.

Amara

On Mon, 1 Jun 2026 at 09:30, Harbour & Vale <sales@harbour-vale.example> wrote:
> Would Saturday suit you?
> Best wishes
"""


@pytest.fixture
def address(agency) -> IntakeAddress:
    return make_intake(agency, IntakeKind.MAIL)


@pytest.fixture
def post(address):
    """Posts a letter to the address: a dict as Postmark does, bytes as another mail server does."""
    client = Client(enforce_csrf_checks=True)

    def send(letter: dict[str, Any] | bytes, content_type: str = "") -> Any:
        kind = "application/json" if isinstance(letter, dict) else "message/rfc822"
        body = json.dumps(letter).encode() if isinstance(letter, dict) else letter
        return client.generic("POST", address.path, body, content_type=content_type or kind)

    return send


def postmark(text: str = "Is Elm Grove still for sale?", **changed: Any) -> dict[str, Any]:
    headers = {"Message-ID": "<m1@example.com>"} | changed.pop("headers", {})
    return {
        "From": "amara@example.com",
        "FromFull": {"Email": "amara@example.com", "Name": "Amara Osei"},
        "Subject": "Elm Grove",
        "MessageID": "73e6d360-66eb-11e1-8e72-a8904824019b",
        "TextBody": text,
        "HtmlBody": "<p>not this</p>",
        "Headers": [{"Name": name, "Value": value} for name, value in headers.items()],
        "Attachments": [],
    } | changed


def mime(text: str = "Is Elm Grove still for sale?", **headers: str) -> bytes:
    message = EmailMessage()
    said = {
        "From": "Amara Osei <amara@example.com>",
        "Subject": "Elm Grove",
        "Message-ID": "<m1@example.com>",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    for name, value in said.items():
        message[name] = value
    message.set_content(text)
    return message.as_bytes()


def contents() -> list[str]:
    return list(Message.objects.order_by("id").values_list("content", flat=True))


@pytest.mark.parametrize("letter", [postmark(), mime()], ids=["postmark", "mime"])
def test_a_letter_becomes_a_lead_once_whichever_way_it_comes(post, address, letter):
    for _ in range(2):
        answer = post(letter)
        assert (answer.status_code, answer.content) == (200, b"{}")

    lead = Lead.objects.get()
    assert (lead.name, lead.email, lead.source) == ("Amara Osei", "amara@example.com", "email")
    assert contents() == ["Elm Grove\n\nIs Elm Grove still for sale?"]
    assert not Remainder.objects.exists()
    address.refresh_from_db()
    assert (address.last_fault, address.last_arrival_at is not None) == (None, True)


def test_a_reply_goes_on_with_its_thread_without_what_it_quotes(post, signed_in):
    post(postmark())
    reply = {"Message-ID": "<m2@example.com>", "References": "<m1@example.com> <a1@h.example>"}
    for _ in range(2):
        post(postmark(QUOTING, headers=reply))
    post(mime("And the garden?", Message_ID="<m3@example.com>", In_Reply_To="<m1@example.com>"))

    assert Conversation.objects.count() == 1
    assert contents()[1:] == ["Yes, Saturday suits us.\n\nAmara", "And the garden?"]
    assert "Would Saturday suit you?" in Remainder.objects.get().cut
    page = signed_in.get(f"/conversations/{Conversation.objects.get().id}/").text
    assert "What was quoted, and the signature" in page
    assert "Would Saturday suit you?" in page


def test_who_answers_one_letter_to_many_has_a_thread_of_their_own(post):
    to_all = {"In-Reply-To": "<news@harbour-vale.example>"}
    post(postmark("From me", headers={"Message-ID": "<x1@example.com>"} | to_all))
    post(
        postmark(
            "From another",
            FromFull={"Email": "ben@example.com", "Name": "Ben"},
            headers={"Message-ID": "<x2@example.com>"} | to_all,
        )
    )
    post(postmark("Me again", headers={"Message-ID": "<x3@example.com>"} | to_all))

    by_lead = {
        lead.email: [m.content for c in lead.conversations.all() for m in c.messages.all()]
        for lead in Lead.objects.all()
    }
    assert by_lead == {
        "amara@example.com": ["From me", "Me again"],
        "ben@example.com": ["From another"],
    }


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Hello\n\n-- \nAmara Osei\nChief", "Hello"),
        ("Hello\n\nSent from my iPhone", "Hello"),
        ("Two things:\n- a garden\n- a garage\nThanks, and see you", None),
        ("Hello\n\nFrom: Sales\nSent: Monday\nTo: Amara\nSubject: Elm\n\nOld words", "Hello"),
        ("> all\n> of it\n> quoted", None),
    ],
)
def test_signatures_and_history_are_cut_and_stay_reachable(post, text, written):
    post(postmark(text, Subject=""))

    assert contents() == [written or text]
    cut = "\n".join(Remainder.objects.values_list("cut", flat=True))
    assert all(line.strip() in cut + contents()[0] for line in text.split("\n"))


def test_html_alone_is_read_as_it_is_seen(post):
    html = (
        "<style>p {}</style><div style='display: none'>hidden</div><p>Hello,</p>"
        "<p>3&nbsp;beds &amp; a <b>garden</b></p><script>x()</script>"
    )
    post(postmark("", Subject="", HtmlBody=html))

    assert contents() == ["Hello,\n\n3 beds & a garden"]


def test_charsets_and_encoded_words_are_read(post):
    post(
        b"From: =?iso-8859-1?Q?J=F6rg_M=FCller?= <jorg@example.com>\r\n"
        b"Subject: =?utf-8?B?R3LDvMOfZQ==?=\r\nMessage-ID: <c1@example.com>\r\n"
        b"Content-Type: text/plain; charset=windows-1252\r\n"
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n=80 400,000 =96 too much?\r\n"
    )

    assert Lead.objects.get().name == "Jörg Müller"
    assert contents() == ["Grüße\n\n€ 400,000 – too much?"]


def test_attachments_are_named_and_not_kept(post):
    message = EmailMessage()
    message["From"], message["Message-ID"] = "amara@example.com", "<a1@example.com>"
    message.set_content("Here are the plans.")
    message.add_attachment(
        b"%PDF quokka", maintype="application", subtype="pdf", filename="plän.pdf"
    )

    post(message.as_bytes())
    post(postmark(headers={"Message-ID": "<a2@x.example>"}, Attachments=[{"Name": "b.png"}]))

    assert contents()[0] == "Here are the plans.\n\n[Attachment: plän.pdf]"
    assert contents()[1].endswith("[Attachment: b.png]")


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"Auto-Submitted": "auto-generated"},
        {"Precedence": "bulk"},
        {"List-Id": "<news.example.com>"},
        {"Return-Path": "<>"},
        {"Content-Type": "multipart/report; report-type=delivery-status"},
    ],
    ids=str,
)
def test_what_a_machine_sends_of_its_own_accord_makes_no_lead(post, address, headers):
    assert post(postmark(headers=headers)).status_code == 200
    assert not Lead.objects.exists()
    address.refresh_from_db()
    assert address.last_fault == "automatic"

    post(postmark(headers={"Auto-Submitted": "no", "Return-Path": "<amara@example.com>"}))
    assert Lead.objects.exists()


PORTAL = """You have a new enquiry.

Name: Amara Osei
Email: amara@example.com
Telephone: 07700 900123
Reference: HV-2041

Message:
I would like to see this home.
Is Saturday possible?

Rightmove Group Limited
"""


@pytest.mark.parametrize("portal", ["rightmove.co.uk", "leads.zoopla.co.uk", "onthemarket.com"])
@pytest.mark.parametrize("reply_to", ["", "Amara Osei <amara@example.com>"])
def test_a_portals_letter_counts_for_its_person(post, portal, reply_to):
    sender = f"no-reply@{portal}"
    post(
        postmark(
            PORTAL,
            From=sender,
            FromFull={"Email": sender, "Name": "The portal"},
            ReplyTo=reply_to,
            headers={"Auto-Submitted": "auto-generated", "List-Id": "<x>"},
        )
    )

    lead = Lead.objects.get()
    assert (lead.name, lead.email, lead.phone) == (
        "Amara Osei",
        "amara@example.com",
        "+447700900123",
    )
    assert lead.property_ref == "HV-2041"
    assert "I would like to see this home.\nIs Saturday possible?" in contents()[0]
    assert "Limited" not in contents()[0]
    assert "Limited" in Remainder.objects.get().cut


def test_a_portal_itself_is_never_the_lead(post):
    post(postmark("Nothing about anybody", FromFull={"Email": "x@rightmove.co.uk", "Name": "RM"}))

    assert (Lead.objects.get().name, Lead.objects.get().email) == (None, None)


def test_a_name_that_only_ends_like_a_portals_is_none(post):
    post(postmark(FromFull={"Email": "x@notrightmove.co.uk", "Name": "Amara"}))

    assert Lead.objects.get().email == "x@notrightmove.co.uk"


# --- What was made to hurt ------------------------------------------------------------------------
NESTED = b"".join(
    b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n" % (n, n) for n in range(3000)
)
SENT = b"From: a@b.example\r\n"
HOSTILE = {
    "nothing": b"",
    "no letter": b"\xff\xfe\0{]",
    "no JSON": b"{",
    "deep JSON": b'{"Headers":' + b"[" * 100_000,
    "JSON of other types": b'{"From": 3, "Headers": {"a": 1}}',
    "a deep letter": SENT + NESTED,
    "many parts": SENT
    + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
    + b"--x\r\nContent-Type: text/plain\r\n\r\na\r\n" * 50_000,
    "a long header": b"From: " + b"(" * 1_000_000 + b"\r\n\r\nx",
    "a long address list": SENT + b"To: " + b"a@b.example, " * 80_000 + b"\r\n\r\nx",
    "a long content type": SENT + b"Content-Type: text/plain" + b"; a=(b" * 50_000 + b"\r\n\r\nx",
    "charset of nonsense": SENT + b"Content-Type: text/plain; charset=quokka-8\r\n\r\n\xe9",
    "charset that is a codec": SENT + b"Content-Type: text/plain; charset=zip\r\n\r\nx",
    "NUL": b"From: a\0@b.example\r\nSubject: \0\r\nMessage-ID: <\0>\r\n\r\nx\0y",
    "injected": SENT + b"Subject: =?utf-8?q?a=0D=0ABcc:_x?=\r\n\r\nx",
    "halves": b'{"From": "a@b.example", "TextBody": "\\ud800", "Subject": "\\udfff"}',
    "nul in JSON": b'{"From":"a\\u0000@b.example","TextBody":"\\u0000","MessageID":"\\u0000"}',
    "encoded words": SENT + b"Subject: " + b"=?utf-8?q?=" * 50_000 + b"\r\n\r\nx",
    "base64 of nonsense": SENT + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"=" * 999,
    "headers like history": SENT + b"\r\n" + b"From: a\n" * 20_000,
    "deep markup": json.dumps({"From": "a@b.example", "HtmlBody": "<div>" * 100_000}).encode(),
    "wide markup": json.dumps({"From": "a@b.example", "HtmlBody": "<td>" * 20_000}).encode(),
}


@pytest.mark.parametrize("content_type", ["application/json", "message/rfc822", "text/x-other"])
@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_kept_once_and_nothing_fails(post, name, content_type):
    body = HOSTILE[name]

    for _ in range(2):
        assert post(body, content_type).status_code == 200

    assert Message.objects.count() == 1


def test_what_is_not_understood_is_marked(post, address, signed_in):
    post(b"Hello, this is no letter", "message/rfc822")

    assert contents() == ["Hello, this is no letter"]
    address.refresh_from_db()
    assert address.last_fault == "unreadable"
    page = signed_in.get(f"/conversations/{Conversation.objects.get().id}/").text
    assert "Read as it came" in page


def test_a_large_letter_is_taken_and_too_large_a_one_refused(post, address):
    photo = {"Name": "photo.jpg", "Content": "A" * 6_000_000}

    assert post(postmark(Attachments=[photo, photo])).status_code == 200
    assert contents()[0].endswith("[Attachment: photo.jpg]\n[Attachment: photo.jpg]")
    assert post(postmark(Attachments=[photo] * 3)).status_code == 413
    address.refresh_from_db()
    assert address.last_fault == "too_large"


def test_a_long_letter_keeps_its_end_beside_it(post):
    post(postmark("word " * 10_000, Subject=""))

    assert len(contents()[0]) <= 20_000
    assert len(contents()[0]) + len(Remainder.objects.get().cut) >= 49_990


def test_a_dead_address_is_refused_so_that_postmark_stops(address):
    client = Client()

    assert client.post(f"/intake/{'x' * 32}/mail", "{}", "application/json").status_code == 403
    assert client.get(address.path).status_code == 405


def test_erasing_the_lead_takes_what_was_cut_along(post, agency):
    post(postmark(QUOTING))
    assert Remainder.objects.exists()

    Conversation.objects.all().erase(agency)

    assert not Remainder.objects.exists()
