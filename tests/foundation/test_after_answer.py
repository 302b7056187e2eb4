"""What follows an answer keeps nobody waiting, is done all the same, and breaks nothing."""

import re
import socket
import threading
from urllib.parse import urlencode, urlsplit

import httpx
import pytest
from django.db import connections, transaction
from django.http import HttpResponse

from foundation.web.after_answer import after_answer
from organisations.actors import SYSTEM
from organisations.audit import record_about
from organisations.models import AuditAction, AuditEntry, Organisation
from tests.factories import make_organisation, make_user
from tests.servers import serve


@pytest.mark.django_db(transaction=True)
def test_the_connection_ends_before_what_follows_is_done_and_the_process_after_it():
    person = make_user(make_organisation(), email="priya@example.com")

    with serve() as address:
        with transaction.atomic():
            # Whoever writes into the agency's trail waits from here on.
            record_about(person, AuditAction.PASSWORD_CHANGED, by=SYSTEM)
            answer = fail_to_sign_in(address, person.email)

        assert answer.startswith(b"HTTP/1.1 422")
        assert b"do not match" in answer

    assert [entry.action for entry in AuditEntry.objects.newest_first()] == [
        "sign_in_failed",
        "password_changed",
    ]


def fail_to_sign_in(address: str, email: str) -> bytes:
    """All that the server sends until it closes the connection."""
    page = httpx.get(f"{address}/sign-in/")
    token = re.search(r'name="csrfmiddlewaretoken" value="(.*?)"', page.text)[1]
    form = {"csrfmiddlewaretoken": token, "username": email, "password": "not the password"}
    request = httpx.Request(
        "POST",
        f"{address}/sign-in/",
        headers={"Cookie": f"sift_csrf={page.cookies['sift_csrf']}", "Connection": "close"},
        data=form,
    )
    lines = [b"POST /sign-in/ HTTP/1.1", *(b": ".join(header) for header in request.headers.raw)]
    to = urlsplit(address)
    with socket.create_connection((to.hostname, to.port), timeout=20) as talk:
        talk.sendall(b"\r\n".join([*lines, b"", urlencode(form).encode()]))
        return b"".join(iter(lambda: talk.recv(65536), b""))


@pytest.mark.django_db(transaction=True)
def test_it_is_done_by_another_thread_whose_connection_is_closed_again(settings):
    settings.AFTER_ANSWER_IN_A_THREAD = True
    make_organisation(name="Harbour & Vale")
    seen: list[object] = []

    run_after_answers(
        lambda: seen.append((Organisation.objects.get().name, connections["default"])),
        lambda: seen.append(connections["default"].connection),
    )

    (name, theirs), open_connection = seen
    assert name == "Harbour & Vale"
    assert theirs is not connections["default"]
    assert open_connection is None


def test_a_fault_is_logged_and_what_comes_next_is_done(db, settings, caplog):
    settings.AFTER_ANSWER_IN_A_THREAD = True
    done: list[str] = []

    run_after_answers(lambda: 1 / 0, lambda: done.append("next"))

    assert done == ["next"]
    assert [record.name for record in caplog.records] == ["sift.after_answer"]


def run_after_answers(*acts) -> None:
    """Close an answer for each act, and wait for what follows the last."""
    over = threading.Event()
    for act in (*acts, over.set):
        response = HttpResponse()
        after_answer(response, act)
        response.close()
    assert over.wait(20)
