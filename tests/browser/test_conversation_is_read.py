"""Reading conversations in Chromium: beside the list, on a phone, as they grow, without script."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from conversations.followed import added
from conversations.models import Conversation
from organisations.actors import SYSTEM
from organisations.changes.numbering import note, numbered_last
from tests.browser.clipboard import clipboard_of
from tests.factories import make_conversation, make_lead, make_message, make_messages
from tests.signing_in import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDE = {"viewport": {"width": 1440, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


def talk(agency, name: str, *contents: str, **fields) -> Conversation:
    conversation = make_conversation(agency, make_lead(agency, name=name), **fields)
    for n, content in enumerate(contents):
        make_message(
            conversation,
            content=content,
            role=("user", "assistant")[n % 2],
            created_at=conversation.created_at + timedelta(minutes=n),
        )
    return conversation


@pytest.fixture
def talks(agency) -> list[Conversation]:
    return [
        talk(agency, "Anna", "Hello", "We would like a garden", "Fine"),
        talk(agency, "Bob", "Hello", "A houseboat", "Certainly"),
        talk(agency, "Cleo", "Hello", "Goodbye"),
    ]


def rows(page: Page):
    return page.locator("#conversation-results tbody .row__link")


def pane(page: Page):
    return page.locator(".pane--open")


def scrolled(page: Page) -> float:
    return page.evaluate("scrollY")


def test_a_search_is_typed_and_what_it_finds_is_read_beside_the_list(open_browser, agent, talks):
    page = signed_in(open_browser(**WIDE), agent)
    page.goto("/conversations/")
    page.evaluate("window.stillHere = true")

    page.get_by_label("Search in messages").press_sequentially("gard")
    expect(rows(page)).to_have_text(["Anna"])
    expect(page.locator("#live")).to_have_text("1 conversation matches")
    expect(page.locator("#conversation-results mark")).to_have_text("garden")
    rows(page).first.click()
    expect(pane(page).get_by_role("heading", level=2).first).to_have_text("Conversation with Anna")
    expect(pane(page).locator("mark")).to_have_text("garden")
    expect(page).to_have_url(re.compile(rf"\?q=gard&open={talks[0].id}$"))
    expect(page).to_have_title("Conversation with Anna – Sift")
    expect(rows(page).first).to_have_attribute("aria-current", "true")

    page.get_by_label("Search in messages").fill("")
    expect(rows(page)).to_have_count(3)
    expect(page).to_have_url(re.compile(rf"\?open={talks[0].id}$"))  # and it stays open
    rows(page).filter(has_text="Bob").press("Enter")
    expect(pane(page)).to_contain_text("A houseboat")
    assert page.evaluate("window.stillHere")  # swapped, not loaded anew
    assert rows(page).first.is_visible()

    page.go_back()
    expect(pane(page)).to_contain_text("We would like a garden")
    pane(page).get_by_role("link", name="Back to the list").click()
    expect(pane(page)).to_have_count(0)
    expect(page).to_have_url(re.compile(r"/conversations/\??$"))


def test_on_a_phone_the_list_and_what_is_read_are_two_pages(open_browser, agent, talks):
    page = signed_in(open_browser(**PHONE), agent)
    page.goto("/conversations/")

    rows(page).filter(has_text="Bob").tap()
    expect(pane(page)).to_contain_text("A houseboat")
    expect(page.locator("#conversation-results")).to_be_hidden()
    expect(page.locator("#reading-heading")).to_be_focused()
    page.go_back()
    expect(rows(page).first).to_be_visible()
    rows(page).filter(has_text="Anna").tap()
    pane(page).get_by_role("link", name="Open on its own page").tap()

    expect(page.get_by_role("heading", level=1)).to_have_text("Conversation with Anna")
    expect(page.get_by_role("link", name="Print view")).to_be_visible()


def test_a_long_transcript_grows_at_both_ends_without_jumping(open_browser, agent, agency):
    conversation = make_conversation(agency, make_lead(agency, name="Anna"))
    messages = make_messages(conversation, 10_000)
    page = signed_in(open_browser(**WIDE), agent)

    page.goto(f"/conversations/{conversation.id}/?message={messages[4_999].id}#m-x")
    linked = page.locator(f"#m-{messages[4_999].id}")
    linked.locator(".turn__when").click()  # its own address
    expect(linked).to_be_in_viewport()
    expect(page.locator(".turn")).to_have_count(201)
    page.get_by_role("link", name="Earlier messages").scroll_into_view_if_needed()
    first = page.locator(".turn").first
    marked = page.locator(f"#{first.get_attribute('id')}")
    before = marked.bounding_box()["y"]
    page.get_by_role("link", name="Earlier messages").click()
    expect(page.locator(".turn")).to_have_count(401)
    assert marked.bounding_box()["y"] == pytest.approx(before, abs=2)
    page.get_by_role("link", name="Later messages").click()
    expect(page.locator(".turn")).to_have_count(601)
    shown = page.locator(".bubble").all_text_contents()
    start = int(shown[0].removeprefix("Message "))
    assert shown == [f"Message {n}" for n in range(start, start + 601)]

    page.goto(f"/conversations/{conversation.id}/?message={messages[2].id}#m-{messages[2].id}")
    expect(page.locator(f"#m-{messages[2].id}")).to_be_in_viewport()


def test_an_open_conversation_grows_while_it_is_read(open_browser, agent, agency):
    now = timezone.now()
    conversation = make_conversation(agency, created_at=now, messages=30)
    page = signed_in(open_browser(**WIDE), agent)
    page.goto(f"/conversations/{conversation.id}/")
    page.evaluate("scrollTo(0, 300)")

    with numbered_last():
        make_message(conversation, content="Are you there?", created_at=now + timedelta(hours=1))
        note(agency.id, added(conversation.lead_id, conversation.id, 1, by=SYSTEM))
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # or within ten seconds

    expect(page.locator(".bubble").last).to_have_text("Are you there?")
    expect(page.locator("#live")).to_have_text("1 new message")
    expect(page.locator(".about")).to_contain_text("31 messages")
    assert scrolled(page) == 300


def test_without_script_it_is_read_found_and_turned_all_the_same(open_browser, agent, agency):
    long = make_conversation(agency, make_lead(agency, name="Anna"), messages=250)
    page = signed_in(open_browser(java_script_enabled=False, **WIDE), agent)
    page.goto("/conversations/")
    page.get_by_label("Search in messages").fill("message 3")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#conversation-results mark").first).to_be_visible()

    rows(page).first.click()
    expect(pane(page)).to_be_visible()
    assert rows(page).first.is_visible()
    pane(page).get_by_role("link", name="Open on its own page").click()
    page.get_by_label("Find in this conversation").fill("message 249")
    page.get_by_role("button", name="Find").click()
    expect(page.locator(".find__found")).to_contain_text("1 of 1 message")
    expect(page.locator("mark").first).to_be_visible()
    page.goto(f"/conversations/{long.id}/")
    page.get_by_role("link", name="Earlier messages").click()
    expect(page.locator(".bubble").first).to_have_text("Message 0")


def test_a_transcript_is_copied_and_printed(open_browser, agent, talks):
    page = signed_in(open_browser(permissions=["clipboard-read", "clipboard-write"], **WIDE), agent)
    page.goto(f"/conversations/{talks[0].id}/")

    page.get_by_role("button", name="Copy as text").click()
    expect(page.locator("#live")).to_have_text("Copied")
    copied = clipboard_of(page)
    assert copied.startswith("Conversation with Anna\nHarbour & Vale\n")
    assert "Assistant\nWe would like a garden\n" in copied.replace("\r", "")
    page.get_by_role("link", name="Print view").click()
    page.evaluate("window.print = () => { window.printed = true }")
    page.get_by_role("button", name="Print", exact=True).click()
    assert page.evaluate("window.printed")
    page.emulate_media(media="print")
    expect(page.locator(".range")).to_be_hidden()
    expect(page.locator(".printed")).to_contain_text("Harbour & Vale")
    expect(page.locator(".printed")).to_contain_text(f"/conversations/{talks[0].id}/print/")


def test_hostile_messages_are_text_and_break_nothing(open_browser, agent, agency):
    hostile = talk(
        agency,
        "\u202eAnna <b>",
        "<img src=x onerror='window.owned = true'><script>window.owned = true</script>",
        "\u202egnp.exe \u2067 left open \u202b",
        "x" * 20_000,
        "\u200b\u200d\ufeff",
        "{{ 7|add:7 }}",
        languages_used=["ar", "en"],
    )
    page = signed_in(open_browser(viewport={"width": 320, "height": 700}), agent)

    for address in (f"/conversations/{hostile.id}/", f"/conversations/?open={hostile.id}"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        assert page.evaluate("window.owned") is None
        expect(page.locator(".bubble").nth(4)).to_have_text("{{ 7|add:7 }}")
        # What one message leaves open does not reach the next.
        assert (
            page.locator(".bubble").nth(4).evaluate("b => getComputedStyle(b).direction") == "ltr"
        )
        expect(page.locator(".control").first).to_have_text("right-to-left override")
