"""The session engine: Django's sessions in rows that know whose they are (models/session.py)."""

import re
import time
from typing import Any
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, SessionBase, UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import transaction
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import get_random_string

from foundation.web.client_addresses import client_address
from foundation.web.user_agents import in_plain_words
from organisations.models import Session, User
from organisations.models.session import BROWSER_LONGEST, SEEN_EVERY, digest_of

_KEY = re.compile(r"[0-9a-z]{32}")


class SessionStore(SessionBase):
    """One session, read with one statement, and written to only where something changed.

    The database is asked only for what can be a key: a cookie may hold anything, a NUL included.
    """

    row_id: UUID | None = None  # of the row that was read
    _person_id: UUID | None = None  # whose that row is

    def _validate_session_key(self, key: Any) -> bool:
        return isinstance(key, str) and _KEY.fullmatch(key) is not None

    def load(self) -> dict[str, Any]:
        """What the session holds; nothing where it ended."""
        row = Session.objects.alive().with_key(self.session_key or "").first()
        if row is None:
            self._session_key = None
            return {}
        self.row_id, self._person_id = row.id, row.person_id
        if timezone.now() - row.last_seen_at > SEEN_EVERY:
            # Not saved with the rest: one that was ended meanwhile stays ended.
            Session.objects.filter(pk=row.pk).update(last_seen_at=Now())
        return self.decode(row.data)

    def exists(self, session_key: str) -> bool:
        return Session.objects.alive().with_key(session_key).exists()

    def create(self) -> None:
        """Take a new key, as at sign-in and at every later proof of identity: it says when."""
        self["proved_at"] = int(time.time())
        self._session_key = get_random_string(32, VALID_KEY_CHARS)
        self.save(must_create=True)

    def cycle_key(self) -> None:
        """Give the session another key; its row stays, and with it when and where it began."""
        if (old := self.session_key) is None:
            return self.create()
        self["proved_at"] = int(time.time())
        self._session_key = new = get_random_string(32, VALID_KEY_CHARS)
        if not Session.objects.with_key(old).update(digest=digest_of(new)):
            raise SessionInterrupted("The session was ended meanwhile.")
        return None

    def save(self, must_create: bool = False) -> None:
        """Write the session's row; UpdateError where it was ended meanwhile."""
        if self.session_key is None:
            return self.create()
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        columns = {"data": self.encode(data)} | self._whose(data, must_create)
        if must_create:
            self.row_id = Session.objects.create(digest=digest_of(self.session_key), **columns).id
        elif not Session.objects.with_key(self.session_key).update(**columns):
            raise UpdateError
        return None

    def take(self, name: str) -> Any:
        """What the session holds by the name, once: whoever asks after that gets None.

        It is gone at once, for every process; what is popped is gone with the answer.
        """
        with transaction.atomic():
            rows = Session.objects.alive().with_key(self.session_key or "")
            row = rows.select_for_update().first()
            held = self.decode(row.data) if row else {}
            taken = held.pop(name, None)
            rows.update(data=self.encode(held))
        self.pop(name, None)
        return taken

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            Session.objects.with_key(key).delete()

    @classmethod
    def clear_expired(cls) -> None:
        Session.objects.delete_idle()

    def note_browser(self, request: HttpRequest) -> None:
        """Keep from where and with what the person signed in, for their own list of sessions."""
        self["address"] = client_address(request)
        self["browser"] = in_plain_words(request.headers.get("User-Agent", ""))

    def _whose(self, data: dict[str, Any], is_new: bool) -> dict[str, Any]:
        """The columns that say whose session it is, where the row does not say so yet."""
        person_id = UUID(data[SESSION_KEY]) if SESSION_KEY in data else None
        if person_id is None or (person_id == self._person_id and not is_new):
            return {}
        person = User.objects.only("organisation_id").get(pk=person_id)
        self._person_id = person.pk
        return {
            "person_id": person.pk,
            "organisation_id": person.organisation_id,
            "address": data.get("address"),
            "browser": (data.get("browser") or None) and data["browser"][:BROWSER_LONGEST],
        }
