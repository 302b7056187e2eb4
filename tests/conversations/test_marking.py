"""Words of a message as they are shown: marked where they were asked for, and never believed."""

import pytest

from conversations.marking import hit, shown
from foundation.words import asked
from tests.growth import assert_linear


@pytest.mark.parametrize(
    ("content", "words", "marked"),
    [
        ("A garden, and gardens", ["garden"], "A <mark>garden</mark>, and <mark>gardens</mark>"),
        ("Émile", ["emi"], "<mark>Émile</mark>"),
        ("E\u0301mile", ["emile"], "<mark>E\u0301mile</mark>"),
        ("Mr O’Brien", ["obrien"], "Mr <mark>O’Brien</mark>"),
        ("'garden'", ["garden"], "&#x27;<mark>garden</mark>&#x27;"),
        ("house\u200bboat", ["houseboat"], "<mark>house\u200bboat</mark>"),
        ("شَقّة كبيرة", ["شقة"], "<mark>شَقّة</mark> كبيرة"),
        ("a garden", ["arden"], "a garden"),
        ("<b>bold</b>", ["b"], "&lt;<mark>b</mark>&gt;<mark>bold</mark>&lt;/<mark>b</mark>&gt;"),
        ("&amp; amp", ["amp"], "&amp;<mark>amp</mark>; <mark>amp</mark>"),
        ("x", [], "x"),
    ],
)
def test_words_that_begin_so_are_marked_and_all_is_escaped(content, words, marked):
    assert shown(content, words) == marked


def test_a_link_is_marked_within_its_words_and_not_within_its_address():
    said = shown("See https://a.example/garden?x=1&y=2.", ["garden"])

    assert said == (
        'See <a href="https://a.example/garden?x=1&amp;y=2" rel="noopener nofollow">'
        "https://a.example/<mark>garden</mark>?x=1&amp;y=2</a>."
    )


def test_what_would_turn_the_direction_is_shown_by_name():
    said = shown("invoice\u202egnp.exe\u202c", [])

    assert "\u202e" not in said
    assert '<span class="control">right-to-left override</span>gnp.exe' in said


def test_a_hit_is_a_line_about_the_first_of_the_words():
    content = f"{'before ' * 40}garden {'after ' * 40}"

    line = hit(content, ["garden"])

    assert line.startswith("…before ")
    assert line.endswith("…")
    assert "<mark>garden</mark>" in line
    assert len(line) < 200


@pytest.mark.parametrize("content", ["<script>garden</script>", "x" * 20_000 + " garden", "garden"])
def test_a_hit_is_escaped_and_short_whatever_it_is_of(content):
    line = hit(content, ["garden"])

    assert "<mark>garden</mark>" in line
    assert "<script" not in line
    assert len(line) < 250


@pytest.mark.parametrize(
    ("search", "marked"),
    [
        ("LS62AB", "near <mark>LS6 2AB</mark>, Mr Oʼ"),
        ("ls6", "near <mark>LS6</mark> 2AB, Mr Oʼ"),
        ("omalley", "2AB, Mr <mark>OʼMalley</mark> Yıl"),
        ("yilm", "Malley <mark>Yılmaz</mark> on"),
        ("+44 7700 900123", "on <mark>07700 900 123</mark>."),
    ],
)
def test_what_a_search_found_is_marked_as_it_was_written(search, marked):
    words = asked(search)

    said = shown("I live near LS6 2AB, Mr OʼMalley Yılmaz on 07700 900 123.", words)

    assert marked in said
    assert "<mark>" in hit(f"{'before ' * 40}LS6 2AB OʼMalley Yılmaz 07700 900 123", words)


@pytest.mark.parametrize("words", [(), ("e",), ("zzz",), ("+7700900123", "ls62ab")])
@pytest.mark.parametrize(
    "piece",
    [
        "e" + "\u0301\u0327" * 150, "\u0301\u0327" * 150, "http://a.b/" * 30, "https://e).,!" * 25,
        "http://a@" * 30,
        "http://" + "e\u0301\u0327" * 100, "\u202e" * 300, "<&" * 150, "e'" * 150, "07700 900" * 35,
    ],
    ids=lambda piece: ascii(piece[:8]),
)  # fmt: skip
def test_no_message_takes_longer_to_show_than_its_length(piece, words):
    assert_linear(lambda times: (shown(piece * times, words), hit(piece * times, words)))
