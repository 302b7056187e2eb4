"""Readers of environment variables: each fails at start-up, naming what the variable takes."""

import os
import re
from dataclasses import dataclass
from email.utils import parseaddr
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal, cast, get_args
from urllib.parse import unquote, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

# What everybody's development server signed with until each machine made a key of its own.
PUBLISHED_SECRET_KEY = "for-development-only-and-never-for-a-deployment-0123456789"  # noqa: S105
_SHORTEST_SECRET_KEY = 50  # characters, as Django's own check of a deployment has it
_FEWEST_CHARACTERS = 5  # that differ, likewise
DEVELOPMENT_HOSTS = ["localhost", "127.0.0.1", "[::1]"]

# These may stand in files as well, which NAME_FILE names.
SECRETS = frozenset(
    {
        *("SECRET_KEY", "SECRET_KEY_FALLBACKS", "DATABASE_URL", "DATABASE_REPLICA_URL"),
        *("REDIS_URL", "EMAIL_URL", "SIFT_METRICS_TOKEN"),
    }
)

Affinity = Literal["auto", "on", "off"]
LogFormat = Literal["line", "json"]

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})
_OWN_URL = re.compile(r"https?://[^\s/?#@\\]+")
_PART = r"[!-9;-?A-~]+"  # of an e-mail: printable ASCII but `:` and `@`
_CONTACT = re.compile(rf"(https://|mailto:|tel:)[!-~]+|{_PART}@{_PART}")
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{20,}")  # of RFC 6750's characters
_RATE = re.compile(r"[1-9][0-9]{0,8}/[smhd]")


def _told(name: str) -> str:
    """What the variable says, or the file of a secret; empty where it is unset or blank."""
    value = os.environ.get(name, "").strip()
    file = os.environ.get(f"{name}_FILE", "").strip() if name in SECRETS else ""
    if not file:
        return value
    if value:
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set: one of them has to go.")
    try:
        secret = Path(file).read_text(encoding="utf-8").strip()  # an editor ends it with a new line
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name}_FILE is {file!r}, which cannot be read: {error.strerror}."
        ) from None
    except UnicodeDecodeError:
        raise ImproperlyConfigured(f"{name}_FILE is {file!r}, which is no text.") from None
    if not secret:
        raise ImproperlyConfigured(f"{name}_FILE is {file!r}, which is empty.")
    return secret


def text(name: str, default: str | None = None) -> str:
    """The variable's text, or the default; ImproperlyConfigured where neither says anything."""
    value = _told(name) or default
    if value is None:
        raise ImproperlyConfigured(f"{name} is not set. It is required when DATABASE_URL is set.")
    return value


def optional_text(name: str) -> str | None:
    """The variable's text, or None where it is unset or blank."""
    return _told(name) or None


def names(name: str, default: list[str] | None = None) -> list[str]:
    """A comma-separated list; ImproperlyConfigured where it is required and missing."""
    value = optional_text(name)
    if value is None:
        if default is None:
            raise ImproperlyConfigured(
                f"{name} is not set. It is required when DATABASE_URL is set: "
                "a comma-separated list such as sift.example.co.uk,www.example.co.uk."
            )
        return default
    listed = [part.strip() for part in value.split(",") if part.strip()]
    if not listed:
        raise ImproperlyConfigured(
            f"{name} is {value!r}; it takes a comma-separated list with at least one name."
        )
    return listed


def secret_key() -> str:
    """SECRET_KEY of a deployment: not to be guessed, and known to nobody else."""
    key = text("SECRET_KEY")
    # In neither case repeated: it is a secret, if a poor one.
    if key == PUBLISHED_SECRET_KEY:
        raise ImproperlyConfigured(
            "SECRET_KEY is the one that was published for development: take one of your own, "
            f"drawn at random, of at least {_SHORTEST_SECRET_KEY} characters."
        )
    if not is_strong(key):
        raise ImproperlyConfigured(
            f"SECRET_KEY can be guessed: it takes at least {_SHORTEST_SECRET_KEY} characters, "
            f"drawn at random, of which at least {_FEWEST_CHARACTERS} differ."
        )
    return key


def former_keys() -> list[str]:
    """SECRET_KEY_FALLBACKS of a deployment, or none: what they signed is believed, so of these too
    none may be known to everybody. One that is merely short was chosen once, and is let go soon."""
    keys = names("SECRET_KEY_FALLBACKS", [])
    if PUBLISHED_SECRET_KEY in keys:
        raise ImproperlyConfigured(
            "SECRET_KEY_FALLBACKS has the key that was published for development, with which "
            "anybody can sign: take it away."
        )
    return keys


def is_strong(key: str) -> bool:
    """Whether a secret key is long, and of more than a few characters."""
    return len(key) >= _SHORTEST_SECRET_KEY and len(set(key)) >= _FEWEST_CHARACTERS


