"""What migrations of organisations and their models import: frozen, as foundation/frozen.py is."""

from django_otp.util import random_hex


def new_secret() -> str:
    """160 bits, as RFC 4226 recommends, in hexadecimal."""
    return str(random_hex(20))
