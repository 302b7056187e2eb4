"""Where webhooks may go: to public addresses by HTTPS, and nowhere that a trick leads to."""

import socket
import ssl
import threading
from ipaddress import ip_address

import httpcore
import pytest

from tests.webhooks.receivers import Answer, receiver
from webhooks.destinations import Refused, check_address, checked_url, is_public
from webhooks.network import CheckedBackend, ends_within
from webhooks.posting import post

NOT_PUBLIC = {
    "loopback": ["127.0.0.1", "127.8.9.10", "::1"],
    "private": ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fd12::1"],
    "link-local": ["169.254.169.254", "169.254.0.1", "fe80::1", "fe80::1%eth0"],
    "carrier-grade": ["100.64.0.1", "100.127.255.255"],
    "multicast": ["224.0.0.1", "239.255.255.250", "ff02::1", "ff0e::1"],
    "documentation": ["192.0.2.1", "198.51.100.7", "203.0.113.9", "2001:db8::1", "3fff::1"],
    "benchmarks": ["198.18.0.1", "2001:2::1"],
    "IPv4-mapped": ["::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:8.8.8.8"],
    "IPv4-compatible": ["::8.8.8.8", "::127.0.0.1"],
    "NAT64": ["64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1"],
    "6to4": ["2002:7f00:1::1", "2002:808:808::1", "192.88.99.1"],
    "Teredo": ["2001:0:4136:e378:8000:63bf:3fff:fdd2"],
    "unspecified": ["0.0.0.0", "0.1.2.3", "::"],  # noqa: S104
    "reserved": ["240.0.0.1", "255.255.255.255", "192.0.0.8", "fec0::1", "5f00::1", "100::1"],
}


@pytest.fixture
def _nothing_more_is_open(settings):
    settings.SIFT_WEBHOOK_ALLOW = []


@pytest.fixture(autouse=True)
def _closed_but_where_a_test_opens(_nothing_more_is_open):
    """After tests/webhooks/conftest.py has opened loopback."""


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, each) for kind, texts in NOT_PUBLIC.items() for each in texts]
)
def test_an_address_that_is_not_public_is_refused(kind, text):
    assert not is_public(ip_address(text)), kind

    with pytest.raises(Refused, match="not public"):
        check_address(ip_address(text), port=443)


@pytest.mark.parametrize("text", ["8.8.8.8", "93.184.215.14", "2606:2800:21f:cb07::1"])
def test_a_public_address_is_not(text):
    check_address(ip_address(text), port=443)
    check_address(ip_address(text), port=8443)

    with pytest.raises(Refused, match="443 or 8443"):
        check_address(ip_address(text), port=22)
    with pytest.raises(Refused, match="https"):
        check_address(ip_address(text), port=443, is_plain=True)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://crm.example.co.uk/", "https"),
        ("ftp://crm.example.co.uk/", "https"),
        ("javascript:alert(1)", "address"),
        ("crm.example.co.uk", "address"),
        ("", "address"),
        ("https://", "address"),
        ("https://user:word@crm.example.co.uk/", "user name"),
        ("https://user@crm.example.co.uk/", "user name"),
        ("https://crm.example.co.uk:22/", "443 or 8443"),
        ("https://crm.example.co.uk:0/", "address|443"),
        ("https://crm.example.co.uk:99999/", "address|443"),
        ("https://crm.example.co.uk./", "dot"),
        ("https://localhost/", "full name"),
        ("https://2130706433/", "usual spelling"),  # decimal
        ("https://017700000001/", "usual spelling"),  # octal
        ("https://0177.0.0.1/", "usual spelling|address"),
        ("https://0x7f000001/", "usual spelling"),  # hex
        ("https://0x7f.0.0.1/", "usual spelling"),
        ("https://127.0.0.0x1/", "usual spelling"),
        ("https://127.1/", "usual spelling"),  # short
        ("https://127.0.1/", "usual spelling"),
        ("https://127.0.0.1/", "not public"),
        ("https://127.0.0.1./", "dot|spelling"),
        ("https://[::1]/", "not public"),
        ("https://[::ffff:127.0.0.1]/", "not public"),
        ("https://[64:ff9b::7f00:1]/", "not public"),
        ("https://[fe80::1%25eth0]/", "address|public"),
        ("https://１２７.０.０.１/", "public|spelling|address"),
        ("https://127。0。0。1/", "public|spelling|address"),
        ("https://crm.example.co.uk\\@evil.example/", "address"),
        ("https://crm example.co.uk/", "address"),
        ("https://crm.example.co.uk/\nHost: x", "address"),
        ("https://crm_%00.example.co.uk/", "name|address"),
        ("https://crm.example.co.uk/" + "x" * 2000, "address"),
    ],
)
def test_a_url_that_leads_elsewhere_or_may_be_read_in_two_ways_is_refused(url, why):
    with pytest.raises(Refused, match=why):
        checked_url(url)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://crm.example.co.uk/sift?a=b", "https://crm.example.co.uk/sift?a=b"),
        ("https://CRM.example.co.uk:8443/x#part", "https://crm.example.co.uk:8443/x"),
        ("https://crm.example.co.uk:443/", "https://crm.example.co.uk/"),
        ("https://8.8.8.8/hook", "https://8.8.8.8/hook"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
    ],
)
def test_a_url_of_the_public_internet_is_taken(url, kept):
    assert checked_url(url) == kept


