"""Logs: what they belong to, what they are as JSON, and that a busy day leaves nobody's data."""

import json
import logging
import re

import httpx
import msgspec
import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection

from conversations.models import Message
from foundation import log_context
from foundation.web.after_answer import after_answer
from leads.models import Lead
from organisations.models import Letter, Organisation, User
from sift_site.serving import log_faults
from sift_site.serving.log_json import JsonLines
from sift_site.serving.log_lines import SecretsLeftOut
from tests.factories import PASSWORD, make_key, make_lead, make_user
from tests.servers import free_port, serve, work
from tests.waiting import wait_for
from tests.working.conftest import HURRIED, make_letter

FORMATTERS = [JsonLines(), SecretsLeftOut("%(asctime)s %(levelname)s %(name)s: %(message)s")]


def record(message: str, fault: BaseException | None = None) -> logging.LogRecord:
    made = logging.makeLogRecord({"msg": message, "levelname": "INFO", "name": "sift.x"})
    made.exc_info = None if fault is None else (type(fault), fault, fault.__traceback__)
    return made


def raised(act) -> BaseException:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whichever it is
        act()
    return caught.value


def test_a_line_is_an_object_and_says_which_request_it_belongs_to():
    with log_context.request("caller-7"):
        told = json.loads(JsonLines().format(record('Quoted " and\nbroken')))

    assert told | {"time": ""} == {
        "time": "", "level": "INFO", "logger": "sift.x",
        "message": 'Quoted " and\nbroken', "request_id": "caller-7",
    }  # fmt: skip
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", told["time"])


def test_a_plain_line_says_so_at_its_end():
    with log_context.job("letters-1"):
        assert FORMATTERS[1].format(record("gone")).endswith("sift.x: gone [letters-1]")
    assert FORMATTERS[1].format(record("gone")).endswith("sift.x: gone")


def test_what_follows_an_answer_belongs_to_its_request(db):
    from django.http import HttpResponse

    found = []
    with log_context.request("caller-8"):
        response = HttpResponse()
        after_answer(response, lambda: found.append(log_context.current()))
    response.close()

    assert [each.id for each in found] == ["caller-8"]


def test_a_page_tells_its_requests_id_and_makes_one_where_none_can_be_taken(client, db):
    given = client.get("/sign-in/", headers={"X-Request-Id": "caller-9"})
    made = client.get("/sign-in/", headers={"X-Request-Id": "not one: <>"})

    assert given["X-Request-Id"] == "caller-9"
    assert re.fullmatch(r"[0-9a-f-]{36}", made["X-Request-Id"])


@pytest.mark.parametrize("formatter", FORMATTERS, ids=["json", "line"])
@pytest.mark.parametrize(
    "said", ["Zoë Brontë", "zoe@example.com", "07700 900123", "+44 7700 900123", "sk_live_abcd"]
)
def test_an_exception_is_told_without_the_data_that_it_quotes(formatter, said):
    fault = raised(lambda: int(said))

    line = formatter.format(record("It failed", fault))

    assert said not in line
    assert "ValueError: invalid literal for int() with base 10: …" in line
    assert "Traceback (most recent call last)" in line


def test_a_row_that_the_database_refuses_is_not_quoted_but_the_constraint_is(agency):
    facts = {"name": "Zoë Brontë", "budget_min": 2, "budget_max": 1}
    fault = raised(lambda: make_lead(agency, **facts))

    told = log_faults.told(fault)

    assert isinstance(fault, IntegrityError)
    assert "leads_lead_budget_in_order" in told
    assert "direct cause" in told
    assert "Zoë" not in told
    assert "DETAIL" not in told


def test_names_of_our_own_code_are_told():
    assert "'NoneType' object has no attribute 'name'" in log_faults.told(
        raised(lambda: None.name)  # type: ignore[attr-defined]
    )


@pytest.mark.parametrize(
    "path", ["/x/zoe@example.com/", "/x/zoe%40example.com", "/x/+447700900123", "/x/07700%20900123"]
)
def test_what_somebody_typed_into_a_path_is_left_out(path):
    line = FORMATTERS[1].format(record(f"Not Found: {path}"))

    assert "zoe" not in line
    assert "900123" not in line
    assert "0197a0b2-7700-7900-8123-0123456789ab" in FORMATTERS[1].format(
        record("lead 0197a0b2-7700-7900-8123-0123456789ab erased")
    )


