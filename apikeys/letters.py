"""Letters to an agency's admins about its keys. None holds a key: only what may be seen of it."""

from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime

from apikeys.models import ApiKey
from foundation.mail.names import quoted
from organisations.actors import Actor, ActorKind
from organisations.admins import active_admins
from organisations.letters.writing import write


def key_created(key: ApiKey, *, by: Actor) -> None:
    _write("created", key, by=by)


def key_rolled(old: ApiKey, new: ApiKey, *, by: Actor) -> None:
    _write("rolled", new, by=by, old=old)


def key_revoked(key: ApiKey, *, by: Actor) -> None:
    _write("revoked", key, by=by)


def key_expires(key: ApiKey) -> None:
    """Its end is near."""
    _write("expires", key)


def _write(letter: str, key: ApiKey, *, by: Actor | None = None, **more: Any) -> None:
    """To every admin who can sign in."""
    admins = active_admins(key.organisation).order_by("email")
    to = list(admins.values_list("email", flat=True))
    context = {
        "key": key,
        "organisation": key.organisation,
        "who": _who(by),
        "last_used": _last_used(key),
        **more,
    }
    write(f"apikeys/mail/{letter}", to, context, organisation_id=key.organisation_id)


def _last_used(key: ApiKey) -> str:
    if key.last_used_at is None:
        return "never"
    at = date_format(localtime(key.last_used_at), "j F Y, H:i")
    return f"{at} from {key.last_used_from}" if key.last_used_from else at


def _who(by: Actor | None) -> str | None:
    if by is None:
        return None
    if by.kind is not ActorKind.PERSON:
        return "Somebody with access to Sift's server"
    name = quoted(by.name)
    return f"{name} (from {by.address})" if by.address else name
