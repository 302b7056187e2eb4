"""What finds a lead, and that nothing of another agency is ever looked at."""

import pytest

from foundation.database.lexemes import Matches
from leads import search
from leads.models import Lead
from tests.factories import make_lead
from tests.growth import assert_linear

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


@pytest.mark.parametrize("text", ["HV-1042", "hv 1042", "hv-10", "1042", "emile 1042"])
def test_a_lead_is_found_by_the_reference_of_the_home_that_it_asked_about(agency, text):
    lead = indexed(agency, name="Emile", property_ref="HV-1042")
    indexed(agency, name="Emile", property_ref="HV-2042")

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


@pytest.mark.parametrize(
    "text",
    [
        "ada@example.co.uk", "Ada Lovelace <ada@example.co.uk>", "ada@example.co.uk;", "ada@",
        "ada", "@example.co", "example.co.uk", "love@mail.example", "ada@example.co.uk, love@mail.",
        "mailto:ada@example.co.uk?subject=Flat", "ADA＠EXAMPLE.CO.UK", "<ada@exam",
    ],
)  # fmt: skip
def test_a_part_of_an_e_mail_finds_it_wherever_it_was_said(agency, text):
    lead = indexed(
        agency,
        name="Ada Lovelace",
        email="ada@example.co.uk",
        summary="Her mother is <love@mail.example>",
    )
    indexed(agency, name="Grace", email="grace@other.org")

    assert found(agency, text) == [lead]


@pytest.mark.parametrize(
    "text",
    [
        "+44 7700 9001", "+44 7700", "+44 77", "+447", "0770", "07700 9", "0044 7700 9", "44770090",
        "+44 (0) 7700 9001", "tel: 07700 9001", "tel:+447700900123", "mob 07700 900123",
        "07700\u2011900\u2011123", "０７７００900123", "447700900123", "07700900123 (mobile)",
    ],
)  # fmt: skip
def test_a_phone_number_is_found_while_it_is_typed_and_as_it_is_pasted(agency, text):
    lead = indexed(agency, name="Emile", phone="+447700900123")
    indexed(agency, name="Emile", phone="+441614960000")

    assert found(agency, text) == [lead]


@pytest.mark.parametrize("text", ["0123", "00123", "900123", "900 123", "0900123", "emile 0123"])
def test_its_last_digits_find_it(agency, text):
    lead = indexed(agency, name="Emile", phone="+447700900123")
    indexed(agency, name="Emile", phone="+447700901239")

    assert found(agency, text) == [lead]


def test_fewer_than_four_of_its_last_digits_do_not(agency):
    indexed(agency, phone="+447700900123")

    assert found(agency, "123") == []


@pytest.mark.parametrize(
    "text",
    [
        "0161 496 0000 ext 12", "0161 496 0000 x12", "+441614960000;ext=12", "01614960000#12",
        "+44 161 496 0000 extension 12", "emile 0161 496 0000 ext. 12",
    ],
)  # fmt: skip
def test_an_extension_finds_the_one_whose_it_is(agency, text):
    lead = indexed(agency, name="Emile", phone="+441614960000;ext=12")
    indexed(agency, name="Emile", phone="+441614960000;ext=34")
    indexed(agency, name="Emile", phone="+441614960000")

    assert found(agency, text) == [lead]


@pytest.mark.parametrize(
    "text", ["0161 496 0000", "0161 496 0000 ext", "0161 496 0000 x", "960000"]
)
def test_a_number_without_its_extension_finds_all_who_have_it(agency, text):
    leads = {
        indexed(agency, phone="+441614960000;ext=12"),
        indexed(agency, phone="+441614960000;ext=34"),
        indexed(agency, phone="+441614960000"),
    }

    assert set(found(agency, text)) == leads


@pytest.mark.parametrize("text", ["+33 1 23 45 67 89", "0033123456789", "+33 (0)1 23 45", "6789"])
def test_a_number_of_another_country_is_found_with_its_code(agency, text):
    lead = indexed(agency, phone="+33123456789")
    indexed(agency, phone="+441234567888")

    assert found(agency, text) == [lead]


@pytest.mark.parametrize("text", ["07700 XXX", "07700", "xxx"])
def test_a_phone_that_is_no_number_is_found_as_it_was_said(agency, text):
    lead = indexed(agency, phone="07700 XXX XXX")
    indexed(agency, phone="n/a")

    assert found(agency, text) == [lead]


@pytest.mark.parametrize("text", ["07700 900123", "call 07700900123", "+447700900123", "07700"])
def test_a_number_in_what_was_said_of_a_lead_is_found_too(agency, text):
    lead = indexed(agency, summary="Call the partner: 07700 900 123")
    indexed(agency, summary="Call 01614 960000")

    assert found(agency, text) == [lead]


@pytest.mark.parametrize(
    "text",
    [
        "yilmaz",
        "YILMAZ o'malley",
        "OMalley",
        "O’Malley",
        "O＇Malley",
        "malley yılm",
        "hamrun",
        "Ħam",
    ],
)
def test_names_are_found_without_the_letters_and_marks_that_keyboards_lack(agency, text):
    lead = indexed(agency, name="Yılmaz Oʼ\u200dMalley", area="Ħamrun")
    indexed(agency, name="Yilm Mally", area="Amrun")

    assert found(agency, text) == [lead]


@pytest.mark.parametrize("text", ["LS6 2AB", "LS62AB", "ls6-2ab", "LS6", "ls62", "2AB", "LS6 2"])
@pytest.mark.parametrize("area", ["LS6 2AB", "LS62AB", "near ls6  2ab"])
def test_postcodes_are_found_with_and_without_their_space(agency, area, text):
    in_area = indexed(agency, area=area)
    in_summary = indexed(agency, summary=f"A flat ({area})")
    indexed(agency, area="LS7 3AC", summary="LS73AC")

    assert set(found(agency, text)) == {in_area, in_summary}


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


@pytest.mark.parametrize(
    "piece",
    [
        "e\u0301\u0327" * 40, "\u0301\u0327" * 60, "0 (" * 40, "07700 900" * 15, "a@" * 60,
        "mailto:" * 18, "<mailto:" * 15, "ext " * 30, "1, " * 40, "((((" * 30, "tel " * 30,
        "x" * 120,
    ],
    ids=lambda piece: ascii(piece[:8]),
)  # fmt: skip
def test_no_facts_take_longer_to_store_than_their_length(agency, piece):
    lead = make_lead(agency)

    def store(times: int) -> None:
        lead.summary = f"x@<{piece * times}"
        search.renew(lead)

    assert_linear(store)


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
