"""Sessions in the database, asked only for keys that can be one."""

import re
import time
from typing import Any

from django.contrib.sessions.backends import db

_KEY = re.compile(r"[0-9a-z]{8,40}")


class SessionStore(db.SessionStore):
    """Django's own, which would ask PostgreSQL for whatever the cookie holds, a NUL included."""

    def _validate_session_key(self, key: Any) -> bool:
        return isinstance(key, str) and _KEY.fullmatch(key) is not None

    def create(self) -> None:
        """Take a new key, as at sign-in and at every later proof of identity: it says when."""
        self["proved_at"] = int(time.time())
        super().create()
