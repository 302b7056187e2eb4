"""The table of what is one word: how it may be written, and how it may be asked for."""

import unicodedata

import pytest

from foundation.words import APOSTROPHES, asked, fold, may_have, places, stored
from tests.growth import assert_linear

CASES = (  # what was written, and searches that find it
    ("Émile", "emile ÉMILE émi E\u0301mile"),
    ("Żółkowski", "zolkowski Zółk żółkowski"),
    ("Yılmaz", "yilmaz YILMAZ Yılm yılmaz"),
    ("İlker", "ilker İLKER ılker"),
    ("Ħamrun", "hamrun ħam HAMRUN"),
    ("Straße", "strasse STRASSE straße"),
    ("Đorđe Øyvind", "dorde oyvind"),
    ("Þór Æsa Ðavíð", "thor aesa david"),
    ("Œuvre Ŧaŋŋa ƒiɗa", "oeuvre tanna fida"),
    ("Əliyev Kɔfi Ɛsi", "eliyev kofi esi"),
    ("ｊａｎｅ ﬁona Ⅳ", "jane fiona iv"),
    ("house\u200bboat so\u00adft \ufe0fsun", "houseboat soft sun"),
    ("شَقّة", "شقة شَقّة"),
    ("हिन्दी", "हिन्दी"),
    ("٠٧٧٠٠", "07700 ٠٧٧٠٠"),
    ("foo_bar 2nd", "foo_bar 2nd"),
)

NUMBERS = (  # one number
    "07700 900123", "07700900123", "+447700900123", "+44 (0)7700 900 123", "0044 7700 900123",
    "(07700) 900-123", "07700\u2011900\u2013123", "+44 07700 900123", "０７７００ ９００１２３",
    "07700\xa0900\xa0123", "07700.900.123", "(+44) 7700 900123",
)  # fmt: skip


def finds(text: str, search: str) -> bool:
    return all(any(word.startswith(one) for word in stored(text)) for one in asked(search))


def marked(text: str, search: str) -> list[str]:
    return [text[start:end] for start, end in places(text, asked(search))]


@pytest.mark.parametrize(("written", "searches"), CASES, ids=[case[0] for case in CASES])
def test_a_word_is_found_and_marked_however_it_is_typed(written, searches):
    for search in searches.split():
        assert finds(written, search), search
        assert marked(written, search), search
        assert may_have(written, asked(search)), search
    assert not finds(written, "zzz")


@pytest.mark.parametrize("apostrophe", ["", *APOSTROPHES])
def test_every_kind_of_apostrophe_and_none_are_one(apostrophe):
    name = f"O{apostrophe}Malley"

    for search in (f"O{other}Malley" for other in ["", *APOSTROPHES]):
        assert finds(f"Ada {name}, here", search)
        assert marked(f"Ada {name}, here", search) == [name]


def test_a_part_of_a_name_with_an_apostrophe_finds_it():
    assert finds("O’Malley", "malley")
    assert finds("‘Garden’", "garden")
    assert marked("‘Garden’", "garden") == ["Garden"]


@pytest.mark.parametrize("search", ["LS6 2AB", "ls62ab", "LS6-2AB", "LS6\xa02ab", "ＬＳ６ ２ＡＢ"])
@pytest.mark.parametrize("written", ["LS6 2AB", "LS62AB", "ls6  2ab", "LS6\u20112AB"])
def test_a_postcode_is_one_with_and_without_its_space(written, search):
    text = f"near {written}, a flat"

    assert finds(text, search)
    assert may_have(text, asked(search))
    assert marked(text, search) == [written]


@pytest.mark.parametrize("written", ["LS6 2AB", "LS62AB"])
@pytest.mark.parametrize("search", ["LS6", "ls6 2", "LS62", "LS6 2A", "ls62a", "2AB"])
def test_either_half_of_a_postcode_and_what_is_typed_of_it_find_it(written, search):
    assert finds(f"near {written}.", search)


@pytest.mark.parametrize("search", ["LS6 2AC", "LS62AC", "LS7", "LS6 2BA", "2AC"])
def test_another_postcode_does_not(search):
    assert not finds("near LS6 2AB or LS62AB", search)


def test_only_the_half_that_was_asked_for_is_marked():
    assert marked("LS6 2AB", "LS6") == ["LS6"]
    assert marked("LS6 2AB", "2ab") == ["2AB"]
    assert marked("LS62AB", "2ab") == ["LS62AB"]


@pytest.mark.parametrize("search", NUMBERS)
def test_a_telephone_number_is_one_in_every_spelling(search):
    for written in NUMBERS:
        text = f"Call {written}, please"
        assert finds(text, search), written
        assert may_have(text, asked(search)), written
        [mark] = marked(text, search)
        assert mark.strip("()") in written
    assert not finds("Call 07700 900124", search)


def test_digits_that_are_no_whole_number_are_words():
    assert asked("07700 9001") == ["07700", "9001"]
    assert asked("350000 2026") == ["350000", "2026"]


def test_a_pasted_link_to_an_address_is_asked_for_as_the_address():
    assert asked("mailto:ada@example.com") == asked("ada@example.com") == ["ada", "example", "com"]


@pytest.mark.parametrize("text", [*(case[0] for case in CASES), *NUMBERS, APOSTROPHES])
def test_what_is_folded_once_is_folded(text):
    assert fold(fold(text)) == fold(text)


def test_text_of_ascii_is_taken_apart_as_any_other_is():
    plain = "It's O'Brien`s 2nd house_boat,\tfor 300k\x01-ish (ASAP) LS6 2AB...\x1fa.b@c.example"

    assert {*stored(plain), "e"} == set(stored(f"{plain} é"))
    assert fold(plain) + "e" == fold(f"{plain}é")


def test_a_character_that_folds_to_several_words_is_marked_once():
    assert marked("a ½ b", "1 2") == ["½"]


def test_a_mark_takes_in_the_accents_on_its_last_letter():
    assert marked("cafe\u0301 noir", "cafe") == ["cafe\u0301"]


# --- Text without mercy ---------------------------------------------------------------------------
ACUTE, CEDILLA = "\N{COMBINING ACUTE ACCENT}", "\N{COMBINING CEDILLA}"
HOSTILE = (
    "a" + (ACUTE + CEDILLA) * 150, (ACUTE + CEDILLA) * 150, "\u0f73\u0f75" * 150, "'" * 300,
    "a'" * 150, "07700 900" * 30, "0 (" * 100, "+44" * 100, "ls6 " * 80, "ls6 2a" * 50, "½" * 300,
    "a@" * 150, "\u200b" * 300, "ￂￂﾞ" * 100,
)  # fmt: skip


@pytest.mark.parametrize("act", [fold, stored, asked])
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:6]))
def test_no_text_takes_longer_to_fold_than_its_length(act, text):
    assert_linear(lambda times: act(text * times))


@pytest.mark.parametrize("search", ["aaa", "ls6 2ab", "07700 900123", "'a"])
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:6]))
def test_no_text_takes_longer_to_mark_than_its_length(text, search):
    words = asked(search)

    assert_linear(lambda times: (may_have(text * times, words), [*places(text * times, words)]))


def test_marks_are_gone_before_anything_puts_them_in_order():
    heap = "e" + (ACUTE + CEDILLA) * 10_000

    assert fold(heap) == "e"
    assert not any(unicodedata.combining(letter) for letter in fold(heap * 3))
