"""A lead's facts are said alike wherever a page shows them."""

import pytest

from leads.models import Lead
from leads.scoring import score_lead
from leads.templatetags.lead_words import breakable
from leads.wording import bedrooms, looking_for, value_in_words
from tests.factories import make_conversation, make_lead


@pytest.mark.parametrize(
    ("least", "most", "words"),
    [
        (3, 4, "3–4 bed"), (3, 3, "3 bed"), (2, None, "2+ bed"), (None, 2, "up to 2 bed"),
        (0, 0, "studio"), (None, 0, "studio"), (0, 2, "studio to 2 bed"),
        (0, None, "studio or more"), (None, None, ""),
    ],
)  # fmt: skip
def test_no_bedroom_is_a_studio(least, most, words):
    lead = Lead(bedrooms_min=least, bedrooms_max=most, intent="rent")

    assert bedrooms(lead) == words
    assert looking_for(lead).endswith(words)


@pytest.mark.parametrize(
    ("field", "kept", "words"),
    [
        ("phone", "+447700900123", "07700 900123"),
        ("phone", "+33123456789", "+33 1 23 45 67 89"),
        ("phone", "ask at the desk", "ask at the desk"),
        ("bedrooms_min", "0", "studio"),
        ("bedrooms_max", "3", "3"),
    ],
)
def test_what_changed_is_told_as_it_is_shown(field, kept, words):
    assert value_in_words(field, kept) == words


def test_an_address_that_does_not_fit_a_line_breaks_before_its_sign():
    assert breakable("ann@shop.example") == "ann<wbr>@shop.example"
    assert breakable("<b>@shop.example") == "&lt;b&gt;<wbr>@shop.example"
    assert breakable("07700 900123") == "07700 900123"


def test_the_score_names_number_and_studio_as_the_facts_do():
    number = "+447700900123"
    lead = Lead(phone=number, phone_key=number, bedrooms_min=0, bedrooms_max=1)

    score = score_lead(lead, 0)

    assert {line.fact: line.said for line in score.points} == {
        "phone": "07700 900123", "bedrooms": "studio to 1",
    }  # fmt: skip


def test_every_page_of_a_lead_writes_its_number_as_people_here_do(signed_in, agency):
    lead = make_lead(agency, name="Siân", phone="+447700900123")
    talk = make_conversation(agency, lead=lead)

    for address in (
        "/leads/", f"/leads/{lead.id}/", f"/leads/{lead.id}/facts/", "/",
        f"/conversations/{talk.id}/print/",
    ):  # fmt: skip
        page = signed_in.get(address).content.decode()
        assert "07700 900123" in page, address


def test_a_form_of_facts_sent_back_untouched_leaves_the_number(signed_in, agency):
    lead = make_lead(agency, phone="+447700900123")
    form = signed_in.get(f"/leads/{lead.id}/facts/").context["form"]

    assert form["phone"].value() == "07700 900123"
