"""What can be seen of the settings alone."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.core import checks
from django.http.request import validate_host

from foundation.plurals import so_many
from sift_site import environment
from sift_site.doctor.finding import Finding, ok, warn, wrong

_LONGEST = 5.0  # seconds


def look() -> Iterator[Finding]:
    """The settings as a whole, the secret key, and the address of Sift's own."""
    yield _whole()
    yield _secret_key()
    yield _own_url()


def _whole() -> Finding:
    """What Django's own checks of a deployment say, and whether this is one."""
    found = [
        each
        for each in checks.run_checks(include_deployment_checks=True)
        if each.id not in settings.SILENCED_SYSTEM_CHECKS
    ]
    if settings.DATABASE_URL is None:
        return warn("settings", "DATABASE_URL is not set.", "That is for development alone.")
    if found:
        names = ", ".join(sorted({str(each.id) for each in found}))
        todo = "`manage.py check --deploy` tells what each means."
        return warn("settings", f"{so_many(len(found), 'remark')} of Django's ({names}).", todo)
    return ok("settings", "complete.")


def _secret_key() -> Finding:
    weak = [key for key in settings.SECRET_KEY_FALLBACKS if not environment.is_strong(key)]
    if not environment.is_strong(settings.SECRET_KEY):
        todo = "Set one of at least 50 characters, drawn at random."
        return wrong("secret key", "SECRET_KEY can be guessed.", todo)
    if weak:
        todo = "Run `manage.py reencrypt_secrets`, and leave them out once their links have ended."
        return warn("secret key", "SECRET_KEY_FALLBACKS has keys that can be guessed.", todo)
    return ok("secret key", "long enough, and not of few characters.")


def _own_url() -> Finding:
    """Whether letters' links lead here: asked from this machine, which a proxy may keep out."""
    url, parts = settings.SIFT_URL, urlsplit(settings.SIFT_URL)
    if not validate_host(parts.hostname or "", settings.ALLOWED_HOSTS):
        todo = "Add its name to ALLOWED_HOSTS."
        return wrong("SIFT_URL", f"Sift refuses the host of its own address, {url}.", todo)
    if settings.SIFT_HTTPS and parts.scheme != "https":
        todo = "Begin it with https://, or set SIFT_HTTPS=off for a trial without."
        return wrong("SIFT_URL", f"{url} is plain HTTP, and SIFT_HTTPS is on.", todo)
    try:
        answer = httpx.get(f"{url}/healthz", timeout=_LONGEST)
    except httpx.HTTPError as fault:
        todo = "Start the server, or see whether the proxy and DNS lead to it."
        return warn("SIFT_URL", f"{url} does not answer ({type(fault).__name__}).", todo)
    if answer.status_code != 200:
        todo = "See what the proxy does with /healthz."
        return warn("SIFT_URL", f"{url}/healthz answers {answer.status_code}.", todo)
    return ok("SIFT_URL", f"{url} answers.")
