"""The API's way past Django's handler and cursors: the same answers, whatever happens meanwhile."""

import io

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client

from sift_site.serving import counter_store
from sift_site.wsgi import application
from tests.api.conftest import client_of
from tests.factories import at, make_conversation, make_key, make_lead

pytestmark = pytest.mark.django_db

LEADS = "/api/v1/leads"


def straight(method: str, path: str, query: str = "", body: bytes = b"", **headers: str):
    """Status, headers and body as a WSGI server gets them, past Django's handler."""
    seen = []
    environ = {
        "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "SCRIPT_NAME": "",
        "SERVER_NAME": "testserver", "SERVER_PORT": "80", "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(body), "HTTP_HOST": "testserver",
        "CONTENT_TYPE": "application/json" if body else "", "CONTENT_LENGTH": str(len(body)),
        "HTTP_X_REQUEST_ID": "same", **headers,
    }  # fmt: skip
    pieces = application(environ, lambda status, headers: seen.append((status, dict(headers))))
    return int(seen[0][0].split()[0]), seen[0][1], b"".join(pieces)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (LEADS, "limit=1&status=new&since=2020-01-01"),
        (f"{LEADS}/{{lead}}", ""),
        (f"{LEADS}/nonsense", ""),
        ("/api/v1/conversations", "lead_id={lead}"),
        ("/api/v1/conversations/{conversation}/messages", "limit=2"),
        (LEADS, "limit=0&nonsense=1"),
        ("/api/v1/nothing", ""),
        ("/api/v1", ""),
    ],
)
def test_past_djangos_handler_an_answer_is_the_same(agency, path, query):
    conversation = make_conversation(agency, messages=3)
    make_lead(agency)
    names = {"lead": conversation.lead_id, "conversation": conversation.id}
    path, query = path.format(**names), query.format(**names)
    key = make_key(agency)[1]
    client = Client(headers={"Authorization": f"Bearer {key}", "X-Request-Id": "same"})

    through = client.get(path, QUERY_STRING=query)
    status, headers, body = straight("GET", path, query, HTTP_AUTHORIZATION=f"Bearer {key}")

    counted = {"RateLimit"}  # one less is left
    assert status == through.status_code
    assert body == through.content
    assert {name: headers[name] for name in headers.keys() - counted} == {
        name: value for name, value in through.items() if name not in counted
    }


def test_a_change_past_djangos_handler_is_made(agency):
    lead = make_lead(agency)
    key = make_key(agency)[1]

    status, _, _ = straight(
        "PATCH", f"{LEADS}/{lead.id}/status", body=b'{"status":"contacted"}',
        HTTP_AUTHORIZATION=f"Bearer {key}",
    )  # fmt: skip

    lead.refresh_from_db()
    event = lead.events.get()
    assert (status, lead.status, lead.moved_on) == (200, "contacted", True)
    assert (event.from_value, event.to_value, event.actor_kind) == ("new", "contacted", "api_key")


@pytest.mark.parametrize("moment", ["2026-06-01 12:00:00", "2026-06-01 12:00:00.120000"])
def test_times_are_written_to_the_microsecond_in_lists_and_alone(api, agency, moment):
    lead = make_lead(agency, created_at=at(moment))
    make_lead(agency)  # its time has a fraction

    listed = api.get(LEADS).json()["data"][-1]
    alone = api.get(f"{LEADS}/{lead.id}").json()

    expected = f"2026-06-01T12:00:00.{'120000' if '.' in moment else '000000'}Z"
    assert listed["created_at"] == alone["created_at"] == expected


def test_each_time_of_a_page_is_to_the_microsecond_and_its_own(api, agency):
    whole, none = at("2026-06-01 12:00:00"), at("2026-06-01 12:00:01.5")
    make_lead(agency, created_at=whole)
    make_lead(agency, created_at=none)

    newer, older = api.get(LEADS).json()["data"]

    assert newer["created_at"] == "2026-06-01T12:00:01.500000Z"
    assert older["created_at"] == "2026-06-01T12:00:00.000000Z"
    for row in (newer, older):
        assert row == api.get(f"{LEADS}/{row['id']}").json()


