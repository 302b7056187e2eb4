"""PROBE_PORT: the server's probes on a socket of their own, beside the main one."""

from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.servers import free_port, serve
from tests.serving.slow_clients import drips_its_body, many, seconds_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def probes():
    port = free_port()
    with serve(env={"PROBE_PORT": str(port)}) as address:
        yield address, f"http://127.0.0.1:{port}"


def status_of(url: str, method: str = "GET") -> int:
    try:
        with urlopen(Request(url, method=method), timeout=20) as answer:  # noqa: S310 - our own
            return answer.status
    except HTTPError as answer:
        answer.close()
        return answer.code


def test_both_are_answered_there_and_on_the_main_port_and_nothing_else_is(probes):
    main, own = probes

    assert [status_of(f"{own}{path}") for path in ("/healthz", "/readyz")] == [200, 200]
    assert [status_of(f"{main}{path}") for path in ("/healthz", "/readyz")] == [200, 200]
    assert status_of(f"{own}/healthz", "HEAD") == 200
    assert [status_of(f"{own}{path}") for path in ("/", "/sign-in/", "/api/v1/leads")] == [404] * 3
    assert status_of(f"{own}/healthz", "POST") == 501


def test_they_are_answered_beside_clients_that_hold_every_thread(probes):
    main, own = probes

    def sends_a_long_body_slowly(connection):
        connection.sendall(
            b"POST /sign-in/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n\r\nusername="
        )

    with many(main, sends_a_long_body_slowly, 8), many(main, drips_its_body, 8):
        assert seconds_for(f"{own}/healthz") < 4
        assert seconds_for(f"{own}/readyz") < 4
