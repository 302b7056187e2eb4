"""Telephone numbers are written one way, where they can be."""

import pytest

from leads.phones import normalise, shown


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("07700 900123", "+447700900123"),
        (" (0)20 7946 0018 ", "+442079460018"),
        ("+44 (0) 7700 900 123", "+447700900123"),
        ("0044 7700 900123", "+447700900123"),
        ("+48 512 345 678", "+48512345678"),
        ("+1 650-253-0000", "+16502530000"),
    ],
)
def test_a_possible_number_is_kept_in_e164(given, kept):
    assert normalise(given) == kept


@pytest.mark.parametrize("given", ["12", "ring me", "+999 1234567", "0" * 50])
def test_an_impossible_number_is_kept_as_given_without_outer_spaces(given):
    assert normalise(f"  {given}\t") == given


@pytest.mark.parametrize("given", ["", "   ", "\t\n"])
def test_a_blank_number_is_no_number(given):
    assert normalise(given) is None


@pytest.mark.parametrize(
    ("kept", "written"),
    [
        ("+441134960077", "0113 496 0077"),
        ("+447700900123", "07700 900123"),
        ("+33123456789", "+33 1 23 45 67 89"),
        ("ring me", "ring me"),
    ],
)
def test_a_number_is_shown_as_people_here_write_it(kept, written):
    assert shown(kept) == written
