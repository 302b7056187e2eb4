"""The list of conversations: what it shows, what narrows it, and the one that is open beside it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from conversations import filters
from conversations.models import Conversation, ConversationLanguage
from tests.factories import at, make_conversation, make_lead, make_message
from tests.statements import statements_sent


def rows(answer) -> list[Conversation]:
    return answer.context["page"].rows


def talk(agency, *contents, **fields) -> Conversation:
    conversation = make_conversation(agency, **fields)
    for content in contents:
        make_message(conversation, content=content, created_at=conversation.created_at)
    return conversation


def swapped(client: Client, address: str, target: str):
    """What HTMX gets for the element of that id."""
    return client.get(address, headers={"HX-Request": "true", "HX-Target": target})


def test_conversations_are_the_agencys_own_the_last_spoken_in_first(
    signed_in, agency, other_agency
):
    quiet = make_conversation(agency, last_message_at=at("2026-06-01 09:00"))
    lively = make_conversation(agency, last_message_at=at("2026-06-02 09:00"))
    make_conversation(other_agency)

    answer = signed_in.get("/conversations/")

    assert rows(answer) == [lively, quiet]


def test_a_row_tells_its_last_words_and_how_many(signed_in, agency):
    conversation = make_conversation(agency, make_lead(agency, name="Zofia"), messages=2)
    later = conversation.created_at + timedelta(hours=1)
    make_message(conversation, content="Goodbye", created_at=later)

    (row,) = rows(signed_in.get("/conversations/"))

    assert (row.last_words, row.message_count) == ("Goodbye", 3)


def test_channel_and_status_narrow_the_list_together(signed_in, agency):
    make_conversation(agency, channel="sms", status="open")
    wanted = make_conversation(agency, channel="sms", status="closed")
    make_conversation(agency, channel="email", status="closed")

    answer = signed_in.get("/conversations/?channel=sms&status=closed")

    assert rows(answer) == [wanted]
    assert answer.context["count_line"] == "1 conversation matches"


def test_a_faulty_filter_narrows_nothing_and_the_other_does(signed_in, agency):
    make_conversation(agency, status="open")
    wanted = make_conversation(agency, status="closed")

    answer = signed_in.get("/conversations/?channel=fax&status=closed")

    assert rows(answer) == [wanted]
    assert "“fax” is not a channel" in answer.content.decode()


def test_fifty_conversations_take_no_more_statements_than_one(signed_in, agency):
    def statements() -> list[int]:
        counts = []
        for query in ("", "q=message", "q=nobody", "channel=sms&status=open"):
            with statements_sent() as sent:
                signed_in.get(f"/conversations/?{query}")
            counts.append(len(sent))
        return counts

    make_conversation(agency, channel="sms", status="open", messages=1)
    one = statements()
    for _ in range(49):
        make_conversation(agency, channel="sms", status="open", messages=3)

    assert statements() == one
    assert max(one) <= 9


# --- What narrows it ------------------------------------------------------------------------------
def test_a_search_shows_the_message_that_has_the_words_with_them_marked(signed_in, agency):
    wanted = talk(agency, "Hello", "We would like a GARDEN <b>", "And a garage", "Goodbye")
    talk(agency, "Hello")

    answer = signed_in.get("/conversations/?q=gard")

    assert rows(answer) == [wanted]
    assert answer.context["count_line"] == "1 conversation matches"
    assert "We would like a <mark>GARDEN</mark> &lt;b&gt;" in answer.content.decode()


def test_words_that_fall_in_different_messages_find_the_conversation_too(signed_in, agency):
    wanted = talk(agency, "A garden", "A garage")
    talk(agency, "A garden")

    assert rows(signed_in.get("/conversations/?q=garage+garden")) == [wanted]


def test_language_channel_state_and_words_narrow_together(signed_in, agency):
    polish = {"languages_used": ["pl"], "channel": "sms", "status": "open"}
    wanted = talk(agency, "Dom", **polish)
    for other in ({"languages_used": ["en"]}, {"channel": "email"}, {"status": "closed"}):
        talk(agency, "Dom", **polish | other)
    talk(agency, "Biuro", **polish)
    ConversationLanguage.objects.note(agency, ["pl", "en"])

    answer = signed_in.get("/conversations/?q=dom&language=pl&channel=sms&status=open")

    assert rows(answer) == [wanted]
    assert "Polish" in answer.content.decode()


def test_periods_are_days_of_the_agencys_by_the_last_message(signed_in, agency):
    now = timezone.now()
    today = talk(agency, "Now", created_at=now)
    talk(agency, "Then", created_at=now - timedelta(days=8))
    wanted = talk(agency, "Late", created_at=at("2026-05-31 23:30"))  # 1 June in London
    talk(agency, "Later", created_at=at("2026-06-01 23:30"))

    assert rows(signed_in.get("/conversations/?period=7-days")) == [today]
    assert rows(signed_in.get("/conversations/?since=2026-06-01&until=2026-06-01")) == [wanted]


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("q=%E2%98%82", "Search for letters or digits"),
        ("q=a+b+c+d+e+f+g+h+i", "at most eight words"),
        ("q=" + "a" * 201, "at most 200 characters"),
        ("language=xx", "is not one of these"),
        ("status=ajar", "“ajar” is not a state"),
        ("since=soon", "This is not a day"),
        ("since=2026-06-02&until=2026-06-01", "before the first"),
        ("after=nowhere", "was not understood"),
    ],
)
def test_what_cannot_be_understood_is_named_and_narrows_nothing(signed_in, agency, query, fault):
    conversation = make_conversation(agency)

    answer = signed_in.get(f"/conversations/?{query}")

    assert answer.status_code == 200
    assert rows(answer) in ([conversation], [])  # a day that is understood does narrow
    assert fault in answer.content.decode()


@pytest.mark.parametrize("window", [1000, 12])
def test_pages_meet_every_conversation_once_and_go_back(
    signed_in, agency, other_agency, monkeypatch, window
):
    monkeypatch.setattr(filters, "WINDOW", window)
    monkeypatch.setattr(filters, "PAGE_ROWS", 4)
    made = []
    for n in range(15):
        for organisation in (agency, other_agency):
            when = at("2026-06-01 09:00") + timedelta(hours=n // 3)
            fields = {"channel": "sms", "created_at": when, "status": ("open", "closed")[n % 2]}
            made.append(talk(organisation, "A garden", **fields))
    ours = [one for one in made if one.organisation_id == agency.id]
    expected = sorted(ours, key=lambda one: (one.last_message_at, one.id), reverse=True)

    for query in ("", "q=garden", "status=open&status=closed", "channel=sms"):
        pages, after = [], ""
        while after is not None:
            page = signed_in.get(f"/conversations/?{query}{after}").context["page"]
            pages.append(page.rows)
            after = page.older and f"&after={page.older}"
        back = signed_in.get(f"/conversations/?{query}&before={page.newer}").context["page"]

        assert [one for rows in pages for one in rows] == expected, query
        assert back.rows == pages[-2], query


@pytest.mark.parametrize("common", [1, 3, 100])  # both words, one of them, none
def test_what_is_rare_together_is_found_however_common_each_word_is(
    signed_in, agency, monkeypatch, common
):
    monkeypatch.setattr(filters, "WINDOW", 4)
    monkeypatch.setattr(filters, "COMMON_IN_SAMPLE", common)
    wanted = talk(agency, "A garden", "A castle", created_at=at("2026-06-01 09:00"))
    talk(agency, "A castle", created_at=at("2026-06-01 10:00"))
    for n in range(10):
        talk(agency, "A garden", created_at=at("2026-06-02 09:00") + timedelta(hours=n))

    answer = signed_in.get("/conversations/?q=castle+garden")

    assert rows(answer) == [wanted]
    assert answer.context["count_line"] == "1 conversation matches"


def test_empty_fields_are_dropped_from_the_address(signed_in, agency):
    answer = signed_in.get("/conversations/?q=&channel=&open=&status=open")

    assert (answer.status_code, answer["Location"]) == (302, "/conversations/?status=open")


# --- The one that is open -------------------------------------------------------------------------
def test_the_address_opens_a_conversation_beside_the_list(signed_in, agency):
    opened, other = talk(agency, "A garden"), talk(agency, "A house")

    page = signed_in.get(f"/conversations/?open={opened.id}").content.decode()

    assert 'class="pane pane--open"' in page
    assert page.count("A garden") == 2  # in the list, and in the transcript
    assert f'href="?open={other.id}"' in page
    assert 'aria-current="true"' in page


def test_the_search_is_marked_in_the_conversation_that_is_open(signed_in, agency):
    opened = talk(agency, "Hello", "A garden")

    page = signed_in.get(f"/conversations/?q=garden&open={opened.id}").content.decode()

    assert page.count("<mark>garden</mark>") == 2
    assert "1 of 1 message" in page


def test_htmx_gets_the_list_or_the_conversation_alone(signed_in, agency):
    opened = talk(agency, "A garden")

    of_list = swapped(signed_in, f"/conversations/?q=&open={opened.id}", "conversation-results")
    of_pane = swapped(signed_in, f"/conversations/?open={opened.id}", "reading")
    closed = swapped(signed_in, "/conversations/", "reading")

    assert 'id="conversation-results"' in of_list.content.decode()
    assert "<html" not in of_list.content.decode()
    assert of_list["HX-Push-Url"] == f"/conversations/?open={opened.id}"
    assert 'id="reading"' in of_pane.content.decode()
    assert "conversation-results" not in of_pane.content.decode()
    assert "<title>Conversation with Anonymous – Sift</title>" in of_pane.content.decode()
    assert "pane--open" not in closed.content.decode()


def test_another_agencys_conversation_is_not_opened(signed_in, agency, other_agency):
    ours, theirs = make_conversation(agency), make_conversation(other_agency)

    assert signed_in.get(f"/conversations/?open={ours.id}").status_code == 200
    assert signed_in.get(f"/conversations/?open={theirs.id}").status_code == 404
    assert swapped(signed_in, f"/conversations/?open={theirs.id}", "reading").status_code == 404
