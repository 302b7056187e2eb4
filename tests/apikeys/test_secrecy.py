"""A key's text is seen once, in the answer to its making, and is found nowhere afterwards."""

import logging
import re
import sys

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.views.debug import ExceptionReporter

from apikeys import call_log, keys
from apikeys.models import ApiKey
from organisations.models import Session
from organisations.signing_in.sessions import SessionStore
from tests.api.conftest import client_with
from tests.factories import make_key
from tests.letters import send_letters

TAB = "/settings/api-keys/"


def shown_key(answer) -> str:
    return re.search(r'id="new-key"[^>]*value="([^"]+)"', answer.content.decode())[1]


def make(client: Client, agency) -> str:
    form = {"name": "CRM sync", "scope": "read_write", "expires": "never", "form_id": "f" * 22}
    answer = client.post(TAB, form)
    return shown_key(answer)


def put_in_place(client: Client, agency) -> str:
    key, _ = make_key(agency, name="CRM sync")
    form = {"hours": "24", "expires": "never", "form_id": "f" * 22}
    answer = client.post(f"{TAB}{key.id}/roll/", form)
    return shown_key(answer)


def make_for_the_first_lead(client: Client, agency) -> str:
    form = {"name": "Website chat", "form_id": "f" * 22}
    return shown_key(client.post(f"{TAB}first-lead/", form))


def everything_stored() -> str:
    """Every value of every table, bytes too, sessions decoded; and all that is cached."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema='public'"
        )
        tables = [name for (name,) in cursor.fetchall()]
        rows = []
        for table in tables:
            cursor.execute(f'SELECT t::text, to_jsonb(t)::text FROM "{table}" t')  # noqa: S608
            rows += [text for row in cursor.fetchall() for text in row]
    sessions = [str(SessionStore().decode(session.data)) for session in Session.objects.all()]
    return "\n".join([*rows, *sessions, str(cache._cache)])


@pytest.mark.parametrize("born", [make, put_in_place, make_for_the_first_lead])
def test_the_text_is_in_no_table_log_cache_session_letter_or_later_page(
    signed_in_admin, agency, born, caplog, capsys, mailoutbox, django_capture_on_commit_callbacks
):
    for logger in ("", "django", "sift"):
        caplog.set_level(logging.DEBUG, logger=logger)
    with (
        CaptureQueriesContext(connection),  # which has every statement logged whole
        django_capture_on_commit_callbacks(execute=True),
    ):
        text = born(signed_in_admin, agency)
    key = ApiKey.objects.get(prefix=text[:16])
    api = client_with(text)

    # It is used, and misused: wherever a person may put it by mistake.
    api.get("/api/v1/leads", headers={"X-Request-Id": text, "User-Agent": text})
    api.get(f"/api/v1/leads/{text}?key={text}")
    api.get(f"/api/v1/{text}")
    api.patch(f"/api/v1/leads/{text}/status", {"status": text}, content_type="application/json")
    call_log.flush()
    addresses = [
        TAB,
        f"{TAB}first-lead/",
        "/",
        "/settings/profile/",
        f"{TAB}{key.id}/",
        f"{TAB}{key.id}/edit/",
    ]
    later = [signed_in_admin.get(address).content.decode() for address in addresses]
    signed_in_admin.post(f"{TAB}{key.id}/delete/")
    later.append(signed_in_admin.get(TAB).content.decode())

    stored = everything_stored()
    send_letters()
    letters = "\n".join(letter.subject + letter.body for letter in mailoutbox)
    printed = "".join(capsys.readouterr())
    # The search finds what is there.
    assert keys.digest_of(text) in stored
    assert keys.digest_of(text) in caplog.text
    assert key.shown in letters
    assert key.shown in later[0]
    for place in (stored, caplog.text, letters, printed, str(signed_in_admin.cookies), *later[1:]):
        assert text not in place
        assert text[16:-4] not in place  # nor the part of it that nobody may see
    assert text not in later[0]


@pytest.mark.parametrize("born", [make, put_in_place])
def test_the_answer_is_kept_by_no_cache(signed_in_admin, agency, born, monkeypatch):
    answers = []
    post = Client.post

    def remember(*arguments, **more):
        answers.append(post(*arguments, **more))
        return answers[-1]

    monkeypatch.setattr(Client, "post", remember)
    born(signed_in_admin, agency)

    assert [answer["Cache-Control"] for answer in answers] == ["private, no-store"]
    # No redirect could carry it, and no message, which would travel in a cookie of its own.
    assert [(answer.status_code, list(answer.cookies)) for answer in answers] == [
        (200, ["sift_csrf"])
    ]


@pytest.mark.parametrize("born", [make, put_in_place])
def test_a_report_of_an_error_during_its_making_leaves_the_text_out(
    signed_in_admin, agency, born, monkeypatch, settings
):
    settings.DEBUG = False
    texts = []
    generate = keys.generate

    def remember(seed):
        texts.append(generate(seed))
        return texts[-1]

    def fails(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr(keys, "generate", remember)
    monkeypatch.setattr("apikeys.key_list.render", fails)
    try:
        born(signed_in_admin, agency)
    except ZeroDivisionError:
        report = ExceptionReporter(None, *sys.exc_info()).get_traceback_html()

    assert "in render_key_list" in report
    assert "ShownOnce" in report  # the frames' values are in the report
    assert texts[-1].text not in report


@pytest.mark.parametrize(("act", "name"), [("", "Two"), ("roll", "CRM sync")])
def test_sent_again_the_form_shows_no_key(signed_in_admin, agency, act, name):
    """Reload, after the browser asked whether to send the form again."""
    key, _ = make_key(agency, name="CRM sync")
    address = f"{TAB}{key.id}/roll/" if act else TAB
    form = {"name": name, "scope": "read", "expires": "never", "hours": "24"}
    first = signed_in_admin.post(address, form)

    again = signed_in_admin.post(address, form)

    assert (first.status_code, again.status_code) == (200, 422)
    assert shown_key(first) not in again.content.decode()
    assert 'id="new-key"' not in again.content.decode()
    assert ApiKey.objects.count() == 2
