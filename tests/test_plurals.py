"""Numbers with what they count."""

import pytest

from foundation.plurals import so_many


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 leads"), (1, "1 lead"), (2, "2 leads"), (1204, "1,204 leads")]
)
def test_one_thing_is_singular_and_all_else_plural(number, words):
    assert so_many(number, "lead") == words


def test_a_word_may_bring_a_plural_of_its_own():
    assert so_many(1, "entry", "entries") == "1 entry"
    assert so_many(2, "entry", "entries") == "2 entries"


def test_a_count_that_stopped_says_that_there_are_more():
    assert so_many(10_000, "lead", more=True) == "10,000+ leads"