def test_more_networks_can_be_opened_and_plain_http_and_any_port_within_them(settings):
    settings.SIFT_WEBHOOK_ALLOW = ["10.20.0.0/16", "fd00::/8"]

    assert checked_url("http://crm:8080/x") == "http://crm:8080/x"
    assert checked_url("http://10.20.1.1:8080/") == "http://10.20.1.1:8080/"
    check_address(ip_address("10.20.3.4"), port=8080, is_plain=True)
    check_address(ip_address("fd00::1"), port=8080, is_plain=True)
    for outside in ("10.21.0.1", "127.0.0.1", "::ffff:10.20.3.4"):
        with pytest.raises(Refused, match="not public"):
            check_address(ip_address(outside), port=443)
    with pytest.raises(Refused, match="https"):
        check_address(ip_address("8.8.8.8"), port=443, is_plain=True)


# --- As the connection is made --------------------------------------------------------------------
def connected(backend: CheckedBackend, host: str, port: int):
    with ends_within(5):
        return backend.connect_tcp(host, port, timeout=5)


def test_a_name_that_leads_inside_is_refused_before_anything_is_connected_to():
    outcome = post("https://localhost.localdomain/", {}, b"{}")

    assert outcome.status is None
    assert "not sent" in outcome.fault or "no address" in outcome.fault
    assert post("https://127.0.0.1/", {}, b"{}").fault == (
        "not sent: its address leads to an address that is not public"
    )


def test_a_name_of_one_public_and_one_private_address_is_refused():
    asked = []

    def both(host, port):
        asked.append(host)
        return ["93.184.215.14", "10.0.0.1"]

    with pytest.raises(Refused, match="not public"):
        connected(CheckedBackend(is_plain=False, resolve=both), "mixed.example", 443)
    assert asked == ["mixed.example"]


def test_a_name_that_changes_between_check_and_use_is_asked_once_and_its_first_answer_used(
    settings,
):
    """The second answer would be an address that nobody checked."""
    settings.SIFT_WEBHOOK_ALLOW = ["127.0.0.1/32"]
    answers = iter([["127.0.0.1"], ["127.0.0.2"]])
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        backend = CheckedBackend(is_plain=False, resolve=lambda *_: next(answers))

        stream = connected(backend, "rebound.example", port)
        assert stream.get_extra_info("server_addr") == ("127.0.0.1", port)
        stream.close()

        with pytest.raises(Refused, match="not public"):
            connected(backend, "rebound.example", port)


