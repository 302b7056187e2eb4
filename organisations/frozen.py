"""What migrations of organisations and their models import: frozen, as foundation/frozen.py is."""

from django_otp.util import random_hex


def new_secret() -> str:
    """160 bits, as RFC 4226 recommends, in hexadecimal."""
    return str(random_hex(20))


def office_hours() -> list[int]:
    """9:00 to 17:30, in minutes after midnight."""
    return [540, 1050]


def saturday_hours() -> list[int]:
    """9:00 to 16:00."""
    return [540, 960]
