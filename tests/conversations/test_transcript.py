"""A transcript: what was said, in pieces, with what is found in it and taken from it."""

import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from conversations import transcript as pieces
from conversations.capture import capture
from conversations.intake_format import ImportedConversation
from conversations.models import Conversation
from foundation.validation import decode
from organisations.models import AuditEntry
from tests.factories import at, make_conversation, make_lead, make_message, make_messages
from tests.markup import without_layout
from tests.statements import statements_sent

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "{{ 7|add:7 }} {% csrf_token %}",
    "</div></li><h1>Owned</h1>",
    "\u2066isolated\u2069 and \u200e\u200f marks, \u200b\u200d\ufeff no width",
    "javascript:alert(1) and data:text/html,<b>x</b>",
    '" onmouseover="alert(1)',
]


def transcript(client, conversation, query="") -> str:
    page = client.get(f"/conversations/{conversation.id}/{query}").content.decode()
    return without_layout(page)


def bubbles(page: str) -> list[str]:
    return re.findall(r'<div class="bubble"[^>]*>(.*?)</div>', page, re.S)


def link(page: str, words: str) -> str:
    """The query of the link with these words."""
    return re.search(rf'href="[^"?]*([^"]*)"[^>]*>{words}', page)[1].replace("&amp;", "&")


def piece(client, conversation, query, target):
    """What HTMX gets for a further piece."""
    headers = {"HX-Request": "true", "HX-Target": target}
    return client.get(f"/conversations/{conversation.id}/{query}", headers=headers)


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


@pytest.mark.parametrize(
    "address",
    [
        "http://bank.co.uk@evil.example/in",
        "https://bank.co.uk:443@evil.example",
        "HTTPS://bank.co.uk%2Fin@evil.example?x=1",
        "http://@evil.example",
    ],
)
def test_an_address_that_names_somebody_before_its_host_is_no_link(signed_in, agency, address):
    conversation = make_conversation(agency)
    make_message(conversation, content=f"See {address}, https://a.example/@ada?to=a@b.example")

    (bubble,) = bubbles(transcript(signed_in, conversation))

    assert f"See {address}, <a " in bubble
    assert re.findall(r'<a href="([^"]*)"', bubble) == ["https://a.example/@ada?to=a@b.example"]


def test_days_part_the_transcript_in_london_time(signed_in, agency):
    conversation = make_conversation(agency)
    for when in ("2026-06-01 22:30", "2026-06-01 23:30", "2026-06-02 08:00"):
        make_message(conversation, created_at=at(when))

    page = transcript(signed_in, conversation)

    assert re.findall(r"<h2 class=\"day__date\"[^>]*><span>(.*?)</span>", page) == [
        "Monday 1 June 2026",
        "Tuesday 2 June 2026",
    ]
    times = re.findall(r'title="[^"]*">(\d\d:\d\d)</time>', page)
    assert times == ["23:30", "00:30", "09:00"]


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


# --- In pieces ------------------------------------------------------------------------------------
@pytest.fixture
def short_pieces(monkeypatch):
    monkeypatch.setattr(pieces, "TRANSCRIPT_MESSAGES", 10)
    monkeypatch.setattr(pieces, "AROUND", 5)


def test_a_long_transcript_begins_at_its_end_and_leads_to_its_beginning(
    signed_in, agency, short_pieces
):
    conversation = make_conversation(agency, messages=25)

    end = transcript(signed_in, conversation)
    middle = transcript(signed_in, conversation, link(end, "Earlier messages"))
    beginning = transcript(signed_in, conversation, link(middle, "Earlier messages"))
    back = transcript(signed_in, conversation, link(beginning, "Later messages"))

    assert bubbles(end) == [f"Message {n}" for n in range(15, 25)]
    assert bubbles(middle) == [f"Message {n}" for n in range(5, 15)]
    assert bubbles(beginning) == [f"Message {n}" for n in range(5)]
    assert bubbles(back) == bubbles(middle)
    assert "Later messages" not in end
    assert "Earlier messages" not in beginning


def test_htmx_gets_pieces_that_join_in_both_directions(signed_in, agency, short_pieces):
    conversation = make_conversation(agency, created_at=at("2026-06-01 09:00"))
    messages = make_messages(conversation, 25)
    about = transcript(signed_in, conversation, f"?message={messages[12].id}")
    told = bubbles(about)
    assert told == [f"Message {n}" for n in range(7, 18)]

    earlier = piece(signed_in, conversation, link(about, "Earlier messages"), "earlier-messages")
    later = piece(signed_in, conversation, link(about, "Later messages"), "later-messages")

    before, after = earlier.content.decode(), later.content.decode()
    assert bubbles(before) + told + bubbles(after) == [f"Message {n}" for n in range(25)]
    heading = f'id="day-{conversation.id}-2026-06-01"'
    # One heading for one day: the piece above brings it and takes the one below away.
    assert before.count(f'{heading} hx-swap-oob="delete"') == 1
    assert before.count(heading) == 2
    assert heading not in after


