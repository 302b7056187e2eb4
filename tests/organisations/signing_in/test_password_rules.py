"""What a new password may not be, wherever it is set."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from organisations.models import Organisation, User
from organisations.signing_in.common_passwords import PACKED, WIDE, is_listed


@pytest.fixture
def priya() -> User:
    agency = Organisation(name="Harbour & Vale")
    return User(organisation=agency, name="Priya Shah", email="priya@example.com")


@pytest.mark.parametrize(
    "password",
    [
        "HarbourVale2026!",
        "harbour-vale-harbour",
        "Vale & Harbour 99",
        "sift-sift-sift-1",
        "Welcome2Sift2026",
        "estateagents!2026",
        "H4rb0ur&V4le1!",
        "5ift-5ift-5ift",
        "Pr1ya.Shah1987",
        "$hah$hah1234",
        "priya@example1",
        "a phrase that nobody would guess of you " * 7,
    ],
)
def test_words_that_anybody_would_try_first_are_refused(priya, password):
    with pytest.raises(ValidationError, match=r"agency's name|at most 256"):
        validate_password(password, priya)


@pytest.mark.parametrize(
    "password",
    [
        "sift the flour twice",
        "a harbour under three moons",
        "7294-1058-3361-9",  # nothing of the kind in it: whether it will do is not this rule's
        ("a phrase that nobody would guess of you " * 7)[:256],
        "priya keeps bees by night",
        "monkey dragon sunshine",
        "four blue kettles sing",
        "kQ7#vLp2!xRz",
        "ąžuolas ir ežeras 5",
        "путь через тихий лес",
        "静かな森の小道を歩いて行く人",
    ],
)
def test_a_phrase_may_have_such_a_word_in_it(priya, password):
    validate_password(password, priya)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("123456789012", "runs such as 123456"),
        ("iloveyou1234", "too common"),
        ("P@ssw0rd1234", "too common"),
        (" " * 12, "few different characters"),
        ("abababababab", "few different characters"),
        ("111222333444", "few different characters"),
        ("qwertyuiop[]", "runs such as"),
        ("asdfghjkl;'123", "runs such as"),
        ("lkjhgfdsa098", "runs such as"),
        ("abcdef!123456", "runs such as"),
        ("112233445566", "runs such as"),
        ("1qaz2wsx3edc", "runs such as"),
        ("q1w2e3r4t5y6", "runs such as"),
        ("zaq12wsxcde3", "too common"),
        ("tigertigertiger", "the same again and again"),
        ("abc123abc123", "the same again and again"),
        ("iloveyou iloveyou", "too common"),
        ("sunshinesunshine", "too common"),
        ("motherfucker", "too common"),
        ("ILoveYou!!!!", "too common"),
        ("$un5h1ne2024!", "too common"),
        ("Acce$$2024!!", "too common"),
        ("!!!Liverpool99", "too common"),
        ("ｉｌｏｖｅｙｏｕ１２３４", "too common"),
    ],
)
def test_what_is_guessed_first_is_refused_with_the_reason(priya, password, reason):
    with pytest.raises(ValidationError, match=reason):
        validate_password(password, priya)


def test_a_name_is_refused_to_its_bearer_alone(priya):
    validate_password("R0salindPe4ke", priya)

    priya.name = "Rosalind Peake"
    with pytest.raises(ValidationError, match="your own"):
        validate_password("R0salindPe4ke", priya)


def test_the_list_holds_a_hundred_thousand_in_order():
    packed = PACKED.read_bytes()
    entries = [packed[start : start + WIDE] for start in range(0, len(packed), WIDE)]

    assert len(entries) == 100_000
    assert entries == sorted(entries)
    assert all(map(is_listed, ["1qaz2wsx3edc", "motherfucker", "finalfantasy", "hannahmontana"]))
    assert not any(map(is_listed, ["", "correct horse battery staple", "\udcff" * 12]))


def test_another_agencys_name_is_nobodys_concern(priya):
    validate_password("Northgate Terrace", priya)

    priya.organisation.name = "Northgate Terrace"
    with pytest.raises(ValidationError):
        validate_password("Northgate Terrace", priya)
