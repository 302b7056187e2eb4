"""A worker in this process, for what must be made to happen quicker than it does."""

import contextlib
import threading
from collections.abc import Callable, Iterator

import pytest
from django.db import connection

from organisations.letters import sending
from organisations.letters.writing import write
from organisations.models import Letter, Organisation
from sift_site.working import worker as work_loop
from sift_site.working.kinds import Kind, all_kinds
from sift_site.working.worker import Worker
from tests.factories import make_organisation, make_user

# The environment of a worker's process that looks often for what is due.
HURRIED = {"DJANGO_SETTINGS_MODULE": "tests.working.hurried_settings"}
HURRIED_LOOKS_EVERY = 0.05  # seconds, in this process


@pytest.fixture
def working(monkeypatch) -> Callable[..., contextlib.AbstractContextManager[Worker]]:
    """Within, a worker of these kinds and so many threads does what is due, in a hurry."""

    monkeypatch.setattr(work_loop, "LOOKS_EVERY", HURRIED_LOOKS_EVERY)

    @contextlib.contextmanager
    def run(*kinds: Kind, threads: int = 4) -> Iterator[Worker]:
        worker = Worker(kinds or all_kinds(), threads)

        def run_and_hang_up() -> None:
            try:
                worker.run()
            finally:
                connection.close()

        running = threading.Thread(target=run_and_hang_up)
        running.start()
        try:
            yield worker
        finally:
            worker.stop()
            running.join(30)
            assert not running.is_alive()

    return run


@pytest.fixture(autouse=True)
def _mail_server_is_trusted_again(monkeypatch):
    """What one test's mail server did is not held against the next one's."""
    monkeypatch.setattr(sending, "_paused_until", 0.0)
    yield
    sending._outage.over()


@pytest.fixture
def smtp(settings):
    """Have this process send its letters to that mail server."""

    def to(post) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", post.port

    return to


def make_letter(
    agency: Organisation | None = None, *, to: str = "priya@example.com", **more
) -> Letter:
    """A letter that waits."""
    agency = agency or make_organisation()
    person = make_user(agency)
    context = {"person": person, "link": "http://testserver/password-reset/t0k3n/"}
    write("organisations/mail/password_reset", [to], context, organisation_id=agency.pk, **more)
    return Letter.objects.order_by("-id")[0]
