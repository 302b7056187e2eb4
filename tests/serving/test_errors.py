"""Errors in words: in the shell for who is signed in, plain for others, and in no cache."""

import errno
import os

import psycopg
import pytest
from django.db import OperationalError, ProgrammingError, connection
from django.test import Client

from foundation.web.pages import TooManyRequests


@pytest.fixture
def browser(client: Client, agent) -> Client:
    """A signed-in person's, which shows error pages instead of raising."""
    client.force_login(agent)
    client.raise_request_exception = False
    return client


def failing(error):
    """Stands in for a part of the view that fails."""

    def fail(*_):
        raise error

    return fail


def unreachable() -> OperationalError:
    """What Django raises when the server has gone."""
    error = OperationalError("connection failed: server closed the connection\nat 10.1.2.3")
    error.__cause__ = psycopg.OperationalError("connection failed")
    return error


def cut_short() -> OperationalError:
    """What Django raises where a statement took longer than the server gives it."""
    error = OperationalError("canceling statement due to statement timeout")
    error.__cause__ = psycopg.errors.QueryCanceled(str(error))
    return error


def without_room() -> OperationalError:
    """What Django raises where the database's disk is full."""
    error = OperationalError('could not extend file "base/1/2": No space left on device')
    error.__cause__ = psycopg.errors.DiskFull(str(error))
    return error


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (ZeroDivisionError("secret"), 500, "Something went wrong"),
        (TooManyRequests(30), 429, "Wait 30 seconds, then try again."),
        (unreachable(), 503, "Sift cannot reach its data"),
        (cut_short(), 503, "Sift cannot reach its data"),
        (without_room(), 503, "Sift cannot reach its data"),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), 503, "The server's disk is full"),
        (OSError(errno.EACCES, os.strerror(errno.EACCES)), 500, "Something went wrong"),
    ],
)
def test_a_fault_wears_the_shell_and_tells_nothing_of_its_cause(
    browser, monkeypatch, error, status, words
):
    monkeypatch.setattr("leads.pages.lead_list.render_page", failing(error))

    answer = browser.get("/leads/")
    page = answer.content.decode()

    assert answer.status_code == status
    assert words in page
    assert "Amir Agent" in page
    assert "no-store" in answer["Cache-Control"]
    assert not any(cause in page for cause in ("secret", "10.1.2.3", "Traceback", "connection f"))


def test_who_is_asked_to_wait_is_told_how_long(browser, monkeypatch):
    monkeypatch.setattr("leads.pages.lead_list.render_page", failing(TooManyRequests(30)))

    assert browser.get("/leads/")["Retry-After"] == "30"


@pytest.mark.parametrize("signed_in_first", [True, False])
def test_a_page_that_is_not_there_is_said_in_the_shell_or_plainly(client, agent, signed_in_first):
    if signed_in_first:
        client.force_login(agent)

    answer = client.get("/nothing-here/")
    page = answer.content.decode()

    assert answer.status_code == 404
    assert "no-store" in answer["Cache-Control"]
    assert ("Amir Agent" in page) == signed_in_first
    assert ("To the overview" in page) == signed_in_first
    assert page.count("<h1>") == 1


def test_a_host_that_is_not_ours_is_refused_in_words(client, db):
    answer = client.get("/leads/", headers={"Host": "elsewhere.example"})

    assert answer.status_code == 400
    assert "This could not be understood" in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"


def test_an_agent_on_an_admins_page_is_told_why_not(browser):
    answer = browser.get("/settings/api-keys/")

    assert answer.status_code == 403
    assert "Only an admin of your agency can open this page." in answer.content.decode()
    assert "Amir Agent" in answer.content.decode()


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (unreachable(), 503, "Sift cannot reach its data"),
        (ProgrammingError("no such table"), 500, "Something went wrong"),
    ],
)
def test_with_every_statement_failing_there_is_still_a_page_in_words(browser, error, status, words):
    with connection.execute_wrapper(failing(error)):
        answer = browser.get("/leads/")

    assert answer.status_code == status
    assert words in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    assert "Content-Security-Policy" in answer


def test_a_statement_that_fails_once_the_person_is_known_leaves_them_their_shell(browser):
    statements = []

    def fail_later(execute, sql, *arguments):
        statements.append(sql)
        if len(statements) > 2:  # the session, and the person with their agency
            raise unreachable()
        return execute(sql, *arguments)

    with connection.execute_wrapper(fail_later):
        answer = browser.get("/leads/")

    assert answer.status_code == 503
    assert "Amir Agent" in answer.content.decode()
    assert len(statements) == 3  # the page itself asked nothing


def test_an_unreachable_database_is_one_line_of_log_and_a_fault_of_ours_is_a_traceback(
    browser, monkeypatch, caplog
):
    monkeypatch.setattr("leads.pages.lead_list.render_page", failing(unreachable()))
    browser.get("/leads/")
    [record] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert "the database cannot be reached" in record.getMessage()
    assert "\n" not in record.getMessage()
    assert record.exc_info is None

    caplog.clear()
    monkeypatch.setattr("leads.pages.lead_list.render_page", failing(ZeroDivisionError()))
    browser.get("/leads/")
    assert any(record.exc_info for record in caplog.records)
