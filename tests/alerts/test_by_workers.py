"""Letters about leads by workers as they run: soon, and once whatever becomes of a worker."""

import contextlib
import re
import signal
import time

import pytest

from leads.models import Alert, Lead
from organisations.models import Letter
from tests.alerts.conftest import HOT, wants
from tests.factories import make_organisation, make_user
from tests.mail_server import mail_server
from tests.servers import work
from tests.waiting import wait_for
from tests.working.conftest import HURRIED

pytestmark = pytest.mark.django_db(transaction=True)

LONGEST = 10  # seconds, on a busy machine; idle it is some two


@pytest.fixture
def agency():
    return make_organisation(name="Harbour & Vale", slug="harbour-vale")


def contacts(n: int) -> dict:
    return HOT | {"email": f"p{n}@example.com", "phone": f"07700 9{n:05}"}


def test_a_letter_is_with_the_mail_server_seconds_after_the_capture(agency, chat):
    person = wants(make_user(agency), "letter_of_hot_leads")
    with mail_server() as post, work(env=HURRIED | post.environment) as worker:
        wait_for(lambda: "begins" in worker.logged())
        took = []
        for n in range(5):
            chat("Hello", chat_id=f"chat-{n}", **contacts(n))
            began = time.monotonic()
            wait_for(lambda n=n: len(post.letters_to(person.email)) == n + 1)
            took.append(time.monotonic() - began)

    print("seconds from commit to mail server:", [round(each, 2) for each in took])  # noqa: T201
    assert max(took) < LONGEST
    [html] = [part for part in post.accepted[0].walk() if part.get_content_type() == "text/html"]
    assert "07700 900000" in html.get_content()
    assert post.accepted[0]["List-Unsubscribe"].endswith("/settings/profile/#alerts>")


def test_of_workers_that_are_killed_each_lead_is_told_once(agency, chat):
    wants(make_user(agency), "letter_of_hot_leads")
    with mail_server(started=False) as post, contextlib.ExitStack() as workers:
        env = HURRIED | post.environment  # nothing is sent: the letters stay to be looked at
        running = [workers.enter_context(work(env=env)) for _ in range(2)]
        wait_for(lambda: all("begins" in worker.logged() for worker in running))
        for bunch in range(4):
            for n in range(10 * bunch, 10 * bunch + 10):
                chat("Hello", chat_id=f"chat-{n}", **contacts(n))
            if bunch in (1, 2):
                running.pop().process.send_signal(signal.SIGKILL)
                running.append(workers.enter_context(work(env=env)))
            wait_for(lambda n=n: Alert.objects.exclude(done_at=None).count() == n + 1)

    told = [id_ for letter in Letter.objects.waiting() for id_ in leads_in(letter.words.text)]
    assert sorted(told) == sorted(str(id_) for id_ in Lead.objects.values_list("id", flat=True))


def leads_in(text: str) -> list[str]:
    """The ids of those that the letter offers to take."""
    return re.findall(r"/take/([0-9a-f-]+)/asked/", text)
