"""Forty leads of a night, worked through with one press each, once the first of them is open; and
with two where each has a note."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from leads.models import Lead, LeadEvent
from tests.factories import make_lead, make_organisation
from tests.signing_in import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NIGHT = 40
SOME = 10  # of them, with a note on each


@pytest.fixture
def agency():
    return make_organisation(name="Harbour & Vale", slug="harbour-vale")


@pytest.fixture
def night(agency) -> list[Lead]:
    """The leads of a night, those first that have waited longest."""
    now = timezone.now()
    return [
        make_lead(
            agency, name=f"Lead {number}", phone=f"+4477009001{number:02}", status="hot", score=80,
            created_at=now - timedelta(minutes=10 * (NIGHT - number)),
        )
        for number in range(NIGHT)
    ]  # fmt: skip


class Work:
    """What a person does at a page: presses, and how often a page was loaded by them."""

    def __init__(self, page: Page) -> None:
        self.page, self.presses, self.loads = page, 0, 0
        page.on("load", self._loaded)

    def _loaded(self, _: Page) -> None:
        self.loads += 1

    def key(self, key: str) -> None:
        self.presses += 1
        self.page.keyboard.press(key)

    def click(self, control) -> None:
        self.presses += 1
        control.click()

    def is_at(self, lead: Lead, place: str) -> None:
        """Wait until the lead's page is there, and its keys are heard."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(lead.name)
        expect(self.page.get_by_role("navigation", name="Breadcrumb")).to_contain_text(place)
        self.page.wait_for_load_state()


def contacted_by(person) -> int:
    return Lead.objects.filter(status="contacted", assignee=person).count()


def test_forty_leads_take_forty_presses_and_forty_loads(open_browser, agent, night):
    page = signed_in(open_browser(), agent)
    page.goto("/")
    waiting = page.get_by_role("list", name="Waiting for you")  # a day names the longest besides
    waiting.get_by_role("link", name=night[0].name, exact=True).click()
    work = Work(page)

    for number, lead in enumerate(night, 1):
        work.is_at(lead, f"{number} of {NIGHT}")
        work.key("c")

    expect(page.locator("#lead-head .badge")).to_have_text("Contacted")
    assert work.presses == NIGHT
    assert work.loads <= NIGHT
    assert contacted_by(agent) == NIGHT
    print(f"{work.presses} presses, {work.loads} loads")  # noqa: T201 - the figure, with -rP


def test_with_a_note_on_each_a_lead_takes_two(open_browser, agent, night):
    page = signed_in(open_browser(), agent)
    page.goto("/leads/?status=hot")
    page.get_by_role("link", name=night[-1].name, exact=True).click()
    work = Work(page)
    some = night[: -SOME - 1 : -1]  # each is as the one before

    for number, lead in enumerate(some, 1):
        work.is_at(lead, f"{number} of {NIGHT}")
        work.key("a")
        page.keyboard.type(f"Rang {lead.name}")
        work.click(page.get_by_role("button", name="Contacted"))

    work.is_at(night[-SOME - 1], f"{SOME + 1} of {NIGHT}")
    assert work.presses == 2 * SOME
    assert work.loads <= SOME + 1  # the first was opened besides
    assert contacted_by(agent) == SOME
    notes = LeadEvent.objects.filter(kind="note").select_related("lead")
    assert {note.payload["text"] for note in notes} == {f"Rang {lead.name}" for lead in some}
    assert all(note.payload["text"] == f"Rang {note.lead.name}" for note in notes)
    print(f"{work.presses} presses, {work.loads} loads")  # noqa: T201 - the figure, with -rP
