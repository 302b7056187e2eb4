"""The score: a sum of named points, from facts alone."""

from typing import get_args, get_type_hints

import pytest

from leads.facts import LeadFacts, fill
from leads.models import FACT_FIELDS, Lead
from leads.models.choices import LeadStatus
from leads.scoring import (
    CONVERSATION,
    CONVERSATION_WEIGHTS,
    WEIGHTS,
    MorePoints,
    Points,
    apply_score,
    score_lead,
)
from leads.temperature import temperature

EVERYTHING = LeadFacts(
    name="Ada",
    email="ada@example.com",
    phone="07700 900123",
    intent="buy",
    budget_max=300_000,
    bedrooms_min=2,
    area="Leith",
    property_type="flat",
    timeline="asap",
    chain_status="chain_free",
    financing_status="cash_proven",
    stamp_duty_position="first_time_buyer",
    buyer_scheme="first_homes",
    viewing_requested=True,
)


def test_the_score_is_the_sum_of_its_points():
    score = score_lead(LeadFacts(area="Leith", timeline="asap", budget_min=250_000), 4)

    assert score.points == [
        Points("timeline", "As soon as possible", 18),
        Points("budget", "From £250,000", 14),
        Points("area", "Leith", 8),
        Points(CONVERSATION, "4 messages of their own", 6),
    ]
    assert score.value == 18 + 14 + 8 + 6
    assert not score.capped


def test_a_lead_of_which_nothing_is_known_has_no_score():
    assert score_lead(LeadFacts(), 0).value is None
    assert score_lead(LeadFacts(), 1).value is None


def test_a_fact_or_a_second_message_is_enough_for_a_score():
    assert score_lead(LeadFacts(area="Leith"), 0).value == 8
    assert score_lead(LeadFacts(), 2).value == 3
    assert score_lead(LeadFacts(summary="A quiet street"), 1).value == 0


def test_a_zero_is_a_fact_and_a_viewing_not_asked_for_is_none():
    assert score_lead(LeadFacts(bedrooms_min=0), 0).value == WEIGHTS["bedrooms"]
    assert score_lead(LeadFacts(viewing_requested=False), 0).value is None


def test_a_contact_that_identifies_nobody_brings_no_points_and_stays_to_be_had():
    score = score_lead(LeadFacts(phone="07700 XXX XXX", email="none"), 2)

    assert [points.fact for points in score.points] == [CONVERSATION]
    assert {MorePoints("phone", 8), MorePoints("email", 6)} <= set(score.would_add)
    assert score_lead(LeadFacts(phone="n/a"), 1).value is None


def test_the_score_is_capped_at_a_hundred():
    score = score_lead(EVERYTHING, 20)

    assert score.value == 100
    assert score.capped
    assert sum(points.points for points in score.points) > 100


def test_what_is_unknown_is_held_out_with_the_most_it_could_bring():
    score = score_lead(LeadFacts(area="Leith"), 0)

    assert MorePoints("timeline", 18) in score.would_add
    assert {more.fact for more in score.would_add} == WEIGHTS.keys() - {"area"}
    assert score_lead(EVERYTHING, 0).would_add == []


def test_a_renter_is_not_asked_for_what_buyers_alone_have():
    held_out = {more.fact for more in score_lead(LeadFacts(intent="rent"), 0).would_add}

    assert held_out.isdisjoint({"chain_status", "financing_status", "buyer_scheme"})
    assert "budget" in held_out


def test_a_pair_of_columns_counts_once():
    one = score_lead(LeadFacts(budget_max=300_000), 0)
    both = score_lead(LeadFacts(budget_min=250_000, budget_max=300_000), 0)

    assert one.value == both.value == WEIGHTS["budget"]
    assert both.points[0].said == "£250,000 to £300,000"


@pytest.mark.parametrize(
    ("score", "band"),
    [
        (None, None), (0, "cold"), (39, "cold"), (40, "warm"), (69, "warm"), (70, "hot"),
        (100, "hot"),
    ],
)  # fmt: skip
def test_the_bands_of_temperature(score, band):
    assert temperature(score) == band


def test_every_value_that_a_graded_fact_takes_has_its_points():
    for fact, weight in WEIGHTS.items():
        if not isinstance(weight, int):
            field = Lead._meta.get_field(fact)
            assert set(weight) == {value for value, _ in field.choices}


def test_points_of_a_longer_conversation_are_never_fewer():
    points = [points for _, points in sorted(CONVERSATION_WEIGHTS)]

    assert points == sorted(points)


def test_the_format_takes_exactly_the_facts_and_values_of_the_table():
    hints = get_type_hints(LeadFacts)

    assert set(LeadFacts.__struct_fields__) == set(FACT_FIELDS)
    for name in FACT_FIELDS:
        choices = Lead._meta.get_field(name).choices
        if choices:
            taken = next(part for part in get_args(hints[name]) if part is not type(None))
            assert set(taken.values) == {value for value, _ in choices}


# --- Applied to a lead ---------------------------------------------------------------------------
def test_the_status_follows_the_score_while_nobody_moved_the_lead_on():
    lead = Lead(area="Leith", timeline="asap", budget_max=300_000)

    change = apply_score(lead, 2)

    assert (lead.score, lead.status) == (43, "warm")
    assert change == ("new", "warm")


def test_a_lead_that_was_moved_on_keeps_its_status_and_gets_its_score():
    lead = Lead(area="Leith", status=LeadStatus.CONTACTED, moved_on=True)

    change = apply_score(lead, 2)

    assert (lead.score, lead.status) == (11, "contacted")
    assert change is None


def test_a_lead_without_a_score_stays_new():
    lead = Lead()

    assert apply_score(lead, 1) is None
    assert (lead.score, lead.status) == (None, "new")


# --- Filling in ----------------------------------------------------------------------------------
def test_unknown_facts_are_filled_in_and_known_ones_stand():
    lead = Lead(area="Leith", budget_max=300_000)

    filled = fill(lead, LeadFacts(area="Portobello", phone="07700 900123", bedrooms_min=0))

    assert filled == ["phone", "bedrooms_min"]
    assert (lead.area, lead.phone, lead.bedrooms_min) == ("Leith", "+447700900123", 0)


def test_what_is_unknown_to_the_sender_blanks_nothing():
    lead = Lead(area="Leith", viewing_requested=True)

    assert fill(lead, LeadFacts(area="  ", viewing_requested=False)) == []
    assert (lead.area, lead.viewing_requested) == ("Leith", True)


def test_a_fact_set_by_hand_is_never_touched_even_where_it_was_emptied():
    lead = Lead(area=None, hand_set=["area"])

    assert fill(lead, LeadFacts(area="Leith")) == []
    assert lead.area is None


def test_a_fact_that_would_break_the_order_is_left_out():
    lead = Lead(budget_max=300_000, bedrooms_min=3)

    assert fill(lead, LeadFacts(budget_min=300_001, bedrooms_max=2)) == []
    assert fill(lead, LeadFacts(budget_min=300_000, bedrooms_max=3)) == [
        "budget_min",
        "bedrooms_max",
    ]
