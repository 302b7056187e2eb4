"""Sift behind nginx, as deploy/nginx.conf has it: HTTPS, by its name, on ports of this machine."""

import contextlib
import functools
import os
import re
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from http.client import HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

from tests.servers import PROJECT, free_port, serve, stop

NAME = "sift.example.co.uk"
_AROUND = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; {user}
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/bodies; proxy_temp_path {folder}/answers;
    fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    {sites}
}}
"""


@contextlib.contextmanager
def behind_nginx(program: str, folder: Path, *, plain: int) -> Iterator[int]:
    """The port at which nginx answers by HTTPS for a Sift of four threads; by HTTP at `plain`."""
    env = {
        "ALLOWED_HOSTS": f"{NAME},127.0.0.1",
        "SIFT_HTTPS": "on",
        "SIFT_TRUSTED_PROXIES": "1",
    }
    with serve(threads=4, env=env) as address:
        port = free_port()
        config = folder / "nginx.conf"
        sift = urlsplit(address).netloc
        config.write_text(_config(folder, port, plain, sift))
        server = subprocess.Popen([program, "-c", str(config)], stdin=subprocess.DEVNULL)
        try:
            _wait(server, port)
            yield port
        finally:
            stop(server)


def _config(folder: Path, port: int, plain: int, sift: str) -> str:
    """The file that ships, with a certificate, ports and an address of this test's."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        [
            *["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"],
            *["-subj", f"/CN={NAME}", "-keyout", str(key), "-out", str(certificate)],
        ],
        check=True,
        capture_output=True,
    )
    sites = (PROJECT / "deploy" / "nginx.conf").read_text()
    for ours, here in {
        r"listen 80;": f"listen 127.0.0.1:{plain};",
        r"listen 443 ": f"listen 127.0.0.1:{port} ",
        r"127\.0\.0\.1:8000;": f"{sift};",
        r"/etc/ssl/sift/fullchain\.pem": str(certificate),
        r"/etc/ssl/sift/privkey\.pem": str(key),
    }.items():
        sites, count = re.subn(ours, here, sites)
        assert count, ours
    # As root its workers would be another account's, which cannot write here.
    user = "user root;" if os.geteuid() == 0 else ""
    return _AROUND.format(folder=folder, user=user, sites=sites)


def _wait(server: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError("nginx does not answer")


@functools.cache
def unchecked() -> ssl.SSLContext:
    """For a certificate that nobody signed; made once, for it reads all that others have signed."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def connected(port: int) -> socket.socket:
    """By TLS, to the name, with little room for what comes back."""
    plain = socket.socket()
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    plain.settimeout(60)
    plain.connect(("127.0.0.1", port))
    return unchecked().wrap_socket(plain, server_hostname=NAME)


def seconds_for(port: int, path: str) -> float:
    """How long somebody else waits for the page."""
    began = time.monotonic()
    with contextlib.closing(connected(port)) as opened:
        connection = HTTPSConnection(NAME)
        connection.sock = opened
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200
    return time.monotonic() - began
