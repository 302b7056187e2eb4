"""Telephone numbers are written one way, where they can be; what is no number identifies nobody."""

import pytest

from leads.phones import normalise, phone_key, shown


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("07700 900123", "+447700900123"),
        (" (0)20 7946 0018 ", "+442079460018"),
        ("+44 (0) 7700 900 123", "+447700900123"),
        ("0044 7700 900123", "+447700900123"),
        ("0044 (0)7700 900123", "+447700900123"),
        ("(+44) 7700 900123", "+447700900123"),
        ("+48 512 345 678", "+48512345678"),
        ("+1 650-253-0000", "+16502530000"),
        ("7700900123", "+447700900123"),
        ("0800 1111", "+448001111"),  # one of the few short ones
        # A + that was left out before a country code that fits.
        ("447700900123", "+447700900123"),
        ("48512345678", "+48512345678"),
        ("1 650 253 0000", "+16502530000"),
        # Every kind of space, dash and digit, and what nobody sees.
        ("07700\u2009900\u202f123", "+447700900123"),
        ("07700–900—123", "+447700900123"),
        ("07700\u2011900\u2212123", "+447700900123"),
        ("０７７００　９００１２３", "+447700900123"),
        ("＋44 7700 900123", "+447700900123"),
        ("٠٧٧٠٠ ٩٠٠١٢٣", "+447700900123"),
        ("\u202a+44 7700 900123\u202c", "+447700900123"),
        ("’07700 900123’", "+447700900123"),
        ("07700 900123.", "+447700900123"),
        # Words beside it.
        ("tel:+44-7700-900123", "+447700900123"),
        ("Mobile no.: 07700 900123", "+447700900123"),
        ("mob 07700 900123", "+447700900123"),
        ("07700 900123 (mobile)", "+447700900123"),
        ("whatsapp:+447700900123", "+447700900123"),
        ("Home phone 0161-496-0000", "+441614960000"),
        ("M: 07700 900123", "+447700900123"),
        ("Tel. 0161 496 0000 (work)", "+441614960000"),
    ],
)
def test_a_full_possible_number_is_kept_in_e164_and_is_its_own_key(given, kept):
    assert normalise(given) == phone_key(given) == kept
    assert normalise(kept) == phone_key(kept) == kept


@pytest.mark.parametrize(
    "given",
    [
        "0161 496 0000 ext 12",
        "0161 496 0000 ext. 12",
        "0161 496 0000, extension 12",
        "0161 496 0000 x12",
        "01614960000x12",
        "0161 496 0000 #12",
        "0161 496 0000 (ext 12)",
        "Work: 0161 496 0000 Ext.12",
        "tel:+44-161-496-0000;ext=12",
        "+441614960000;ext=12",
    ],
)
def test_an_extension_is_kept(given):
    assert normalise(given) == phone_key(given) == "+441614960000;ext=12"


@pytest.mark.parametrize(
    "given",
    [
        "12", "ring me", "+999 1234567", "0" * 50, "n/a", "none", "-", "?", "0", "TBC", "no 5",
        # Letters are no digits, not even on a keypad.
        "+44 77OO 9OO123", "07700 XXX XXX", "0800 FLOWERS", "07700 9oo123", "07700 9xx123",
        # Budgets, dates, and what is dialled within one town.
        "234567", "350000", "1500000", "350,000", "£350000", "2026-06-01", "01/06/2026",
        "12.05.1987", "2026-06-01 09:30", "202606010930", "1234", "496 0000",
        # One digit, but perhaps for the first.
        "0000000000", "07777777777", "07000000000", "1111111111",
        # Two numbers are nobody's one.
        "07700 900123 / 07700 900456", "07700 900123 or 0161 496 0000",
    ],
)  # fmt: skip
def test_what_is_no_full_possible_number_is_kept_as_given_and_has_no_key(given):
    assert normalise(f"  {given}\t") == given
    assert phone_key(given) is None
    assert shown(given) == given


@pytest.mark.parametrize("given", ["", "   ", "\t\n"])
def test_a_blank_number_is_no_number(given):
    assert normalise(given) is None
    assert phone_key(given) is None


@pytest.mark.parametrize(
    ("kept", "written"),
    [
        ("+441134960077", "0113 496 0077"),
        ("+447700900123", "07700 900123"),
        ("+441614960000;ext=12", "0161 496 0000 x12"),
        ("+33123456789", "+33 1 23 45 67 89"),
        ("ring me", "ring me"),
    ],
)
def test_a_number_is_shown_as_people_here_write_it(kept, written):
    assert shown(kept) == written
