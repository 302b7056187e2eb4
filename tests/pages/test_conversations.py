"""The list of conversations, and transcripts."""

import re
from datetime import timedelta

import pytest
from django.utils.html import escape

from tests.factories import at, make_conversation, make_lead, make_message

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "{{ 7|add:7 }} {% csrf_token %}",
    "</div></li><h1>Owned</h1>",
    "\u202egnp.exe\u202c and \u2066isolated\u2069",
    "javascript:alert(1) and data:text/html,<b>x</b>",
    '" onmouseover="alert(1)',
]


def transcript(client, conversation, query="") -> str:
    return client.get(f"/conversations/{conversation.id}/{query}").content.decode()


def bubbles(page: str) -> list[str]:
    return re.findall(r'<div class="bubble"[^>]*>(.*?)</div>', page, re.S)


def test_conversations_are_the_agencys_own_the_last_spoken_in_first(
    signed_in, agency, other_agency
):
    quiet = make_conversation(agency, last_message_at=at("2026-06-01 09:00"))
    lively = make_conversation(agency, last_message_at=at("2026-06-02 09:00"))
    make_conversation(other_agency)

    rows = signed_in.get("/conversations/").context["page"].rows

    assert rows == [lively, quiet]


def test_a_row_tells_its_last_words_and_how_many(signed_in, agency):
    conversation = make_conversation(agency, make_lead(agency, name="Zofia"), messages=2)
    later = conversation.created_at + timedelta(hours=1)
    make_message(conversation, content="Goodbye", created_at=later)

    (row,) = signed_in.get("/conversations/").context["page"].rows

    assert (row.last_words, row.message_count) == ("Goodbye", 3)


def test_channel_and_status_narrow_the_list_together(signed_in, agency):
    make_conversation(agency, channel="sms", status="open")
    wanted = make_conversation(agency, channel="sms", status="closed")
    make_conversation(agency, channel="email", status="closed")

    answer = signed_in.get("/conversations/?channel=sms&status=closed")

    assert answer.context["page"].rows == [wanted]
    assert answer.context["count_line"] == "1 conversation matches"


def test_a_faulty_filter_narrows_nothing_and_the_other_does(signed_in, agency):
    make_conversation(agency, status="open")
    wanted = make_conversation(agency, status="closed")

    answer = signed_in.get("/conversations/?channel=fax&status=closed")

    assert answer.context["page"].rows == [wanted]
    assert "“fax” is not a channel" in answer.content.decode()


def test_fifty_conversations_take_no_more_statements_than_one(signed_in, agency, statements_of):
    make_conversation(agency, messages=1)
    one = statements_of(lambda: signed_in.get("/conversations/"))
    for _ in range(49):
        make_conversation(agency, messages=3)
    fifty = statements_of(lambda: signed_in.get("/conversations/"))

    assert one == fifty <= 4


@pytest.mark.parametrize("content", HOSTILE)
def test_hostile_words_are_shown_as_words(signed_in, agency, content):
    lead = make_lead(agency, name=content[:200], summary=content, area=content)
    conversation = make_conversation(agency, lead)
    make_message(conversation, content=content)
    addresses = (
        "/leads/", f"/leads/{lead.id}/", "/conversations/", f"/conversations/{conversation.id}/",
    )  # fmt: skip

    for address in addresses:
        page = signed_in.get(address).content.decode()

        assert escape(content) in page
        if "<" in content or '"' in content:
            assert content not in page
        assert "alert(1)</script>" not in page
    assert bubbles(transcript(signed_in, conversation)) == [escape(content)]


def test_only_http_addresses_become_links_without_what_follows_them(signed_in, agency):
    conversation = make_conversation(agency)
    make_message(
        conversation,
        content="See https://a.example/x?y=1&z=<b>, (http://b.example/). ftp://c.example www.d.uk",
    )

    (bubble,) = bubbles(transcript(signed_in, conversation))

    assert re.findall(r'<a href="([^"]*)" rel="noopener nofollow">', bubble) == [
        "https://a.example/x?y=1&amp;z=",
        "http://b.example/",
    ]
    assert "</a>&lt;b&gt;, (" in bubble
    assert "</a>). ftp://c.example www.d.uk" in bubble


def test_days_part_the_transcript_in_london_time(signed_in, agency):
    conversation = make_conversation(agency)
    for when in ("2026-06-01 22:30", "2026-06-01 23:30", "2026-06-02 08:00"):
        make_message(conversation, created_at=at(when))

    page = transcript(signed_in, conversation)

    assert re.findall(r"<h2 class=\"day__date\"><span>(.*?)</span>", page) == [
        "Monday 1 June 2026",
        "Tuesday 2 June 2026",
    ]
    assert re.findall(r'title="[^"]*">(\d\d:\d\d)</time>', page) == ["23:30", "00:30", "09:00"]


def test_turns_of_one_role_within_five_minutes_stand_together(signed_in, agency):
    conversation = make_conversation(agency)
    for minute, role in ((0, "user"), (5, "user"), (11, "user"), (12, "assistant")):
        make_message(conversation, role=role, created_at=at(f"2026-06-01 09:{minute:02}"))

    page = transcript(signed_in, conversation)

    assert re.findall(r'class="turn turn--(\w+)( turn--opens)?"', page) == [
        ("user", " turn--opens"),
        ("user", ""),
        ("user", " turn--opens"),
        ("assistant", " turn--opens"),
    ]
    assert page.count("Visitor</span>") == 3


def test_messages_of_one_moment_keep_their_order(signed_in, agency):
    conversation = make_conversation(agency)
    at_once = {"created_at": at("2026-06-01 09:00")}
    for position in (2, 0, 1):
        make_message(conversation, position=position, content=f"No. {position}", **at_once)

    assert bubbles(transcript(signed_in, conversation)) == ["No. 0", "No. 1", "No. 2"]


def test_a_long_transcript_begins_at_its_end_and_leads_to_its_beginning(signed_in, agency):
    conversation = make_conversation(agency, messages=250)

    end = transcript(signed_in, conversation)
    earlier = re.search(r'href="([^"]+)">Earlier messages', end)[1].replace("&amp;", "&")
    beginning = transcript(signed_in, conversation, earlier)

    assert bubbles(end) == [f"Message {n}" for n in range(50, 250)]
    assert bubbles(beginning) == [f"Message {n}" for n in range(50)]
    assert "Earlier messages" not in beginning
    assert "Later messages" in beginning


def test_each_message_has_an_address_of_its_own(signed_in, agency):
    message = make_message(conversation := make_conversation(agency))

    page = transcript(signed_in, conversation)

    assert f'id="m-{message.id}"' in page
    assert f'href="/conversations/{conversation.id}/#m-{message.id}"' in page


def test_two_hundred_messages_take_no_more_statements_than_one(signed_in, agency, statements_of):
    short, long = make_conversation(agency, messages=1), make_conversation(agency, messages=60)

    counts = {statements_of(lambda c=c: transcript(signed_in, c)) for c in (short, long)}

    assert counts == {4}  # session, person, conversation with its lead, messages
