"""What only a real server shows: bodies as they arrive, several processes, one Redis."""

import contextlib
import json
import socket
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
import pytest
from django.db.models import Sum

from apikeys.models import ApiKey
from apikeys.revoking import revoke
from leads.models import Lead
from tests.factories import make_conversation, make_key, make_lead
from tests.servers import serve

pytestmark = pytest.mark.django_db(transaction=True)

GOOD = json.dumps({"status": "contacted"}).encode()


class Wire:
    """A connection on which a test writes bytes and reads answers."""

    def __init__(self, address: str, lead: Lead, key: str) -> None:
        parts = urlsplit(address)
        self.socket = socket.create_connection((parts.hostname, parts.port), timeout=20)
        self.read = self.socket.makefile("rb")
        self.head = (
            f"PATCH /api/v1/leads/{lead.id}/status HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {key}\r\nContent-Type: application/json\r\n"
        ).encode()

    def send(self, headers: bytes, body: bytes = b"") -> None:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.socket.sendall(self.head + headers + b"\r\n" + body)

    def answer(self) -> tuple[int, dict[str, str], bytes]:
        status = int(self.read.readline().split()[1])
        headers = {}
        while (line := self.read.readline().strip()) != b"":
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        return status, headers, self.read.read(int(headers.get("content-length", 0)))

    def is_closed_by_the_server(self) -> bool:
        return self.read.read(1) == b""


@pytest.fixture(scope="module")
def server(django_db_setup):
    """One server for all tests that change nothing of it: each has an agency and a key anew."""
    with serve() as address:
        yield address


@pytest.fixture(scope="module")
def three_processes(django_db_setup, redis_url):
    """Three that count in one Redis: fifty calls a day, a window that ends within no test."""
    with serve(workers=3, redis_url=redis_url, env={"SIFT_RATE_GROWTH": "50/d"}) as address:
        yield address


@pytest.fixture
def lead(agency) -> Lead:
    return make_lead(agency)


@pytest.fixture
def wire(server, agency, lead):
    opened = Wire(server, lead, make_key(agency)[1])
    yield opened
    opened.socket.close()


def chunked(*pieces: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in pieces) + b"0\r\n\r\n"


def test_bodies_with_a_length_in_chunks_and_after_a_100_are_read(wire):
    wire.send(b"Content-Length: %d\r\n" % len(GOOD), GOOD)
    assert wire.answer()[0] == 200

    wire.send(b"Transfer-Encoding: chunked\r\n", chunked(GOOD[:5], GOOD[5:]))
    assert wire.answer()[0] == 200

    wire.send(b"Content-Length: %d\r\nExpect: 100-continue\r\n" % len(GOOD))
    assert wire.read.readline() == b"HTTP/1.1 100 Continue\r\n"
    wire.read.readline()
    wire.socket.sendall(GOOD)
    assert wire.answer()[0] == 200

    wire.send(b"Transfer-Encoding: chunked\r\n", chunked(b"{"))
    assert wire.answer()[0] == 422

    wire.send(b"")
    assert wire.answer()[0] == 422


@pytest.mark.parametrize("size", [64 * 1024 + 1, 3 * 1024 * 1024])
def test_who_sends_too_much_sees_the_413_and_the_connection_ends(wire, size):
    wire.send(b"Content-Length: %d\r\n" % size, b" " * size)

    status, headers, body = wire.answer()

    assert status == 413
    assert headers["content-type"] == "application/problem+json"
    assert json.loads(body)["status"] == 413
    assert wire.is_closed_by_the_server()


def test_who_sends_too_much_in_chunks_sees_the_413(wire):
    wire.send(b"Transfer-Encoding: chunked\r\n", chunked(*[b" " * 50_000] * 40))

    assert wire.answer()[0] == 413
    assert wire.is_closed_by_the_server()


def test_who_announces_too_much_and_dawdles_is_answered_in_a_few_seconds(wire):
    began = time.monotonic()
    wire.send(b"Content-Length: 1000000\r\n", b" ")

    assert wire.answer()[0] == 413
    assert wire.is_closed_by_the_server()
    assert 4 < time.monotonic() - began < 12


def test_a_garbled_body_is_a_400_and_the_connection_ends(wire):
    wire.send(b"Transfer-Encoding: chunked\r\n", b"not a length\r\n")

    status, headers, _ = wire.answer()

    assert (status, headers["content-type"]) == (400, "application/problem+json")
    assert wire.is_closed_by_the_server()


def test_a_body_that_breaks_off_is_a_400(wire):
    wire.send(b"Content-Length: 100\r\n", GOOD)
    wire.socket.shutdown(socket.SHUT_WR)

    assert wire.answer()[0] == 400


def test_a_refusal_before_the_body_leaves_the_connection_in_order(wire):
    head = wire.head
    wire.head = head.replace(b"/status ", b"/nothing ")
    wire.send(b"Content-Length: %d\r\n" % len(GOOD), GOOD)
    assert wire.answer()[0] == 404

    wire.head = head
    wire.send(b"Content-Length: %d\r\n" % len(GOOD), GOOD)
    assert wire.answer()[0] == 200


