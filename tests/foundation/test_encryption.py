"""Secrets are encrypted for a purpose, and read by the present key and the former ones alone."""

import pytest
from django.test import override_settings

from foundation.encryption import PREFIX, Unreadable, decrypt, encrypt, rotate

OLD, NEW = (f"{which}-key-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789" for which in "ab")
PURPOSE = "webhook secret"


@pytest.mark.parametrize("text", ["", "0123456789abcdef", "Zoë’s secret"])
def test_a_secret_is_read_again_as_it_was(text):
    encrypted = encrypt(text, PURPOSE)

    assert decrypt(encrypted, PURPOSE) == text
    assert encrypted.startswith(PREFIX)
    assert encrypted.isascii()


def test_one_secret_is_encrypted_otherwise_each_time():
    assert encrypt("secret", PURPOSE) != encrypt("secret", PURPOSE)


def test_a_secret_is_read_for_its_own_purpose_alone():
    encrypted = encrypt("secret", PURPOSE)

    with pytest.raises(Unreadable, match="another purpose"):
        decrypt(encrypted, "another purpose")


@pytest.mark.parametrize("changed", ["", "secret", "gAAAAA", "ẞ"])
def test_what_was_never_encrypted_is_unreadable(changed):
    with pytest.raises(Unreadable):
        decrypt(changed, PURPOSE)


def test_a_secret_that_was_tampered_with_is_unreadable():
    encrypted = encrypt("secret", PURPOSE)

    with pytest.raises(Unreadable):
        decrypt(encrypted[:-6] + "AAAA==", PURPOSE)


def test_a_former_key_reads_what_it_encrypted_until_it_is_taken_away():
    with override_settings(SECRET_KEY=OLD):
        encrypted = encrypt("secret", PURPOSE)

    with override_settings(SECRET_KEY=NEW, SECRET_KEY_FALLBACKS=[OLD]):
        assert decrypt(encrypted, PURPOSE) == "secret"
    with override_settings(SECRET_KEY=NEW), pytest.raises(Unreadable, match="SECRET_KEY_FALLBACKS"):
        decrypt(encrypted, PURPOSE)


def test_a_rotated_secret_needs_no_former_key_and_is_rotated_once():
    with override_settings(SECRET_KEY=OLD):
        encrypted = encrypt("secret", PURPOSE)
    with override_settings(SECRET_KEY=NEW, SECRET_KEY_FALLBACKS=[OLD]):
        rotated = rotate(encrypted, PURPOSE)

    with override_settings(SECRET_KEY=NEW):
        assert decrypt(rotated, PURPOSE) == "secret"
        assert rotate(rotated, PURPOSE) == rotated
