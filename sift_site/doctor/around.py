"""What stands around Sift: Redis, the mail server, the disk, and files that are served."""

import shutil
import smtplib
from collections.abc import Iterator
from typing import Any

import redis
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage
from django.core.mail import get_connection

from foundation.plurals import so_many
from sift_site import environment
from sift_site.doctor.finding import Finding, ok, warn, wrong

_GIB = 1024**3
_LITTLE, _TOO_LITTLE = 2 * _GIB, _GIB // 4


def look() -> Iterator[Finding]:
    yield _redis()
    yield _mail()
    yield _disk()
    yield _static_files()


def _redis() -> Finding:
    if settings.REDIS_URL is None:
        if environment.count("WEB_CONCURRENCY", 1, least=1) > 1:
            todo = "Set REDIS_URL: else the server does not start with WEB_CONCURRENCY above 1."
            return wrong("Redis", "REDIS_URL is not set.", todo)
        return ok("Redis", "not set: one process counts rate limits by itself.")
    try:
        with redis.Redis.from_url(settings.REDIS_URL, **settings.REDIS_OPTIONS) as store:
            store.ping()
    except (redis.RedisError, OSError) as fault:
        # By type alone: a message may hold the store's address, and that a password.
        todo = "Start it, and see whether REDIS_URL names it: rate limits are not counted."
        return wrong("Redis", f"it does not answer in 0.2 s ({type(fault).__name__}).", todo)
    return ok("Redis", "answers.")


def _mail() -> Finding:
    """Whether the mail server would take a letter: greeted and signed in, and none is sent."""
    if settings.MAIL_SERVER is None:
        todo = "Set EMAIL_URL and EMAIL_FROM: else nobody gets an invitation or a new password."
        return warn("mail", "EMAIL_URL is not set.", todo)
    server = get_connection()
    try:
        server.open()
        server.close()
    except smtplib.SMTPAuthenticationError as fault:
        todo = "Correct the user and password in EMAIL_URL."
        return wrong("mail", f"the server refuses the sign-in ({fault.smtp_code}).", todo)
    except OSError as fault:  # smtplib's errors are
        todo = "See whether EMAIL_URL names it and a firewall lets this machine through."
        return wrong("mail", f"the server cannot be had ({type(fault).__name__}).", todo)
    return ok("mail", "the server answers and takes the sign-in.")


def _disk() -> Finding:
    """Of the disk that Sift lies on; the database's may be another machine's."""
    free = shutil.disk_usage(settings.BASE_DIR).free
    said = f"{free / _GIB:,.1f} GiB are free where Sift lies."
    todo = "Make room: without it exports and uploads are refused, and a database here stops."
    if free < _TOO_LITTLE:
        return wrong("disk", said, todo)
    return warn("disk", said, todo) if free < _LITTLE else ok("disk", said)


def _static_files() -> Finding:
    """Whether styles and scripts were collected, by this version."""
    if not isinstance(staticfiles_storage, ManifestFilesMixin):
        return ok("static files", "served from where they lie.")
    todo = "Run `manage.py collectstatic --no-input`, and restart the server."
    if not staticfiles_storage.hashed_files:
        return wrong("static files", "they were not collected.", todo)
    old = [name for name, content in _sources() if _is_outdated(staticfiles_storage, name, content)]
    if old:
        said = f"{so_many(len(old), 'file')} of another version were collected."
        return wrong("static files", said, todo)
    return ok("static files", "collected, by this version.")


def _sources() -> Iterator[tuple[str, Any]]:
    for finder in get_finders():
        for name, storage in finder.list([]):
            with storage.open(name) as content:
                yield name, content


def _is_outdated(storage: Any, name: str, content: Any) -> bool:
    """Whether what was collected under that name was made of something else."""
    kept = storage.hashed_files.get(storage.hash_key(storage.clean_name(name)))
    return bool(kept != storage.clean_name(storage.hashed_name(name, content)))