def test_an_address_of_a_message_shows_it_wherever_it_is(signed_in, agency):
    conversation = make_conversation(agency)
    messages = make_messages(conversation, 1_000)
    third = messages[2]

    page = transcript(signed_in, conversation, f"?message={third.id}")

    assert bubbles(page) == [f"Message {n}" for n in range(103)]
    assert f'id="m-{third.id}"' in page
    address = f"/conversations/{conversation.id}/?message={third.id}#m-{third.id}"
    assert f'href="{address}"' in page


def test_a_message_of_another_conversation_or_agency_or_none_is_not_found(
    signed_in, agency, other_agency
):
    conversation = make_conversation(agency, messages=1)
    other = make_conversation(agency, messages=1)
    theirs = make_conversation(other_agency, messages=1)
    address = f"/conversations/{conversation.id}/?message="

    assert signed_in.get(f"{address}{conversation.messages.get().id}").status_code == 200
    for id_ in (other.messages.get().id, theirs.messages.get().id, "nonsense", "\x00"):
        assert signed_in.get(f"{address}{id_}").status_code == 404


@pytest.mark.parametrize("query", ["?after=nonsense", "?before=%00", "?after=" + "A" * 99])
def test_a_place_that_cannot_be_read_is_said_so(signed_in, agency, query):
    conversation = make_conversation(agency, messages=1)

    assert "was not understood" in transcript(signed_in, conversation, query)
    assert piece(signed_in, conversation, query, "earlier-messages").status_code == 422


@pytest.mark.parametrize("query", ["", "?find=message", "?message={}"])
def test_sixty_messages_take_no_more_statements_than_one(signed_in, agency, query):
    sent = []
    for number in (1, 60):
        conversation = make_conversation(agency, messages=number)
        asked = query.format(conversation.messages.first().id)
        with statements_sent() as statements:
            transcript(signed_in, conversation, asked)
        sent.append(len(statements))

    # What finds reads through a cursor in a transaction of its own: a savepoint here, and its end.
    assert sent[0] == sent[1] <= (15 if "find" in query else 13)


# --- As it grows ----------------------------------------------------------------------------------
def news(client, conversation, page):
    address = re.search(r'hx-get="([^"]*/new/[^"]*)"', page)[1]
    return client.get(address, headers={"HX-Request": "true"})


def test_an_open_conversation_is_asked_for_what_was_said_since(signed_in, agency):
    conversation = make_conversation(agency, messages=2)
    page = transcript(signed_in, conversation)
    assert news(signed_in, conversation, page).status_code == 204
    when = conversation.last_message_at
    make_message(conversation, content="A garden", created_at=when + timedelta(minutes=1))
    make_message(conversation, content="Goodbye", created_at=when + timedelta(days=3))

    answer = news(signed_in, conversation, page)

    new = answer.content.decode()
    assert bubbles(new) == ["A garden", "Goodbye"]
    assert new.count('class="day__date"') == 1  # the other message's day has its heading
    assert "4 messages" in new
    assert "2 new messages" in answer["HX-Trigger"]
    assert news(signed_in, conversation, new).status_code == 204


def test_once_it_is_closed_nobody_asks_any_more(signed_in, agency):
    conversation = make_conversation(agency, messages=2)
    page = transcript(signed_in, conversation)
    Conversation.objects.update(status="closed")

    answer = news(signed_in, conversation, page)

    assert answer.status_code == 200
    assert "The conversation is closed" in answer.content.decode()
    assert "hx-trigger" not in answer.content.decode()
    assert "hx-trigger" not in transcript(signed_in, conversation)


def test_asking_for_news_costs_four_statements(signed_in, agency):
    conversation = make_conversation(agency, messages=2)
    page = transcript(signed_in, conversation)

    with statements_sent() as sent:
        news(signed_in, conversation, page)

    assert len(sent) == 4  # session, person, conversation with its lead, messages