def test_times_are_utc_whatever_the_sessions_zone(api, agency):
    lead = make_lead(agency, created_at=at("2026-06-01 12:00:00.5"))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'Europe/London'")

    answer = api.get(f"{LEADS}/{lead.id}").json()

    assert answer["created_at"] == "2026-06-01T12:00:00.500000Z"


@pytest.mark.django_db(transaction=True)
def test_a_read_survives_a_migration_under_its_prepared_statement(api, agency):
    lead = make_lead(agency, area="Leeds")
    assert api.get(f"{LEADS}/{lead.id}").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE leads_lead ALTER COLUMN area TYPE varchar(201)")
    try:
        assert api.get(f"{LEADS}/{lead.id}").json()["area"] == "Leeds"
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE leads_lead ALTER COLUMN area TYPE varchar(200)")


@pytest.mark.django_db(transaction=True)
def test_a_read_survives_a_pooler_that_forgot_its_prepared_statement(api, agency):
    lead = make_lead(agency)
    assert api.get(f"{LEADS}/{lead.id}").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")

    assert api.get(f"{LEADS}/{lead.id}").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_change_survives_a_pooler_that_forgot_its_statement_and_is_made_once(api, agency):
    lead = make_lead(agency)
    assert patch_status(api, lead, "contacted").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")

    assert patch_status(api, lead, "rejected").json()["status"] == "rejected"
    assert sorted(lead.events.values_list("from_value", "to_value")) == [
        ("contacted", "rejected"), ("new", "contacted"),
    ]  # fmt: skip


def patch_status(api, lead, status: str):
    path = f"{LEADS}/{lead.id}/status"
    return api.patch(path, {"status": status}, content_type="application/json")


def test_filters_without_an_index_of_their_own_find_the_same(api, agency):
    wanted = make_conversation(agency, channel="sms", status="closed")
    make_conversation(agency, channel="sms", status="open")
    make_conversation(agency, channel="email", status="closed")

    both = api.get("/api/v1/conversations?channel=sms&status=closed").json()["data"]

    assert [row["id"] for row in both] == [str(wanted.id)]


# --- Counting in Redis ---------------------------------------------------------------------------
@pytest.fixture
def counters(settings, redis_url):
    settings.CACHES = {
        "default": {
            "BACKEND": "sift_site.serving.counter_store.CounterCache",
            "LOCATION": redis_url,
            "OPTIONS": {"socket_timeout": 2},
        }
    }
    yield caches["default"]
    caches["default"].clear()
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    }


@pytest.mark.redis
def test_requests_are_counted_one_by_one(agency, settings, counters):
    settings.SIFT_RATE_GROWTH = "2/d"
    api = client_of(agency)

    answers = [api.get(LEADS) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer["RateLimit"].split(";")[1] for answer in answers] == ["r=1", "r=0", "r=0"]


@pytest.mark.redis
def test_a_counter_ends_with_its_window(counters):
    counters.add("a", 1, 60)
    counters.add("a", 1, 60)

    client = counters._cache.get_client()

    assert counters.incr("a") == 2
    assert 0 < client.ttl(counters.make_key("a")) <= 60


@pytest.mark.redis
def test_a_counter_ends_with_its_window_though_the_store_forgot_it_meanwhile(counters):
    counters.add("c", 1, 60)
    client = counters._cache.get_client()
    client.flushdb()

    assert counters.add("c", 1, 60) is True
    assert 0 < client.ttl(counters.make_key("c")) <= 60


@pytest.mark.redis
def test_one_thread_remembers_no_more_counters_than_so_many(counters, monkeypatch):
    monkeypatch.setattr(counter_store, "_MOST_BEGUN", 3)

    for _ in range(2):
        for number in range(5):
            counters.add(f"d{number}", 1, 60)
    counters.add("d0", 1, 60)

    assert counters.incr("d0") == 3
    assert len(counters._begun()) <= 3


@pytest.mark.redis
def test_a_store_that_hung_up_meanwhile_is_asked_again_at_once(counters):
    counters.add("b", 1, 60)
    counters._cache.get_client().execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "no")

    assert counters.add("b", 1, 60) is False
    assert counters.incr("b") == 2