# --- A busy day ----------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_a_busy_day_leaves_nobodys_data_in_any_log(tmp_path):
    call_command("load_demo", organisations=1, leads=40, verbosity=0)
    agency = Organisation.objects.get()
    admin = make_user(agency, role="admin", name="Ottoline Quayle", email="otto@quayle.example")
    _, key = make_key(agency)
    make_letter(agency, to="nobody.at.home@quayle.example")
    refused = "Perpetua Frostwick"
    with connection.cursor() as cursor:  # so that a capture fails with the whole row in its words
        cursor.execute(f"ALTER TABLE leads_lead ADD CONSTRAINT own CHECK (name <> '{refused}')")
    server_log, access_log = tmp_path / "server.log", tmp_path / "access.log"
    env = {
        "SIFT_LOG": "json",
        "EMAIL_URL": f"smtp://127.0.0.1:{free_port()}",
        "EMAIL_FROM": "Sift <sift@example.com>",
        "GUNICORN_CMD_ARGS": f"--access-logfile={access_log}",
    }
    try:
        with serve(env=env, log_to=server_log) as address, work(env=HURRIED | env) as worker:
            spend_a_day(address, key, admin, refused)
            wait_for(lambda: Letter.objects.filter(tries__gt=0).exists())
            wait_for(lambda: "mail server cannot be had" in worker.logged())
            worked = worker.logged()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE leads_lead DROP CONSTRAINT own")

    written = server_log.read_text() + access_log.read_text() + worked
    lines = [json.loads(line) for line in written.splitlines()]
    assert all({"time", "level", "logger", "message"} <= set(line) for line in lines)
    failures = [line for line in lines if "exception" in line]
    assert any("CheckViolation" in line["exception"] for line in failures)
    assert {line["request_id"] for line in failures} == {"a-failure"}
    assert any(line.get("job_id", "").startswith("letters-") for line in lines)
    assert any(line.get("path") == "/leads/" and line["request_id"] for line in lines)
    found = [each for each in personal_data(key, refused) if each in written]
    assert not found


def spend_a_day(address: str, key: str, admin: User, refused: str) -> None:
    """Captures, pages, searches, slips and failures."""
    api = httpx.Client(base_url=f"{address}/api/v1", headers={"Authorization": f"Bearer {key}"})
    said = [{"role": "user", "content": "I am Cosima Wetherby, ring 07700 900777"}]
    person = {"name": "Cosima Wetherby", "email": "cosima@wetherby.example",
              "phone": "+447700900777"}  # fmt: skip
    chat = {"external_id": "c-1", "channel": "website", "messages": said, "lead": person}
    assert api.post("/conversations", json=chat).status_code == 201
    assert api.post("/conversations", json=chat | {"channel": person["email"]}).status_code == 422
    broken = chat | {"external_id": "c-2", "lead": {"name": refused}}
    failed = api.post("/conversations", json=broken, headers={"X-Request-Id": "a-failure"})
    assert failed.status_code == 500
    for path in ("/leads", f"/leads?email={person['email']}", f"/leads/{person['email']}",
                 f"/leads/{key}", "/conversations?include=messages"):  # fmt: skip
        api.get(path)
    httpx.get(f"{address}/api/v1/leads", headers={"Authorization": f"Bearer {key}x"})

    web = httpx.Client(base_url=address, follow_redirects=True)
    web.post("/sign-in/", data={"username": admin.email, "password": "Cosima Wetherby"})
    token = re.findall(r'name="csrfmiddlewaretoken"\s+value="(\w+)"', web.get("/sign-in/").text)[0]
    form = {"csrfmiddlewaretoken": token, "username": admin.email}
    web.post("/sign-in/", data=form | {"password": "wrong"})
    assert web.post("/sign-in/", data=form | {"password": PASSWORD}).status_code == 200
    lead = Lead.objects.filter(name__isnull=False)[0]
    for path in ("/", "/leads/", f"/leads/?q={lead.name}", f"/leads/{lead.id}/",
                 "/leads/export.csv", f"/leads/{person['email']}/", f"/search/{person['phone']}",
                 "/conversations/", "/conversations/?q=Cosima+Wetherby",
                 "/settings/audit/"):  # fmt: skip
        web.get(path)


def personal_data(key: str, refused: str) -> list[str]:
    """Every name, e-mail and number of anybody, as it stands and as it might be spelt."""
    told: list[str] = [key, refused, "Cosima", "Wetherby", "900777", PASSWORD]
    for lead in Lead.objects.all():
        told += [lead.name, lead.email, lead.phone, (lead.phone or "").removeprefix("+44")]
    for person in User.objects.all():
        told += [person.name, person.email]
    told += Letter.objects.values_list("address", flat=True)
    told += [text for text in Message.objects.values_list("content", flat=True) if len(text) > 20]
    named = {each for each in told if each}
    return sorted(named | {msgspec.json.encode(each).decode()[1:-1] for each in named})
