"""Secrets that must be read again, encrypted before they are stored; what need not be, is hashed.

Each kind of secret has a purpose, and each purpose a key of its own, derived from SECRET_KEY by
HKDF (RFC 5869). So what was encrypted for one purpose is read for no other, and whoever has the
database without SECRET_KEY has none of them. The cipher is Fernet: AES-128-CBC under HMAC-SHA256.
"""

from base64 import urlsafe_b64encode
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

PREFIX = "gAAAAA"  # of all that is encrypted, until the year 2106: a version, and the upper time


class Unreadable(Exception):
    """Not encrypted for this purpose, or by none of the keys that are set."""


def encrypt(text: str, purpose: str) -> str:
    """The text as `decrypt` reads it for this purpose: ASCII, and another one each time."""
    return _cipher(settings.SECRET_KEY, purpose).encrypt(text.encode()).decode()


def decrypt(encrypted: str, purpose: str) -> str:
    """The text again; Unreadable where neither SECRET_KEY nor a former key made it."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    ciphers = MultiFernet([_cipher(key, purpose) for key in keys])
    try:
        return ciphers.decrypt(encrypted.encode()).decode()
    except InvalidToken:
        raise Unreadable(
            f"What was encrypted as {purpose!r} is read neither by SECRET_KEY nor by a key of "
            "SECRET_KEY_FALLBACKS."
        ) from None


def rotate(encrypted: str, purpose: str) -> str:
    """The same secret under the present SECRET_KEY: as it was where it stands under it already."""
    try:
        _cipher(settings.SECRET_KEY, purpose).decrypt(encrypted.encode())
    except InvalidToken:
        return encrypt(decrypt(encrypted, purpose), purpose)
    return encrypted


@lru_cache(maxsize=64)
def _cipher(key: str, purpose: str) -> Fernet:
    info = f"sift: {purpose}".encode()
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(key.encode())
    return Fernet(urlsafe_b64encode(derived))
