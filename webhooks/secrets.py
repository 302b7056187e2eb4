"""Secrets and signatures by Standard Webhooks 1 (standardwebhooks.com): HMAC-SHA256, `v1`."""

import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterable
from datetime import timedelta
from hashlib import sha256, shake_256

PREFIX = "whsec_"
BOTH_SIGN_FOR = timedelta(hours=24)  # after a roll
_LONG = 32  # bytes


def new_secret(seed: bytes | None = None) -> str:
    """`whsec_` and 32 bytes in base64: random ones, or those that the seed gives."""
    drawn = secrets.token_bytes(_LONG) if seed is None else shake_256(seed + b"whsec").digest(_LONG)
    return PREFIX + b64encode(drawn).decode()


def key_of(secret: str) -> bytes:
    """The bytes that sign."""
    return b64decode(secret.removeprefix(PREFIX))


def signatures(keys: Iterable[bytes], event_id: str, timestamp: int, body: bytes) -> str:
    """The header `webhook-signature`: one for each key, with spaces between."""
    said = f"{event_id}.{timestamp}.".encode() + body
    return " ".join(f"v1,{b64encode(hmac.digest(key, said, sha256)).decode()}" for key in keys)
