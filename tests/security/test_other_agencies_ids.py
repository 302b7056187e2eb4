"""Ids of another agency in forms and filters; tests/test_every_route.py has those in paths."""

import pytest

from foundation.ids import uuid7
from leads.models import Lead
from leads.models.saved_view import SavedView
from tests.security.conftest import everything_of


@pytest.fixture(autouse=True)
def _nothing_of_theirs_changes(request, other_agency):
    """Whatever a test sends. What it makes of theirs is made by then."""
    if "theirs" in request.fixturenames:
        request.getfixturevalue("theirs")
    before = everything_of(other_agency)
    yield
    assert everything_of(other_agency) == before


@pytest.fixture
def lead(ours) -> Lead:
    return Lead.objects.get(pk=ours["lead_id"])


def test_a_lead_goes_to_nobody_of_another_agency(signed_in_admin, lead, ours, theirs):
    address = f"/leads/{lead.id}/assignee/"

    refused = [
        signed_in_admin.post(address, {"assignee": id_, "seen": "nobody"})
        for id_ in (theirs["person_id"], uuid7())
    ]
    lead.refresh_from_db()
    assert [answer.status_code for answer in refused] == [422, 422]
    assert lead.assignee_id is None

    signed_in_admin.post(address, {"assignee": ours["person_id"], "seen": "nobody"})
    lead.refresh_from_db()
    assert lead.assignee_id == ours["person_id"]


def test_many_leads_go_to_nobody_of_another_agency(signed_in_admin, lead, ours, theirs):
    form = {"act": "assign", "lead": f"{lead.id} lost "}

    refused = signed_in_admin.post("/leads/bulk/", form | {"to_person": theirs["person_id"]})
    lead.refresh_from_db()
    assert refused.status_code == 422
    assert lead.assignee_id is None

    signed_in_admin.post("/leads/bulk/", form | {"to_person": ours["person_id"]})
    lead.refresh_from_db()
    assert lead.assignee_id == ours["person_id"]


def test_selected_leads_of_another_agency_are_not_found(signed_in_admin, lead, ours, theirs):
    form = {"act": "move", "to_status": "archived"}
    form["lead"] = [f"{lead.id} lost ", f"{theirs['lead_id']} lost "]

    answer = signed_in_admin.post("/leads/bulk/", form, follow=True)

    lead.refresh_from_db()
    assert lead.status == "archived"
    assert "1 lead moved to Archived. 1 not found" in answer.content.decode()


def test_all_that_match_are_the_agencys_own_whatever_the_filter_names(
    signed_in_admin, agency, lead, ours, theirs
):
    form = {"act": "move", "to_status": "archived", "scope": "matching", "upto": uuid7()}
    form["back"] = f"assignee={theirs['person_id']}&organisation={theirs['person_id']}"

    signed_in_admin.post("/leads/bulk/", form)

    # A filter that names nobody of the agency narrows nothing, and reaches nobody else's.
    assert set(
        Lead.objects.filter(status="archived").values_list("organisation_id", flat=True)
    ) == {agency.id}


@pytest.mark.parametrize("field", ["other", "survivor"])
def test_a_lead_is_merged_with_no_lead_of_another_agency(
    signed_in_admin, lead, ours, theirs, field
):
    form = {"other": ours["other_id"]} | {field: theirs["lead_id"]}

    answer = signed_in_admin.post(f"/leads/{lead.id}/merge/", form)

    merged = Lead.objects.filter(merged_into__isnull=False).values_list("id", "merged_into_id")
    if field == "other":
        assert answer.status_code == 404
        assert list(merged) == []
    else:  # then the older stands, as if nothing had been said
        assert list(merged) == [(ours["other_id"], lead.id)]


def test_no_merge_of_another_agency_is_undone(signed_in_admin, lead, theirs):
    answer = signed_in_admin.post(f"/leads/{lead.id}/unmerge/", {"event": theirs["event_id"]})

    assert answer.status_code == 422


def test_a_view_keeps_no_person_of_another_agency(signed_in_admin, ours, theirs):
    query = f"status=hot&assignee={theirs['person_id']}"

    signed_in_admin.post("/leads/views/", {"name": "Hot", "query": query})

    assert SavedView.objects.get(name="Hot").query == "status=hot"


@pytest.mark.parametrize(
    "address",
    [
        "/leads/?assignee={person_id}",
        "/leads/export.csv?assignee={person_id}",
        "/leads/arrivals/?newest=01890000-0000-7000-8000-000000000000&assignee={person_id}",
        "/leads/{ours}/?from=assignee%3D{person_id}",
        "/leads/{ours}/merge/?other={lead_id}",
        "/settings/audit/?actor={person_id}",
        "/settings/audit/?actor={key_id}",
        "/settings/audit/?target={lead_id}",
        "/settings/audit/export.csv?target={lead_id}",
    ],
)
def test_no_filter_shows_anything_of_another_agency(signed_in_admin, ours, theirs, address):
    answer = signed_in_admin.get(address.format(**theirs, ours=ours["lead_id"]))
    content = b"".join(answer) if answer.streaming else answer.content

    assert answer.status_code in (200, 404, 422)
    assert b"Theirs" not in content
