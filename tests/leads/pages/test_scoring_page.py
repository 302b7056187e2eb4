"""Settings, Scoring: weights are tried, saved and put back, by admins."""

import pytest

from leads import agency_weights
from leads.agency_weights import points_of, weights_of
from leads.models import ScoreWeights
from leads.scoring import STANDARD
from tests.factories import make_conversation, make_lead

pytestmark = pytest.mark.django_db

PAGE = "/settings/scoring/"


@pytest.fixture(autouse=True)
def _nothing_kept():
    agency_weights._kept.clear()


def filled(act, **points) -> dict:
    return points_of(STANDARD) | points | {"act": act}


def test_the_page_shows_what_each_fact_is_worth(signed_in_admin):
    page = signed_in_admin.get(PAGE).content.decode()

    assert "As soon as possible" in page
    assert 'name="timeline.asap" value="18"' in page
    assert "Put back" not in page


def test_a_preview_tells_how_many_leads_would_move_and_saves_nothing(
    signed_in_admin, agency, other_agency
):
    for _ in range(3):
        make_conversation(agency, make_lead(agency, area="Leith", score=8), messages=1)
    make_lead(other_agency, area="Leith", score=8)

    answer = signed_in_admin.post(PAGE, filled("preview", area=45))

    page = " ".join(answer.content.decode().split())
    assert "Of all 3 leads 3 would move, and 3 would have another score." in page
    assert "3: cold to warm" in page
    assert 'name="area" value="45"' in page
    assert not ScoreWeights.objects.exists()


def test_weights_are_saved_and_put_back(signed_in_admin, agency):
    saved = signed_in_admin.post(PAGE, filled("save", area=45))

    assert saved.status_code == 303
    assert weights_of(agency.id).facts["area"] == 45
    assert "Put back the weights before" in signed_in_admin.get(PAGE).content.decode()
    signed_in_admin.post(PAGE, {"act": "put_back"})
    assert ScoreWeights.objects.count() == 2
    agency_weights._kept.clear()
    assert weights_of(agency.id) == STANDARD


@pytest.mark.parametrize("points", ["", "-1", "51", "x", "1.5"])
def test_what_is_no_number_of_points_is_refused_beside_its_field(signed_in_admin, points):
    answer = signed_in_admin.post(PAGE, filled("save", area=points))

    assert answer.status_code == 422
    assert "Give points from 0 to 50" in answer.content.decode()
    assert not ScoreWeights.objects.exists()


def test_an_agent_sees_and_changes_nothing_of_it(signed_in):
    assert signed_in.get(PAGE).status_code == 403
    assert signed_in.post(PAGE, filled("save", area=45)).status_code == 403
    assert not ScoreWeights.objects.exists()
