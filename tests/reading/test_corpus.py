"""How well visitors' words are read, over lines of chat that were written by hand."""

import pytest

from bench.reading import FACTS, counts_of
from tests.reading.corpus import HELD_OUT, TUNED, lines_of


@pytest.mark.parametrize("file", [TUNED, HELD_OUT], ids=["tuned", "held out"])
def test_what_is_read_is_right_and_most_of_what_is_said_is_read(file):
    counts = counts_of(lines_of(file))

    precision, recall, _ = counts.rates(FACTS)

    assert precision >= 0.97
    assert recall >= 0.85


@pytest.mark.parametrize("fact", FACTS)
def test_no_fact_is_read_badly(fact):
    counts = counts_of([*lines_of(TUNED), *lines_of(HELD_OUT)])

    precision, recall, said = counts.rates([fact])

    assert said >= 8
    assert precision >= 0.90
    assert recall >= 0.70


def test_there_are_lines_enough_and_traps_among_them():
    lines = [*lines_of(TUNED), *lines_of(HELD_OUT)]

    assert len(lines) >= 300
    assert sum(not line.means for line in lines) >= 100
