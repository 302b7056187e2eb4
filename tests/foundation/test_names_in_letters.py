"""Names in letters: in quotes, and nothing that a mail program would make a link of."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string

from foundation.mail.names import quoted
from tests.growth import assert_linear

LETTERS = sorted(settings.BASE_DIR.glob("templates/*/mail/*.txt"))
SHOWN = re.compile(r"{{(.*?)}}")
NAMES = {"inviter", "closer", "by"}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ada Byrne", "“Ada Byrne”"),
        ("O'Malley & Søn, Ltd.", "“O'Malley & Søn, Ltd.”"),
        ("Keys 2.0 (No. 1)", "“Keys 2.0 (No. 1)”"),
        ("St.James", "“St. James”"),
        ("https://evil.example/x", "“https: //evil. example/x”"),
        ("http://127.0.0.1/x", "“http: //127.0.0.1/x”"),
        ("www.evil.example", "“www. evil. example”"),
        ("Win at evil.co.uk/now", "“Win at evil. co. uk/now”"),
        ("ada@evil.example", "“ada@evil. example”"),
        ("evil.рф evil。example evil．com", "“evil. рф evil。 example evil． com”"),
        ("Sift” asks: “pay", "“Sift' asks: 'pay”"),
        ('Sift" asks', "“Sift' asks”"),
    ],
)
def test_a_name_is_no_address_and_does_not_leave_its_quotes(name, shown):
    assert quoted(name) == shown


@pytest.mark.parametrize("piece", ["://", "a.b", ".", "“", "www."])
def test_it_takes_no_longer_than_the_name_is_long(piece):
    assert_linear(lambda times: quoted(piece * 400 * times))


@pytest.mark.parametrize("letter", LETTERS, ids=lambda path: path.stem)
def test_every_letter_quotes_the_names_in_it(letter: Path):
    for shown in SHOWN.findall(letter.read_text()):
        variable, *filters = shown.strip().split("|")
        if variable.endswith(".name") or variable in NAMES:
            assert filters == ["quoted"], shown


def test_the_letters_were_found():
    assert len(LETTERS) > 20


def test_what_is_no_name_of_anybody_is_left_as_it_is():
    context = {"person": {"name": "evil.example"}, "link": "https://sift.example/x"}

    letter = render_to_string("organisations/mail/password_reset.txt", context)

    assert "Hello “evil. example”,\n" in letter
    assert "\nhttps://sift.example/x\n" in letter
