"""The key that signs on a developer's machine: random, made once, for its owner alone to read.

`make run` and `manage.py` share it, so a session or a link of one is good in the other.
"""

import fcntl
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from sift_site.development.var_folder import VAR, open_in_var


def of_this_machine(var: Path = VAR) -> str:
    """The key in `var/secret_key`, made where there is none; ImproperlyConfigured if it cannot be.

    Of two processes that need it first at once, one makes it and the other waits.
    """
    path = var / "secret_key"
    try:
        with open_in_var(path, mode=0o600) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            if key := file.read().decode().strip():
                return key
            key = secrets.token_urlsafe(48)
            file.write(key.encode())
            return key
    except OSError as error:
        raise ImproperlyConfigured(
            f"{path} cannot be used ({error.strerror}): set SECRET_KEY, or make it writable."
        ) from None
