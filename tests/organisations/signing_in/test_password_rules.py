"""What a new password may not be, wherever it is set."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from organisations.models import Organisation, User


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
        "x" * 257,
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
        "x" * 255 + "y",
    ],
)
def test_a_phrase_may_have_such_a_word_in_it(priya, password):
    validate_password(password, priya)


def test_another_agencys_name_is_nobodys_concern(priya):
    validate_password("Northgate Terrace", priya)

    priya.organisation.name = "Northgate Terrace"
    with pytest.raises(ValidationError):
        validate_password("Northgate Terrace", priya)
