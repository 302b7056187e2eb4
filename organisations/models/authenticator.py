"""An authenticator app, as a person's second step.

Counting time steps, the window for clocks that differ and the growing wait after wrong codes are
django-otp's. Its own table of such devices knows no organisations; so the row is ours.
"""

from base64 import b32encode
from typing import Any
from urllib.parse import quote, urlencode

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django_otp.models import Device, DeviceManager, ThrottlingMixin
from django_otp.oath import TOTP

from foundation.database.encrypted_field import EncryptedField, encrypted
from foundation.drawing import grouped
from foundation.encryption import decrypt, encrypt
from foundation.ids import uuid7
from organisations.frozen import new_secret

DIGITS = 6
_PURPOSE = "authenticator secret"


def _new_secret() -> str:
    return encrypt(new_secret(), _PURPOSE)


class Authenticator(ThrottlingMixin, Device):  # type: ignore[misc]  # django-otp has no types
    """A person's authenticator app.

    It counts once a code from it has confirmed it. Row locks are the caller's: two uses of one
    code at once must not both succeed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(
        "organisations.Organisation", models.CASCADE, related_name="+", db_index=False
    )
    # Named as django-otp names it; the composite key holds it.
    user = models.OneToOneField(
        "organisations.User", models.CASCADE, related_name="authenticator", db_constraint=False
    )
    encrypted_secret = EncryptedField(purpose=_PURPOSE, default=_new_secret)
    last_step = models.BigIntegerField(
        default=-1, help_text="time step of the last code that was taken: none is taken twice"
    )
    created_at = models.DateTimeField(db_default=Now())

    objects = DeviceManager()

    class Meta:
        constraints = [encrypted("organisations_authenticator", "encrypted_secret")]

    @property
    def secret(self) -> str:
        """What the app and Sift compute codes from, in hexadecimal; Unreadable by a wrong key."""
        return decrypt(self.encrypted_secret, _PURPOSE)

    def get_throttle_factor(self) -> int:
        """Seconds to wait after the first wrong code; each further one doubles them."""
        return 1

    def seconds_to_wait(self) -> int:
        """Until a code may be said again; 0 if now."""
        allowed, why = self.verify_is_allowed()
        if allowed:
            return 0
        return max(1, int((why["locked_until"] - timezone.now()).total_seconds()) + 1)

    def verify_is_allowed(self) -> tuple[bool, Any]:
        """As django-otp has it. But a wrong code that was said while the clock was ahead, as every
        code is wrong then, holds nobody up until the clock is there again."""
        said_at = self.throttling_failure_timestamp
        if said_at is not None and said_at > timezone.now():
            return True, None
        allowed: tuple[bool, Any] = super().verify_is_allowed()
        return allowed

    def verify_token(self, token: str) -> bool:
        """Whether it is the app's code of now (or of the half minute before or after), not taken
        before. A clock that is further off has to be set: what one code showed of it would have
        the next taken yet further from now."""
        totp = TOTP(bytes.fromhex(self.secret), digits=DIGITS)
        good = bool(totp.verify(int(token), tolerance=1, min_t=self.last_step + 1))
        if good:
            self.last_step = totp.t()
        return self._taken(good)

    @property
    def typed_secret(self) -> str:
        """The secret as apps take it where no picture can be scanned."""
        return grouped(b32encode(bytes.fromhex(self.secret)).decode(), " ")

    @property
    def otpauth_url(self) -> str:
        """`otpauth://…`, what the picture says to the app."""
        label = quote(f"Sift:{self.user.email}")
        secret = b32encode(bytes.fromhex(self.secret)).decode()
        return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': 'Sift'})}"

    def _taken(self, good: bool) -> bool:
        if good:
            self.throttle_reset(commit=False)
            self.save()
        else:
            self.throttle_increment()
        return good