def hosts() -> list[str]:
    """ALLOWED_HOSTS of a deployment: names, and not simply any."""
    listed = names("ALLOWED_HOSTS")
    if "*" in listed:
        raise ImproperlyConfigured(
            "ALLOWED_HOSTS has *, by which Sift would answer to whatever name a stranger gives it: "
            "list its own, such as sift.example.co.uk,www.example.co.uk."
        )
    return listed


def debug() -> bool:
    """DEBUG: off in a deployment."""
    is_on = switch("DEBUG", default=False)
    if is_on and optional_text("DATABASE_URL") is not None:
        raise ImproperlyConfigured(
            "DEBUG is on, and would show strangers what Sift is made of: it must be off when "
            "DATABASE_URL is set."
        )
    return is_on


def own_url(default: str | None = None) -> str:
    """SIFT_URL: where people and programs reach Sift, without a slash at its end."""
    url = text("SIFT_URL", default).removesuffix("/")
    try:
        host = urlsplit(url).hostname if _OWN_URL.fullmatch(url) else None
        _ = urlsplit(url).port  # read only here, and refused if it is no number
    except ValueError:
        host = None
    if host is None:
        raise ImproperlyConfigured(
            f"SIFT_URL is {url!r}; it takes the address at which Sift is reached, "
            "such as https://sift.example.co.uk, without a path."
        )
    return url


def origins() -> list[str]:
    """CSRF_TRUSTED_ORIGINS: addresses with their scheme, or none."""
    listed = names("CSRF_TRUSTED_ORIGINS", [])
    for origin in listed:
        if not origin.startswith(("https://", "http://")):
            raise ImproperlyConfigured(
                f"CSRF_TRUSTED_ORIGINS is {origin!r}; it takes addresses with their scheme, "
                "such as https://sift.example.co.uk."
            )
    return listed


def database(default: str) -> dict[str, Any]:
    """DATABASE_URL, or the default, as Django's settings name its parts."""
    return _postgres("DATABASE_URL", optional_text("DATABASE_URL") or default)


def replica() -> dict[str, Any] | None:
    """DATABASE_REPLICA_URL likewise, or None where it is not set."""
    url = optional_text("DATABASE_REPLICA_URL")
    if url is None:
        return None
    if optional_text("DATABASE_URL") is None:
        raise ImproperlyConfigured(
            "DATABASE_REPLICA_URL names a replica of the database that DATABASE_URL names, "
            "which is not set."
        )
    return _postgres("DATABASE_REPLICA_URL", url)


def _postgres(name: str, url: str) -> dict[str, Any]:
    try:
        read: dict[str, Any] = dict(dj_database_url.parse(url))
    except ValueError:  # no address, or of a database that nobody knows
        read = {}
    if read.get("ENGINE") != "django.db.backends.postgresql" or not read.get("NAME"):
        # Not repeated: it holds a password.
        raise ImproperlyConfigured(
            f"{name} takes the address of a PostgreSQL database, such as "
            "postgres://user:password@host:5432/name, each part percent-encoded."
        )
    return read


def redis() -> str | None:
    """REDIS_URL, or None where it is not set."""
    url = optional_text("REDIS_URL")
    if url is None or _is_redis(url):
        return url
    # Not repeated: it may hold a password.
    raise ImproperlyConfigured(
        "REDIS_URL takes the address of a Redis server: redis://host:6379/0, rediss:// or unix://."
    )


