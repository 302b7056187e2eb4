"""Languages in words, and which of them a message is in."""

import pytest

from conversations.languages import language_of, name_of


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("pl", "Polish"), ("PL", "Polish"), ("ar", "Arabic"), ("ur", "Urdu"), ("so", "Somali"),
        ("pt-BR", "Brazilian Portuguese"), ("pl-PL", "Polish (pl-pl)"), ("xx", "xx"),
        ("tlh-x", "tlh-x"),
    ],
)  # fmt: skip
def test_a_language_has_a_name_or_is_its_code(code, name):
    assert name_of(code) == name


@pytest.mark.parametrize(
    ("content", "languages", "expected"),
    [
        ("Dzień dobry", ["pl"], "pl"),
        ("مرحبا", ["ar", "en"], "ar"),
        ("Hello, مرحبا and welcome", ["ar", "en"], "en"),
        ("Привет", ["en", "ru"], "ru"),
        ("Hello", ["pl", "en"], None),  # both are written in Latin letters
        ("مرحبا", ["ar", "ur"], None),
        ("12345 !?", ["ar", "en"], None),
        ("Hello", [], None),
        ("", ["en"], "en"),
    ],
)
def test_a_message_is_in_the_language_that_its_script_tells(content, languages, expected):
    assert language_of(content, languages) == expected