# --- Finding --------------------------------------------------------------------------------------
def test_words_are_found_counted_marked_and_stepped_through(signed_in, agency):
    conversation = make_conversation(agency)
    contents = ["A garden", "Hello", "No GARDENS", "Bye", "The garden of Eden"]
    messages = [make_message(conversation, content=content) for content in contents]

    first = transcript(signed_in, conversation, "?find=garden")
    second = transcript(signed_in, conversation, "?find=garden&hit=2")
    last = transcript(signed_in, conversation, "?find=garden&hit=99")

    assert "1 of 3 messages" in first
    assert bubbles(first)[0] == "A <mark>garden</mark>"
    assert first.count("<mark>") == 3
    assert f'href="?find=garden&amp;hit=2#m-{messages[2].id}"' in first
    assert "2 of 3 messages" in second
    assert f'href="?find=garden&amp;hit=1#m-{messages[0].id}"' in second
    assert "3 of 3 messages" in last


def test_a_hit_far_away_is_shown_among_its_neighbours(signed_in, agency, short_pieces):
    conversation = make_conversation(agency, messages=30)

    page = transcript(signed_in, conversation, "?find=message+3&hit=1")

    assert bubbles(page)[3] == "<mark>Message</mark> <mark>3</mark>"
    assert "Later messages" in page


def test_words_that_no_message_has_together_are_found_one_by_one(signed_in, agency):
    conversation = make_conversation(agency)
    for content in ("A garden", "A garage"):
        make_message(conversation, content=content)

    page = transcript(signed_in, conversation, "?find=garden+garage")

    assert "1 of 2 messages with one of the words; none has them all" in page


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("castle", "No message has “castle”."),
        ("<b>", "No message has “&lt;b&gt;”."),
        ("%E2%98%82", "Look for letters or digits."),
        ("a+b+c+d+e+f+g+h+i", "Look for at most eight words."),
        ("garden&hit=nonsense", "1 of 1 message"),
    ],
)
def test_what_is_not_found_or_not_understood_is_said(signed_in, agency, query, said):
    conversation = make_conversation(agency)
    make_message(conversation, content="A garden")

    assert said in transcript(signed_in, conversation, f"?find={query}")


# --- Languages and direction ----------------------------------------------------------------------
def test_each_message_says_its_language_where_it_is_sure(signed_in, agency):
    conversation = make_conversation(agency, languages_used=["ar", "en"])
    for content in ("مرحبا", "Hello", "12", "Bye"):
        make_message(conversation, content=content)

    page = transcript(signed_in, conversation)

    opened = re.findall(r'<div class="bubble" dir="auto"( lang="\w+")?>', page)
    assert opened == [' lang="ar"', ' lang="en"', "", ' lang="en"']
    assert page.count('<span class="turn__language">') == 1  # where it changes


def test_an_override_of_direction_is_named_and_takes_no_effect(signed_in, agency):
    conversation = make_conversation(agency)
    make_message(conversation, content="\u202egnp.exe\u202c")

    page = transcript(signed_in, conversation)

    assert "\u202e" not in "".join(bubbles(page))
    assert "right-to-left override" in page


# --- Facts ----------------------------------------------------------------------------------------
def taken_in(agency, **lead) -> Conversation:
    text = {
        "external_id": f"talk {Conversation.objects.count()}",
        "channel": "sms",
        "started_at": "2026-06-01T09:00:00Z",
        "lead": {"email": "anna@example.com"} | lead,
        "messages": [{"role": "user", "content": "Hi", "created_at": "2026-06-01T09:00:00Z"}],
    }
    [one] = capture(agency, [decode(ImportedConversation, json.dumps(text).encode())])
    return Conversation.objects.for_organisation(agency).get(id=one.conversation_id)


def facts_of(page: str) -> dict[str, str]:
    aside = page[page.index('id="taken-heading"') :].partition("</section>")[0]
    said = re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", aside, re.S)
    return {label: " ".join(re.sub(r"<[^>]*>", "", value).split()) for label, value in said}


def test_the_facts_that_it_brought_stand_beside_it(signed_in, agency):
    first = taken_in(agency, area="Didsbury", budget_min=300_000, budget_max=350_000)
    second = taken_in(agency, area="Chorlton", bedrooms_min=2, name="Anna")

    assert facts_of(transcript(signed_in, first)) == {
        "E-mail": "anna@example.com", "Budget": "£300k–£350k", "Area": "Didsbury",
    }  # fmt: skip
    assert facts_of(transcript(signed_in, second)) == {"Name": "Anna", "Bedrooms": "2+"}


def test_a_fact_that_a_person_changed_since_says_so(signed_in, agency):
    conversation = taken_in(agency, area="Didsbury")
    lead = conversation.lead
    lead.area, lead.hand_set = None, ["area"]
    lead.save(update_fields=["area", "hand_set"])

    facts = facts_of(transcript(signed_in, conversation))

    assert facts["Area"] == "not known any more set by hand since"