def _is_redis(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port  # read only here, and refused if it is no number
    except ValueError:
        return False
    return parts.scheme in {"redis", "rediss", "unix"}


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over, and how."""

    host: str
    port: int
    user: str
    password: str
    starttls: bool
    tls: bool  # from the first byte


# By their usual names and ports: plain, with STARTTLS, and TLS from the first byte.
_MAIL_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


def mail_server() -> MailServer | None:
    """EMAIL_URL's server, or None where it is not set and mail goes to standard error."""
    url = optional_text("EMAIL_URL")
    if url is None:
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:  # an address that cannot be read, or a port that is no number
        host = None
    if host is None or parts.scheme not in _MAIL_PORTS or parts.path.strip("/") or parts.query:
        # Not repeated: it may hold a password.
        raise ImproperlyConfigured(
            "EMAIL_URL takes the address of a mail server: smtp+tls://user:password@host:587 "
            "(STARTTLS), smtps://user:password@host:465 (TLS) or smtp://host:25 (neither), "
            "user and password percent-encoded."
        )
    return MailServer(
        host=host,
        port=port or _MAIL_PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        starttls=parts.scheme == "smtp+tls",
        tls=parts.scheme == "smtps",
    )


def mail_from(default: str) -> str:
    """EMAIL_FROM: whom letters come from; required where a mail server is set."""
    value = optional_text("EMAIL_FROM")
    if value is None:
        if optional_text("EMAIL_URL") is not None:
            raise ImproperlyConfigured(
                "EMAIL_FROM is not set. It is required when EMAIL_URL is set: "
                "an address such as Sift <sift@example.co.uk>."
            )
        return default
    _, address = parseaddr(value)
    local, _, domain = address.partition("@")
    if not (local and domain and value.isprintable()):
        raise ImproperlyConfigured(
            f"EMAIL_FROM is {value!r}; it takes an address such as Sift <sift@example.co.uk>."
        )
    return value


def security_contact(url: str) -> str:
    """SIFT_SECURITY_CONTACT as a URI; without it the mailbox that RFC 2142 names, at the domain of
    EMAIL_FROM or else at the host of Sift's own URL."""
    value = optional_text("SIFT_SECURITY_CONTACT")
    if value is None:
        _, address = parseaddr(optional_text("EMAIL_FROM") or "")
        return f"mailto:security@{address.partition('@')[2] or urlsplit(url).hostname}"
    if _CONTACT.fullmatch(value) is None:
        raise ImproperlyConfigured(
            f"SIFT_SECURITY_CONTACT is {value!r}; it takes an e-mail address, "
            "or an address that begins with https://, mailto: or tel:."
        )
    return value if ":" in value else f"mailto:{value}"


def metrics_token() -> str | None:
    """SIFT_METRICS_TOKEN: what Prometheus shows, not to be guessed; None where it is not set."""
    token = optional_text("SIFT_METRICS_TOKEN")
    if token is not None and not _TOKEN.fullmatch(token):
        # Not repeated: it is a secret.
        raise ImproperlyConfigured(
            "SIFT_METRICS_TOKEN takes 20 or more letters, digits and -._~+/=, drawn at random."
        )
    return token


def switch(name: str, *, default: bool) -> bool:
    """A yes or no."""
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in _TRUE:
        return True
    if value in _FALSE:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}; it takes on or off (also 1/0, true/false).")


def count(name: str, default: int, *, least: int = 0) -> int:
    """A whole number, at least `least`."""
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    if not (value.isascii() and value.isdigit() and len(value) <= 9 and int(value) >= least):
        raise ImproperlyConfigured(f"{name} is {value!r}; it takes a whole number from {least} up.")
    return int(value)


def networks(name: str) -> list[str]:
    """Networks in CIDR notation, or none."""
    listed = names(name, [])
    try:
        return [str(ip_network(each)) for each in listed]
    except ValueError:
        raise ImproperlyConfigured(
            f"{name} is {os.environ[name]!r}; it takes networks, comma-separated, "
            "such as 10.20.0.0/16,fd00::/8."
        ) from None


def affinity() -> Affinity:
    """WEB_CPU_AFFINITY: whether each of the server's processes keeps to a CPU."""
    value = os.environ.get("WEB_CPU_AFFINITY", "").strip().lower() or "auto"
    if value not in get_args(Affinity):
        raise ImproperlyConfigured(f"WEB_CPU_AFFINITY is {value!r}; it takes auto, on or off.")
    return cast("Affinity", value)


def log_format() -> LogFormat:
    """SIFT_LOG: lines for people, or a JSON object a line."""
    value = os.environ.get("SIFT_LOG", "").strip().lower() or "line"
    if value not in get_args(LogFormat):
        raise ImproperlyConfigured(f"SIFT_LOG is {value!r}; it takes line or json.")
    return cast("LogFormat", value)


def rate(name: str, default: str) -> str:
    """A limit such as 120/m: so many requests in a second, minute, hour or day."""
    value = os.environ.get(name, "").strip() or default
    if not _RATE.fullmatch(value):
        raise ImproperlyConfigured(
            f"{name} is {value!r}; it takes a number and a unit, such as 120/m (s, m, h or d)."
        )
    return value


def port(default: int) -> int:
    """PORT: where the server listens."""
    value = count("PORT", default, least=1)
    if value > 65_535:
        raise ImproperlyConfigured(f"PORT is {value}; it takes a whole number from 1 to 65535.")
    return value


def probe_port() -> int | None:
    """PROBE_PORT: where the server answers its probes as well, or None."""
    value = count("PROBE_PORT", 0)
    if value > 65_535:
        raise ImproperlyConfigured(
            f"PROBE_PORT is {value}; it takes a whole number from 1 to 65535."
        )
    return value or None


def require_shared_counters(processes: int) -> None:
    """Rate limits are counted in Redis, or in the memory of a single process."""
    if processes > 1 and optional_text("REDIS_URL") is None:
        raise ImproperlyConfigured(
            f"{processes} worker processes (WEB_CONCURRENCY or --workers) need REDIS_URL: "
            "without it each process would count rate limits for itself."
        )