@pytest.mark.parametrize(
    "charset", ["=utf-8", "=utf-16", "=base64", "=no-such", "*=no-such'en'%FF"]
)
def test_a_content_types_charset_decides_nothing_about_the_query(server, agency, charset):
    headers = {
        "Authorization": f"Bearer {make_key(agency)[1]}",
        "Content-Type": f"application/json; charset{charset}",
    }

    listed = httpx.get(f"{server}/api/v1/leads?status=hot", headers=headers)
    too_many = httpx.get(f"{server}/api/v1/leads?{'a&' * 1500}", headers=headers)

    assert listed.status_code == 200
    assert too_many.status_code == 422


def test_an_outside_client_reads_everything(server, agency):
    conversation = make_conversation(agency, messages=3)
    headers = {"Authorization": f"Bearer {make_key(agency)[1]}"}
    with httpx.Client(base_url=server, headers=headers) as client:
        leads = client.get("/api/v1/leads").json()["data"]
        chats = client.get("/api/v1/conversations", params={"lead_id": leads[0]["id"]}).json()
        messages = client.get(f"/api/v1/conversations/{chats['data'][0]['id']}/messages").json()
        head = client.head("/api/v1/leads")

    assert leads[0]["id"] == str(conversation.lead_id)
    assert [m["content"] for m in messages["data"]] == ["Message 0", "Message 1", "Message 2"]
    assert int(head.headers["content-length"]) > 100


def test_the_last_use_is_written_when_the_server_stops(agency):
    key, text = make_key(agency)
    with serve() as address:
        httpx.get(f"{address}/api/v1/leads", headers={"Authorization": f"Bearer {text}"})

    key.refresh_from_db()
    assert key.last_used_at is not None
    assert (key.last_used_at.second, key.last_used_at.microsecond) == (0, 0)


def ask_often(address: str, key: str, times: int) -> Counter[int]:
    """The statuses of so many requests, each on a connection of its own, eight at a time."""

    headers = {"Authorization": f"Bearer {key}", "Connection": "close"}
    with httpx.Client(headers=headers) as client, ThreadPoolExecutor(8) as pool:

        def ask(_: int) -> int:
            return client.get(f"{address}/api/v1/leads").status_code

        return Counter(pool.map(ask, range(times)))


@pytest.mark.redis
def test_every_call_is_in_its_keys_log_when_the_servers_processes_have_stopped(agency, redis_url):
    key, text = make_key(agency)
    env = {"SIFT_RATE_GROWTH": "50/d"}
    with serve(workers=2, redis_url=redis_url, env=env) as address:
        statuses = ask_often(address, text, 60)  # and stop at once, within the same seconds

    assert Counter(key.calls.values_list("status", flat=True)) == statuses == {200: 50, 429: 10}
    counts = key.daily_calls.aggregate(Sum("calls"), Sum("refused"), Sum("over_limit"))
    assert counts == {"calls__sum": 60, "refused__sum": 10, "over_limit__sum": 10}
    assert key.calls.filter(address="127.0.0.1", microseconds__gt=0).count() == 60


@pytest.mark.redis
def test_a_revoked_key_is_refused_by_every_process_at_once(three_processes, agency):
    key, text = make_key(agency)
    before = ask_often(three_processes, text, 30)  # enough that every process has known it

    revoke(ApiKey.objects.get(pk=key.pk))
    after = ask_often(three_processes, text, 30)

    assert before == {200: 30}
    assert after == {401: 30}


@pytest.mark.redis
def test_limits_are_exact_over_all_processes(three_processes, agency, other_agency):
    text, other = make_key(agency)[1], make_key(other_agency)[1]

    statuses = ask_often(three_processes, text, 80)
    others = ask_often(three_processes, other, 10)

    assert statuses == {200: 50, 429: 30}
    assert others == {200: 10}


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /api/v1/leads?cursor=%b HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % (b"a" * 9000), 414),
        (b"GET /api/v1/leads HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: %b\r\n\r\n" % (b"a" * 9000), 431),
        (b"GET /api/v1/leads HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: a\x00b\r\n\r\n", 400),
        (b"GET /api/v1/leads?key=sk_live_\xff HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400),
        (b"PATCH /api/v1/leads HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"GET /api/v1/leads HTTP/1.1\r\n\r\n", 400),
        (b"GET /api/v1/leads HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: 127.0.0.1\r\n\r\n", 400),
        *(
            (
                b"PATCH /api/v1/leads HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                b"Transfer-Encoding: %b\r\n\r\n0\r\n\r\n" % coding,
                400,
            )
            for coding in (b"gzip, chunked", b"identity", b"identity, chunked", b"xchunked")
        ),
    ],
)
def test_what_the_server_itself_refuses_is_a_problem_too(server, agency, request_, status):
    wire = Wire(server, make_lead(agency), make_key(agency)[1])

    wire.socket.sendall(request_)
    answered, headers, body = wire.answer()

    assert answered == status
    assert headers["content-type"] == "application/problem+json"
    problem = json.loads(body)
    assert set(problem) == {"type", "title", "status", "detail", "request_id"}
    assert (problem["status"], problem["request_id"]) == (status, headers["x-request-id"])
    assert (headers["cache-control"], headers["vary"]) == ("private, no-store", "Authorization")
    assert b"sk_live" not in body
    assert wire.is_closed_by_the_server()
