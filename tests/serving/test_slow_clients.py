"""Fifty slow clients beside a house of four threads: everybody else is served meanwhile."""

import socket
import time

import pytest

from tests.servers import serve
from tests.serving.slow_clients import (
    drip,
    drips_its_body,
    drips_its_head,
    many,
    never_hangs_up,
    seconds_for,
    silent,
)

pytestmark = pytest.mark.django_db(transaction=True)
SOON = 4.0  # seconds; a thread that is held is held for longer
HURRIED = 1.0  # seconds; hurried_settings.py has the server wait so long for a head


@pytest.fixture(scope="module")
def house(django_db_setup):
    """One server for all tests: each leaves it with its threads free."""
    with serve(threads=4) as address:
        yield address


@pytest.fixture
def hurried_house():
    with serve(env={"DJANGO_SETTINGS_MODULE": "tests.serving.hurried_settings"}) as address:
        yield address


@pytest.mark.parametrize("client", [silent, drips_its_head, drips_its_body, never_hangs_up])
def test_fifty_hold_up_nobody(house, client):
    with many(house, client) as connections:
        if client in (drips_its_head, drips_its_body):
            drip(connections, 1)

        assert seconds_for(f"{house}/healthz") < SOON
        assert seconds_for(f"{house}/sign-in/") < SOON


def test_a_head_that_goes_on_dripping_is_cut_off(hurried_house):
    with many(hurried_house, drips_its_head, 1) as (connection,):
        began = time.monotonic()
        drip([connection], HURRIED + 1)

        assert connection.recv(100) == b""
        assert time.monotonic() - began < HURRIED + 5


def test_a_request_that_comes_in_pieces_is_answered_as_one(house):
    with many(house, drips_its_head, 1) as (connection,):
        for piece in (b"b", b"\r", b"\n\r", b"\nGET /nothing HTTP/1.1\r\nHo"):
            drip([], 0.1)
            connection.sendall(piece)
        first = b""
        while not first.endswith(b"ok\n"):  # its body may come in a piece of its own
            first += connection.recv(4096)
        connection.sendall(b"st: localhost\r\n\r\n")

        assert first.startswith(b"HTTP/1.1 200 OK")
        assert connection.recv(4096).startswith(b"HTTP/1.1 404 ")


def test_of_a_file_that_no_page_takes_nothing_is_read(house):
    def sends_a_huge_file(connection):
        token = b"a" * 32  # by which the form would be looked into
        connection.sendall(
            b"POST /sign-in/ HTTP/1.1\r\nHost: localhost\r\nCookie: sift_csrf=%s\r\n"
            b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 20000000\r\n\r\n"
            b'--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n' % token
        )

    with many(house, sends_a_huge_file, 1) as (connection,):
        connection.settimeout(SOON)

        assert connection.recv(4096).startswith(b"HTTP/1.1 413 ")


def test_who_closes_in_the_middle_of_a_form_is_told_and_nothing_is_read_of_it(house):
    with many(house, drips_its_body, 1) as (connection,):
        connection.shutdown(socket.SHUT_WR)

        assert connection.recv(4096).startswith(b"HTTP/1.1 400 ")