def test_a_resolver_that_says_nothing_is_waited_for_no_longer_than_all_else():
    hangs = threading.Event()
    backend = CheckedBackend(is_plain=False, resolve=lambda *_: hangs.wait(60) and [])

    with pytest.raises(httpcore.ConnectTimeout), ends_within(0.2):
        backend.connect_tcp("slow.example", 443, timeout=None)
    hangs.set()


def test_a_redirect_is_an_answer_and_is_not_followed(settings):
    settings.SIFT_WEBHOOK_ALLOW = ["127.0.0.0/8"]
    with receiver() as here, receiver() as inside:
        here.answers = lambda _: Answer(307, {"Location": inside.url})

        outcome = post(here.url, {}, b"{}")

    assert (outcome.status, outcome.succeeded) == (307, False)
    assert inside.received == []


def test_a_proxy_of_the_environment_is_not_used(settings, monkeypatch):
    settings.SIFT_WEBHOOK_ALLOW = ["127.0.0.0/8"]
    with receiver() as here, receiver() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)

        assert post(here.url, {}, b"{}").status == 204

    assert (len(here.received), proxy.received) == (1, [])


def test_a_certificate_that_nobody_vouches_for_is_refused(settings, tmp_path):
    settings.SIFT_WEBHOOK_ALLOW = ["127.0.0.0/8"]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def shake_hands() -> None:
            connection, _ = listener.accept()
            try:
                context.wrap_socket(connection, server_side=True)
            except OSError:
                connection.close()

        thread = threading.Thread(target=shake_hands)
        thread.start()
        outcome = post(f"https://127.0.0.1:{listener.getsockname()[1]}/", {}, b"{}")
        thread.join()

    assert outcome.fault.startswith("its certificate is not good")


def self_signed(folder):
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = folder / "both.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return pem


# --- What is waited for, and read -----------------------------------------------------------------
def raw_receiver(act):
    """A server of one connection that does `act` with it; the thread and the port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listener:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                try:
                    act(connection)
                except OSError:
                    return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return thread, listener.getsockname()[1]


def test_an_answer_that_drips_is_given_up_by_the_time_that_is_for_all_of_it(settings, monkeypatch):
    settings.SIFT_WEBHOOK_ALLOW = ["127.0.0.0/8"]
    monkeypatch.setattr("webhooks.posting.LONGEST", 0.5)
    over = threading.Event()

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while not over.wait(0.05):
            connection.sendall(b"x")

    thread, port = raw_receiver(drip)
    outcome = post(f"http://127.0.0.1:{port}/", {}, b"{}")
    over.set()
    thread.join()

    assert outcome.fault.startswith("no answer within")
    assert outcome.milliseconds < 5_000


def test_of_an_answer_without_an_end_the_beginning_is_read_and_the_first_kib_kept(settings):
    settings.SIFT_WEBHOOK_ALLOW = ["127.0.0.0/8"]
    sent = []

    def pour(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
        while True:
            sent.append(connection.send(b"\x00x" * 4096))

    thread, port = raw_receiver(pour)
    outcome = post(f"http://127.0.0.1:{port}/", {}, b"{}")
    thread.join(10)

    assert outcome.status == 200
    assert outcome.answer == "�x" * 512
    assert not thread.is_alive()  # the connection was closed
    assert sum(sent) < 20_000_000


def test_who_is_not_there_or_speaks_no_http_is_told_of_in_words(settings):
    settings.SIFT_WEBHOOK_ALLOW = ["127.0.0.0/8"]
    thread, port = raw_receiver(lambda connection: connection.sendall(b"SSH-2.0-x\r\n\r\n"))

    assert post(f"http://127.0.0.1:{port}/", {}, b"{}").fault == (
        "it broke off, or its answer is no HTTP"
    )
    thread.join()
    assert post(f"http://127.0.0.1:{port}/", {}, b"{}").fault == "it refused the connection"
    assert post("http://no-such-name.invalid:1/", {}, b"{}").fault == "its name has no address"
