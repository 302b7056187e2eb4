"""What finds a lead, and that nothing of another agency is ever looked at."""

import pytest

from foundation.database.lexemes import Matches
from leads import search
from leads.models import Lead
from tests.factories import make_lead

pytestmark = pytest.mark.django_db


def indexed(organisation, **fields) -> Lead:
    lead = make_lead(organisation, **fields)
    search.renew(lead)
    lead.save(update_fields=["search"])
    return lead


def found(organisation, text="", **facets) -> list[Lead]:
    asked = search.query(organisation.id, text, facets)
    return list(Lead.objects.for_organisation(organisation).found_by(asked))


@pytest.mark.parametrize(
    "text",
    [
        "emile", "ÉMILE", "Émi", "zółkowski", "Zolk", "emile didsb", "didsbury emile",
        "garden", "O'Brien", "obr", "brien", "emile@example.co.uk", "EMILE@exam", "example.co",
    ],
)  # fmt: skip
def test_a_lead_is_found_by_the_beginnings_of_its_words_without_case_and_accents(agency, text):
    lead = indexed(
        agency,
        name="Émile Żółkowski O’Brien",
        email="Emile@example.co.uk",
        area="Didsbury",
        summary="A house with a garden",
    )
    indexed(agency, name="Somebody Else")

    assert found(agency, text) == [lead]


@pytest.mark.parametrize(
    "text",
    [
        "+447700900123", "07700900123", "07700 900 123", "+44 7700 900123", "+44 (0)7700 900123",
        "0044 7700 900123", "(07700) 900-123", "7700 900123", "07700 9001", "emile 07700 900123",
    ],
)  # fmt: skip
def test_any_spelling_of_a_phone_number_finds_it(agency, text):
    lead = indexed(agency, name="Emile", phone="+447700900123")
    indexed(agency, name="Emile", phone="+447700900999")

    assert found(agency, text) == [lead]


@pytest.mark.parametrize(
    "text",
    [
        "ilker@example.com", "İLKER@example.com", "<ilker@example.com>", "ilker@example.com,",
        "mailto:ilker@example.com", "\u200bilker@example.com", "ilker@exam",
    ],
)  # fmt: skip
def test_any_spelling_of_an_e_mail_finds_it(agency, text):
    lead = indexed(agency, email=" İlker@example.com;")
    indexed(agency, email="ilkay@example.com")

    assert found(agency, text) == [lead]


@pytest.mark.parametrize("text", ["nobody", "emile nobody", "07700 900999", "emi1e"])
def test_what_does_not_fit_finds_nothing(agency, text):
    indexed(agency, name="Emile", phone="+447700900123")

    assert found(agency, text) == []


@pytest.mark.parametrize(
    "text", ["'", "\\", "a' | b", "emile:*", "&", "!emile & (", "<->", "%", "\\' :*", "@", "()"]
)
def test_operators_and_quotes_are_only_words_or_nothing(agency, text):
    indexed(agency, name="Other")

    asked = search.query(agency.id, text, {})

    assert asked is None or found(agency, text) == []


def test_facets_narrow_together_and_any_of_their_values_will_do(agency):
    flat = indexed(agency, property_type="flat", timeline="asap", score=80)
    house = indexed(agency, property_type="house", timeline="asap", score=50)
    indexed(agency, property_type="house", score=10)

    assert found(agency, timeline=["asap"], property_type=["flat"]) == [flat]
    assert found(agency, property_type=["flat", "house"], timeline=["asap"]) == [flat, house]
    assert found(agency, temperature=["warm"]) == [house]


def test_another_agencys_lead_of_the_same_name_is_not_even_a_candidate(agency, other_agency):
    ours = indexed(agency, name="Emile")
    indexed(other_agency, name="Emile")
    asked = search.query(agency.id, "emile", {})

    candidates = Lead.objects.filter(Matches(asked))

    assert list(candidates) == [ours]
