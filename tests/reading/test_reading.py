"""What a reading says of itself, and what bounds it."""

import time
from datetime import date

from leads.reading.areas_known import known_areas
from leads.reading.reading import LONGEST, MOST_OF_A_FACT, read
from tests.growth import assert_linear

DAY = date(2026, 6, 10)


def test_a_reading_names_its_words_by_code_points():
    text = "\U0001f3e1 Hi, we\u2019d like 3 beds"

    (reading,) = read(text, on=DAY)

    assert text[reading.start : reading.end] == "3 beds"
    assert reading.said == {"bedrooms_min": 3, "bedrooms_max": 3}
    assert reading.rule == "bedrooms said"


def test_letters_that_grow_when_they_are_made_small_move_nothing():
    text = "\u0130\u0130\u0130 budget £350k"

    (reading,) = read(text, on=DAY)

    assert text[reading.start : reading.end] == "£350k"


def test_only_a_question_gives_a_bare_answer_its_meaning():
    assert read("3", on=DAY) == []
    assert read("3", asked="How many viewings have you had?", on=DAY) == []

    (reading,) = read("3", asked="Lovely! How many bedrooms do you need?", on=DAY)

    assert reading.said == {"bedrooms_min": 3, "bedrooms_max": 3}


def test_an_area_is_spelled_as_the_agency_does():
    areas = known_areas(["St Albans, Harpenden"])

    (reading,) = read("anything in st albans?", on=DAY, areas=areas)

    assert reading.said == {"area": "St Albans"}
    assert read("anything in st albans?", on=DAY) == []


def test_the_same_month_is_near_or_far_by_the_day_it_was_said_on():
    words = "we want to move in by September"

    (soon,) = read(words, on=date(2026, 7, 1))
    (late,) = read(words, on=date(2026, 10, 1))

    assert soon.said == {"timeline": "within_3_months"}
    assert late.said == {"timeline": "over_6_months"}


def test_words_are_read_in_english_alone_and_numbers_in_any_language():
    text = "Szukam flat, tel. 07700 900123, £300k"

    found = {reading.fact for reading in read(text, on=DAY, language="pl")}

    assert found == {"phone", "budget"}


def test_a_message_that_says_everything_brings_a_few_readings_of_each_fact():
    text = " ".join(f"Budget £{n}00k. {n} beds." for n in range(1, 10))

    facts = [reading.fact for reading in read(text, on=DAY)]

    assert facts.count("budget") == facts.count("bedrooms") == MOST_OF_A_FACT
    assert read("x" * LONGEST + " 3 beds", on=DAY) == []


def test_hostile_conversations_take_a_time_that_grows_with_their_length():
    piece = "not £1,250k to 300k or 2 or 3 bed my flat in Leeds by the end of next march, dip "
    message = piece * 250  # 20,000 characters

    assert_linear(lambda times: read_all([message[: LONGEST // 16 * times]]))
    began = time.process_time()
    read_all([message] * 50)

    assert time.process_time() - began < 5  # seconds, on a machine that others share


def read_all(messages):
    areas = known_areas(["Leeds", "West Leeds"])
    for message in messages:
        read(message, asked=message, on=DAY, areas=areas)
