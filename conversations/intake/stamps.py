"""The stamp of a hosted form: one for each page, signed, good once, for a day.

It says which form it is of, when its page was made, and which words the visitor was asked about
marketing: an admin may have changed them since, and what is kept is what was shown.
"""

import secrets
import time
from dataclasses import dataclass
from typing import Any

from django.core.signing import BadSignature, TimestampSigner

from conversations.intake_addresses import IntakeAddress

GOOD_FOR = 24 * 3600  # seconds
SOONEST = 3  # seconds that a person needs at least
_SIGNER_SALT = "sift.intake.form"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a stamp says; `id` names the conversation that the form begins."""

    id: str
    made_at: float  # seconds since 1970
    wording: str | None

    @property
    def age(self) -> float:
        return time.time() - self.made_at

    @property
    def is_too_young(self) -> bool:
        """One that seems to be of the future was made before the clock was set back, or a moment
        ago by another server's."""
        return abs(self.age) < SOONEST

    @property
    def is_too_old(self) -> bool:
        return self.age > GOOD_FOR


def new_stamp(address: IntakeAddress, made_at: float | None = None) -> str:
    """A stamp for a page that is made now, or was made then."""
    said = {
        "id": secrets.token_urlsafe(16),
        "form": address.pk.hex,
        "at": made_at or time.time(),
        "wording": address.consent_wording,
    }
    return _signer().sign_object(said, compress=True)


def stamp_after(before: str, address: IntakeAddress) -> str:
    """A stamp for the form when it is shown again. Who has only a field to mend may be quick, if
    they took their time before."""
    stamp = read_stamp(before, address)
    has_waited = stamp is not None and not stamp.is_too_young
    return new_stamp(address, time.time() - 2 * SOONEST if has_waited else None)


def read_stamp(text: str, address: IntakeAddress) -> Stamp | None:
    """What it says; None where it is none of this form's."""
    try:
        said: dict[str, Any] = _signer().unsign_object(text)
    except BadSignature:
        return None
    if said["form"] != address.pk.hex:
        return None
    return Stamp(said["id"], said["at"], said["wording"])


def _signer() -> TimestampSigner:
    return TimestampSigner(salt=_SIGNER_SALT)
