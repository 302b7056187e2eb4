"""E-mail addresses have one key, however they are spelt; what is no address has none."""

import pytest

from foundation.emails import email_key


@pytest.mark.parametrize(
    "text",
    [
        "ada@example.com",
        " ADA@Example.COM\n",
        "mailto:ada@example.com",
        "MAILTO: ada@example.com?subject=A%20flat",
        "<ada@example.com>",
        "Ada Byrne <ada@example.com>",
        '"Byrne, Ada" <ada@example.com',
        "ada@example.com <mailto:ada@example.com>",
        "<mailto:ada@example.com|ada@example.com>",
        "“ada@example.com”",
        "(ada@example.com).",
        "ada@example.com,",
        "ada@example.com;",
        "\u200bada@exam\u00adple.com\u200e",
        "\u2066ada@example.com\u2069\ufe0f",
        "\u3000ada＠example．com\u00a0",
    ],
)
def test_every_spelling_of_an_address_has_one_key(text):
    assert email_key(text) == "ada@example.com"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("İlker@example.com", "ilker@example.com"),
        ("İLKER@example.com", "i\u0307lker@example.com"),
        ("ÉMILE@example.com", "e\u0301mile@example.com"),
        ("STRASSE@example.de", "straße@example.de"),
    ],
)
def test_letters_of_either_case_are_one(one, other):
    assert email_key(one) == email_key(other) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ada@example.com", "ada+flats@example.com"),
        ("ada@example.com", "a.da@example.com"),
        ("émile@example.com", "emile@example.com"),
        ("ılker@example.com", "ilker@example.com"),
    ],
)
def test_mailboxes_that_may_be_two_have_two_keys(one, other):
    assert email_key(one) != email_key(other)


@pytest.mark.parametrize("text", ["o'malley@example.com", "_a_@x.example", "ada@bücher.example"])
def test_a_minimal_shape_is_enough_for_an_address(text):
    assert email_key(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "none", "null", "n/a", "-", "?", "@", "none@", "@example.com", "a@b", "a@.com",
        "a@b.", "a@b..com", "a@1.2", "a@@example.com", "ada@example.com, ben@example.com",
        "ada at example.com", "write to ada@example.com please", "n/a@n/a.com",
        "a" * 250 + "@b.com",
    ],
)  # fmt: skip
def test_what_is_no_address_has_no_key(text):
    assert email_key(text) is None


def test_a_key_is_its_own_key():
    for text in ("İlker@example.com", "Ada <ADA@example.com>", "ﬁ@straße.example"):
        key = email_key(text)
        assert email_key(key) == key
