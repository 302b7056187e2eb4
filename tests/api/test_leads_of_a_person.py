"""GET /api/v1/leads?email=… and ?phone=…: a person is found, however their contact is spelt."""

from urllib.parse import quote

import pytest

from tests.api.test_lead_list import follow, ids_of
from tests.api.test_parameters import faults_of
from tests.factories import at, make_lead

pytestmark = pytest.mark.django_db

LEADS = "/api/v1/leads"


@pytest.fixture
def ada(agency):
    """The lead that is looked for; others have a contact that is nearly hers, or none."""
    make_lead(agency, email="ada@example.org", phone="+447700900124")
    make_lead(agency, email="n/a", phone="07700 XXX XXX")
    make_lead(agency)
    return make_lead(agency, email="Ada@Example.com", phone="+447700900123")


@pytest.mark.parametrize(
    "spelt",
    [
        *["ada@example.com", "ADA@EXAMPLE.COM", " ada@example.com, ", "mailto:Ada@example.com"],
        *["<ada@example.com>", "Ada Osei <ada@example.com>", "ada@example.com\u200b"],
        *["ａｄａ@example.com", '"ada@example.com"', "ada\0@example.com"],
    ],
)
def test_a_person_is_found_by_any_spelling_of_their_email(api, ada, spelt):
    assert ids_of(api.get(LEADS, {"email": spelt})) == [str(ada.id)]


@pytest.mark.parametrize(
    "spelt",
    [
        *["+447700900123", "07700 900123", "+44 (0)7700 900-123", "0044 7700 900123"],
        *["tel:+44-7700-900123", "mob 07700.900.123", "447700900123", "０７７００ ９００１２３"],
    ],
)
def test_a_person_is_found_by_any_spelling_of_their_phone(api, ada, spelt):
    assert ids_of(api.get(LEADS, {"phone": spelt})) == [str(ada.id)]


def test_a_plus_that_arrived_as_a_space_is_understood(api, agency):
    abroad = make_lead(agency, phone="+2079460958")
    make_lead(agency, phone="+442079460958")
    tagged = make_lead(agency, email="ada+rent@example.com")

    assert ids_of(api.get(f"{LEADS}?phone=+20 7946 0958")) == [str(abroad.id)]
    assert ids_of(api.get(f"{LEADS}?email=ada+rent@example.com")) == [str(tagged.id)]
    assert ids_of(api.get(f"{LEADS}?email=ada%2Brent@example.com")) == [str(tagged.id)]


def test_extensions_tell_people_apart(api, agency):
    twelve = make_lead(agency, phone="+441614960000;ext=12")
    make_lead(agency, phone="+441614960000;ext=34")
    switchboard = make_lead(agency, phone="+441614960000")

    assert ids_of(api.get(LEADS, {"phone": "0161 496 0000 ext. 12"})) == [str(twelve.id)]
    assert ids_of(api.get(LEADS, {"phone": "0161 496 0000"})) == [str(switchboard.id)]


@pytest.mark.parametrize("text", ["", " ", "n/a", "none", "ada", "ada@", "ada@example", "@"])
def test_what_is_no_address_identifies_nobody_and_is_named(api, ada, text):
    assert faults_of(api.get(LEADS, {"email": text})) == {
        "email": "must be an e-mail address, in any spelling"
    }


@pytest.mark.parametrize(
    "text", ["", "n/a", "07700 XXX XXX", "1234", "234567", "2026-06-01", "0000000000", "x" * 8000]
)
def test_what_is_no_full_number_identifies_nobody_and_is_named(api, ada, text):
    assert faults_of(api.get(LEADS, {"phone": text})) == {
        "phone": "must be a full telephone number, in any spelling"
    }


def test_each_is_given_once_and_on_the_list_of_leads_alone(api):
    twice = api.get(f"{LEADS}?email=a@b.example&email=a@b.example&phone=1")
    elsewhere = api.get("/api/v1/conversations?email=a@b.example&phone=07700900123")

    assert set(faults_of(twice)) == set(faults_of(elsewhere)) == {"email", "phone"}


def test_they_narrow_each_other_and_every_other_filter(api, agency, ada):
    other = make_lead(agency, email="ada@example.com", phone="+447700900999", status="lost")

    both = api.get(LEADS, {"email": "ada@example.com", "count": "exact"}).json()
    assert {row["id"] for row in both["data"]} == {str(ada.id), str(other.id)}
    assert both["total"] == 2
    for more in ({"phone": "07700 900123"}, {"status": "new"}, {"since": ada.created_at}):
        assert str(ada.id) in ids_of(api.get(LEADS, {"email": "ada@example.com"} | more))
    assert ids_of(api.get(LEADS, {"email": "ada@example.com", "status": "lost"})) == [str(other.id)]
    assert ids_of(api.get(LEADS, {"email": "ada@example.org", "phone": "07700 900123"})) == []


def test_another_agencys_and_merged_leads_are_not_among_them(api, agency, other_agency, ada):
    make_lead(other_agency, email="ada@example.com", phone="+447700900123")
    make_lead(agency, email="ada@example.com", phone="+447700900123", merged_into=ada)

    assert ids_of(api.get(LEADS, {"email": "ada@example.com"})) == [str(ada.id)]
    assert ids_of(api.get(LEADS, {"phone": "07700 900123"})) == [str(ada.id)]


def test_they_page_by_cursor_which_minds_whom_it_is_about_and_not_how_they_are_spelt(api, agency):
    leads = [
        make_lead(agency, email="ada@example.com", created_at=at(f"2026-06-0{day} 09:30"))
        for day in range(1, 6)
    ]
    newest_first = [str(lead.id) for lead in reversed(leads)]

    assert follow(api, f"{LEADS}?email={quote('Ada <ada@example.com>')}&limit=2") == newest_first
    cursor = api.get(f"{LEADS}?email=ada@example.com&limit=2").json()["next_cursor"]
    assert ids_of(api.get(f"{LEADS}?email=ADA@example.com&cursor={cursor}")) == newest_first[2:]
    assert set(faults_of(api.get(f"{LEADS}?email=b@example.com&cursor={cursor}"))) == {"cursor"}
