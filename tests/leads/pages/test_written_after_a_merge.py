"""What is written on the page of a lead that was merged away goes to the lead that it became."""

import json

import pytest

from leads.merging import merge, unmerge
from leads.models import Lead, LeadEvent
from leads.pages.corrections_form import facts_of
from organisations.actors import Actor
from tests.factories import make_lead

FRAGMENT = {"HX-Request": "true"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def by(admin) -> Actor:
    return Actor.for_person(admin)


@pytest.fixture
def gone(agency) -> Lead:
    return make_lead(agency, name="Siân Hughes", area="Leith")


@pytest.fixture
def survivor(agency, gone, by) -> Lead:
    """The lead that the other became, by way of a third."""
    third, last = make_lead(agency, name="S H"), make_lead(agency, name="S Hughes")
    merge(agency, survivor_id=third.id, other_id=gone.id, by=by)
    merge(agency, survivor_id=last.id, other_id=third.id, by=by)
    return last


def write_note(client, lead, text="Rang twice", **more):
    return client.post(f"/leads/{lead.id}/notes/", {"text": text}, **more)


def correct(client, lead, seen, changes, **more):
    form = {name: value for name, value in seen.items() if value not in (None, False)}
    data = form | changes | {"seen": json.dumps(seen)}
    return client.post(f"/leads/{lead.id}/facts/", data, **more)


def fresh(lead) -> Lead:
    return Lead.objects.get(pk=lead.pk)


def test_a_note_stands_in_the_survivors_history_and_the_page_says_so(signed_in, gone, survivor):
    answer = write_note(signed_in, gone, follow=True)

    assert answer.redirect_chain == [(f"/leads/{survivor.id}/", 303)]
    assert LeadEvent.objects.get(kind="note").lead_id == survivor.id
    page = answer.content.decode()
    assert "This lead was merged into S Hughes while you wrote: your note stands here." in page


def test_htmx_is_led_to_the_survivors_page_and_its_list(signed_in, gone, survivor):
    address = f"/leads/{gone.id}/notes/?from=status%3Dhot"

    answer = signed_in.post(address, {"text": "Rang twice"}, headers=FRAGMENT)

    assert answer["HX-Redirect"] == f"/leads/{survivor.id}/?from=status%3Dhot"
    assert "Sift-Refusal" not in answer


def test_a_faulty_note_is_refused_as_ever(signed_in, gone, survivor):
    answer = write_note(signed_in, gone, text=" ", headers=FRAGMENT)

    assert answer.status_code == 422
    assert "Write something first." in answer.content.decode()
    assert not LeadEvent.objects.filter(kind="note").exists()


def test_a_note_on_a_lead_of_its_own_again_stays_there(signed_in, agency, gone, survivor, by):
    for lead in (survivor, Lead.objects.get(name="S H")):
        event = LeadEvent.objects.filter(kind="merge", lead=lead).newest_first()
        undone = next(each for each in event if "conversations" in each.payload)
        unmerge(agency, survivor_id=lead.id, event_id=undone.id, by=by)

    write_note(signed_in, gone)

    assert LeadEvent.objects.get(kind="note").lead_id == gone.id


def test_corrections_are_saved_where_the_survivor_does_not_say_otherwise(signed_in, gone, survivor):
    answer = correct(signed_in, gone, facts_of(gone), {"area": "Ayr"}, follow=True)

    assert answer.redirect_chain == [(f"/leads/{survivor.id}/", 303)]
    assert "what you corrected stands here" in answer.content.decode()
    assert (fresh(survivor).area, fresh(survivor).name) == ("Ayr", "S Hughes")
    assert fresh(gone).area == "Leith"


def test_where_it_says_otherwise_both_are_shown_and_a_second_press_decides(
    signed_in, gone, survivor
):
    told = correct(signed_in, gone, facts_of(gone), {"name": "Siân Owen"}, headers=FRAGMENT)

    page = told.content.decode()
    assert told.status_code == 422
    assert "This lead was merged into <bdi>S Hughes</bdi> while you wrote" in page
    assert f'hx-post="/leads/{gone.id}/facts/"' in page
    assert fresh(survivor).name == "S Hughes"
    seen = facts_of(fresh(survivor))
    saved = correct(signed_in, gone, seen, {"name": "Siân Owen"}, headers=FRAGMENT)
    assert saved["HX-Redirect"] == f"/leads/{survivor.id}/"
    assert fresh(survivor).name == "Siân Owen"


def test_the_form_of_a_merged_lead_is_the_survivors(signed_in, gone, survivor):
    answer = signed_in.get(f"/leads/{gone.id}/facts/?from=status%3Dhot")

    assert answer["Location"] == f"/leads/{survivor.id}/facts/?from=status%3Dhot"
    page = signed_in.get(answer["Location"]).content.decode()
    assert f"facts:{survivor.id} facts:" in page
    assert f"facts:{gone.id}" in page


def test_an_erased_lead_takes_nothing(signed_in, gone):
    id_ = gone.id
    gone.delete()

    assert signed_in.post(f"/leads/{id_}/notes/", {"text": "Rang"}).status_code == 404
