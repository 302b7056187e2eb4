"""Whether Twilio sent a request (twilio.com/docs/usage/webhooks/webhooks-security).

It signs its form: the whole address, then each field's name and value, in the order of the names,
by HMAC, in base64. By SHA-1 with the account's auth token; where a webhooks rule says so, by
SHA-256 with the rule's shared key, and then a second header names the algorithm. An agency stores
the one or the other.
"""

import hmac
from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

from django.http import HttpRequest, QueryDict

from foundation.web.own_url import full_url

SIGNATURE = "X-Twilio-Signature"
SETTINGS = "X-Twilio-Webhooks-Signature-Settings"  # `key=…,algorithm=HMAC_SHA256`
_DIGESTS = {"HMAC_SHA1": "sha1", "HMAC_SHA256": "sha256"}
_PORTS = {"http": 80, "https": 443}


def is_signed(request: HttpRequest, secret: str) -> bool:
    """Whether the request bears its signature. The address is ours as Twilio knows it, with a port
    and without: senders differ in whether they write a usual one."""
    said = request.headers.get(SIGNATURE, "").encode("utf-8", "replace")
    digest = _digest_of(request.headers.get(SETTINGS))
    if digest is None:
        return False
    fields = _fields(request.POST)
    urls = _urls(full_url(request.get_full_path()))
    good = [signature(secret, url + fields, digest).encode() for url in urls]
    return any(hmac.compare_digest(said, each) for each in good)


def signature(secret: str, text: str, digest: str = "sha1") -> str:
    return b64encode(hmac.digest(secret.encode(), text.encode("utf-8", "replace"), digest)).decode()


def _digest_of(settings: str | None) -> str | None:
    """The algorithm that the second header names; None for one that nobody knows."""
    if settings is None:
        return "sha1"
    said = dict(part.strip().partition("=")[::2] for part in settings.split(","))
    return _DIGESTS.get(said.get("algorithm", "HMAC_SHA1"))


def _fields(form: QueryDict) -> str:
    return "".join(
        name + value for name in sorted(form) for value in sorted(set(form.getlist(name)))
    )


def _urls(url: str) -> Iterator[str]:
    yield url
    parts = urlsplit(url)
    if parts.port is None:
        with_port = parts._replace(netloc=f"{parts.netloc}:{_PORTS[parts.scheme]}")
        yield urlunsplit(with_port)
    else:
        yield urlunsplit(parts._replace(netloc=parts.netloc.rpartition(":")[0]))
