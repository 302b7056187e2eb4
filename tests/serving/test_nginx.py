"""deploy/nginx.conf: fifty slow clients each way are nginx's, and Sift's four threads are free."""

import contextlib
from http.client import HTTPConnection, HTTPResponse

import pytest

from leads.models import Lead
from tests.servers import free_port
from tests.serving.proxied import NAME, behind_nginx, connected, seconds_for

pytestmark = [pytest.mark.nginx, pytest.mark.django_db(transaction=True)]
HEAD = f"Host: {NAME}\r\nUser-Agent: slow\r\n"
SOON = 4.0  # seconds


@pytest.fixture(scope="module")
def plain_port():
    return free_port()


@pytest.fixture(scope="module")
def proxy(nginx_path, plain_port, tmp_path_factory, django_db_setup):
    """One nginx, and one Sift behind it, for all tests."""
    with behind_nginx(nginx_path, tmp_path_factory.mktemp("nginx"), plain=plain_port) as port:
        yield port


def nobody_waits(port: int) -> bool:
    return seconds_for(port, "/healthz") < SOON and seconds_for(port, "/sign-in/") < SOON


@pytest.mark.parametrize(
    "said",
    [
        f"GET /sign-in/ HTTP/1.1\r\n{HEAD}X-Slow: a",
        f"POST /sign-in/ HTTP/1.1\r\n{HEAD}Content-Length: 900000\r\n\r\nusername=",
        f"PATCH /api/v1/leads/x/status HTTP/1.1\r\n{HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nab",
    ],
)
def test_fifty_who_send_slowly_hold_up_nobody(proxy, said):
    with contextlib.ExitStack() as opened:
        for _ in range(50):
            opened.enter_context(connected(proxy)).sendall(said.encode())

        assert nobody_waits(proxy)


def test_fifty_who_read_slowly_hold_up_nobody(proxy, agency, signed_in):
    Lead.objects.bulk_create(
        Lead(organisation=agency, source="website", name=f"Lead {n}", summary="x" * 2000)
        for n in range(600)  # each export more than any socket's buffer
    )
    session = signed_in.cookies["sift_session"].value
    ask = f"GET /leads/export.csv HTTP/1.1\r\n{HEAD}Cookie: __Host-sift_session={session}\r\n\r\n"
    with contextlib.ExitStack() as opened:
        for _ in range(50):
            reader = opened.enter_context(connected(proxy))
            reader.sendall(ask.encode())
            assert reader.recv(15) == b"HTTP/1.1 200 OK"  # one at a time is written

        assert nobody_waits(proxy)


def test_what_is_sent_through_it_arrives_as_it_was(proxy):
    with connected(proxy) as client:
        body = b'{"status":"lost"}'
        client.sendall(
            f"PATCH /api/v1/leads/x/status HTTP/1.1\r\n{HEAD}Content-Length: {len(body)}\r\n"
            "Connection: close\r\nX-Forwarded-Proto: http\r\n\r\n".encode()
            + body
        )
        answer = b"".join(iter(lambda: client.recv(4096), b""))

    assert answer.startswith(b"HTTP/1.1 401 ")  # by HTTPS, whatever the client says
    assert b"application/problem+json" in answer
    assert b"max-age=31536000" in answer


@pytest.mark.usefixtures("proxy")
def test_a_browser_is_led_from_plain_http_and_a_program_is_refused(plain_port):
    page, call = (asked_in_clear(plain_port, path) for path in ("/leads/?q=x", "/api/v1/leads"))

    assert page.status == 308
    assert page.headers["Location"] == f"https://{NAME}/leads/?q=x"
    assert call.status == 403
    assert call.headers["Content-Type"] == "application/problem+json"


def asked_in_clear(port: int, path: str) -> HTTPResponse:
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path, headers={"Host": NAME})
    return connection.getresponse()