def test_facts_stay_with_a_conversation_that_a_merge_moved(signed_in, agency):
    conversation = taken_in(agency, area="Didsbury")
    survivor = make_lead(agency, area="Didsbury")
    lead = conversation.lead
    lead.merged_into = survivor
    lead.save(update_fields=["merged_into"])
    Conversation.objects.update(lead=survivor)

    assert facts_of(transcript(signed_in, conversation))["Area"] == "Didsbury"


# --- Handing over ---------------------------------------------------------------------------------
def test_the_plain_text_holds_every_message_as_it_was_written(signed_in, agency):
    lead = make_lead(agency, name="Zofia")
    conversation = make_conversation(agency, lead, channel="sms", languages_used=["pl", "en"])
    contents = ["Dzień dobry <b>", "Line one\nline two", "مرحبا"]
    for n, content in enumerate(contents):
        when = at("2026-06-01 22:30") + timedelta(hours=n)
        make_message(conversation, content=content, role=("user", "assistant")[n % 2],
                     created_at=when)  # fmt: skip

    answer = signed_in.get(f"/conversations/{conversation.id}/transcript.txt")

    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    text = answer.getvalue().decode()
    assert text.startswith("Conversation with Zofia\nHarbour & Vale\nSMS, open, Polish, English, 3")
    assert "Monday 1 June 2026\n\n23:30 Visitor\nDzień dobry <b>\n" in text
    assert "Tuesday 2 June 2026\n\n00:30 Assistant\nLine one\nline two\n" in text
    assert text.endswith("01:30 Visitor\nمرحبا\n")


def test_who_takes_the_plain_text_slowly_holds_no_transaction_open(signed_in, agency):
    conversation = make_conversation(agency, make_lead(agency), messages=3)

    with CaptureQueriesContext(connection) as captured:
        pieces = iter(signed_in.get(f"/conversations/{conversation.id}/transcript.txt"))
        before = len(captured)
        sent = b"".join(pieces)

    assert sent.count(b"Visitor") > 0
    assert len(captured) == before > 0


def test_the_print_view_states_its_range(signed_in, agency):
    conversation = make_conversation(agency, make_lead(agency, name="Zofia"), messages=30)
    address = f"/conversations/{conversation.id}/print/"

    whole = signed_in.get(address).content.decode()
    part = signed_in.get(f"{address}?first=11&last=20").content.decode()

    assert len(bubbles(whole)) == 30
    assert "all 30" in whole
    assert bubbles(part) == [f"Message {n}" for n in range(10, 20)]
    assert "11 to 20 of 30" in part
    for page in (whole, part):
        assert "Zofia" in page
        assert "Harbour &amp; Vale" in page[page.index('class="printed"') :]
        assert f"http://testserver{address}" in page[page.index('class="printed"') :]


def test_who_downloads_or_prints_a_transcript_is_recorded_and_who_looks_at_it_is_not(
    signed_in, agency, agent
):
    lead = make_lead(agency, name="Zofia")
    conversation = make_conversation(agency, lead, messages=3)
    page = f"/conversations/{conversation.id}/"
    for part in ("", "print/", "transcript.txt"):
        signed_in.head(f"{page}{part}")
    signed_in.get(page)
    signed_in.get(f"{page}print/?first=9")  # which is refused

    assert not AuditEntry.objects.exists()

    signed_in.get(f"{page}print/?first=2")
    signed_in.get(f"{page}transcript.txt")  # whose content nobody reads

    entries = AuditEntry.objects.for_organisation(agency).order_by("position")
    assert [(entry.action, entry.actor_id, entry.target_id) for entry in entries] == [
        ("transcript_printed", agent.id, lead.id),
        ("transcript_downloaded", agent.id, lead.id),
    ]
    assert {entry.details["conversation"] for entry in entries} == {str(conversation.id)}


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("first=0", "Messages are numbered 1 to 3."),
        ("first=4", "Messages are numbered 1 to 3."),
        ("first=3&last=2", "This is before the first."),
        ("first=x", "Enter a whole number."),
    ],
)
def test_a_range_that_is_not_there_is_named_beside_its_field(signed_in, agency, query, fault):
    conversation = make_conversation(agency, messages=3)

    answer = signed_in.get(f"/conversations/{conversation.id}/print/?{query}")

    assert answer.status_code == 422
    assert fault in answer.content.decode()


@pytest.mark.parametrize("part", ["", "new/?before=x", "print/", "transcript.txt"])
def test_another_agencys_conversation_is_not_found(signed_in, agency, other_agency, part):
    ours, theirs = make_conversation(agency), make_conversation(other_agency)

    assert signed_in.get(f"/conversations/{ours.id}/{part}").status_code in (200, 422)
    assert signed_in.get(f"/conversations/{theirs.id}/{part}").status_code == 404
