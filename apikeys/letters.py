"""Letters to an agency's admins about its keys. None holds a key: only what may be seen of it."""

from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime

from apikeys.models import ApiKey
from foundation.mail import letters
from foundation.mail.names import quoted
from organisations.actors import Actor, ActorKind
from organisations.admins import active_admins


def key_created(key: ApiKey, *, by: Actor) -> None:
    _send("created", key, by=by)


def key_rolled(old: ApiKey, new: ApiKey, *, by: Actor) -> None:
    _send("rolled", new, by=by, old=old)


def key_revoked(key: ApiKey, *, by: Actor) -> None:
    _send("revoked", key, by=by)


def key_expires(key: ApiKey) -> None:
    """Its end is near."""
    _send("expires", key)


def _send(letter: str, key: ApiKey, *, by: Actor | None = None, **more: Any) -> None:
    """To every admin who can sign in, once what is told is committed."""
    admins = active_admins(key.organisation).order_by("email")
    to = list(admins.values_list("email", flat=True))
    context = {
        "key": key,
        "organisation": key.organisation,
        "who": _who(by),
        "last_used": _last_used(key),
        **more,
    }
    letters.send(f"apikeys/mail/{letter}", to, context)


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
