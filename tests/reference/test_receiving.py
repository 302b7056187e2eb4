"""The receivers of the reference, run as they stand: they take what Sift signed, and no more."""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sift_site.reference import receiving
from tests.factories import arrived_lead, make_endpoint
from tests.servers import free_port, stop
from tests.waiting import wait_for
from webhooks import delivering
from webhooks.models import Delivery, Endpoint
from webhooks.posting import post

pytestmark = pytest.mark.django_db

# What a Python server is: the receiver is an application for one.
SERVER = """
from wsgiref.simple_server import make_server
make_server("127.0.0.1", int(os.environ["PORT"]), receiver).serve_forever()
"""


def program(language: str) -> str:
    """What runs it here."""
    found = {"python": sys.executable, "javascript": shutil.which("node")}[language]
    if found is None:
        pytest.skip("no Node on this machine")
    return found


@contextlib.contextmanager
def running(language: str, port: int, secret: str, folder: Path) -> Iterator[Path]:
    """The receiver of the reference on that port; yields what it prints to."""
    code = next(one.code for one in receiving.recipe() if one.language == language)
    source = folder / {"python": "receiver.py", "javascript": "receiver.mjs"}[language]
    source.write_text(code + (SERVER if language == "python" else ""))
    printed = folder / "printed"
    with printed.open("wb") as output:
        process = subprocess.Popen(
            [program(language), str(source)],
            env={
                **os.environ,
                "PORT": str(port),
                "SIFT_WEBHOOK_SECRET": secret,
                "PYTHONUNBUFFERED": "1",
            },
            stdout=output,
            stderr=subprocess.DEVNULL,
        )
    try:
        yield printed
    finally:
        stop(process)


@pytest.mark.parametrize("language", ["python", "javascript"])
def test_a_receiver_takes_what_sift_signed_and_nothing_else(agency, settings, tmp_path, language):
    settings.SIFT_WEBHOOK_ALLOW = ["127.0.0.0/8"]
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    endpoint = make_endpoint(agency, url)
    signed = {"webhook-id": "x", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA"}
    with running(language, port, endpoint.shown_secret, tmp_path) as printed:
        wait_for(lambda: post(url, signed, b"{}").status)

        assert not post(url, signed, b"{}").succeeded
        lead = arrived_lead(agency)
        assert delivering.do_one()
        wait_for(lambda: printed.read_text())

    [delivery] = Delivery.objects.all()
    assert delivery.status == 204
    assert printed.read_text().split() == [str(delivery.event_id), "lead.created", str(lead.id)]
    assert Endpoint.objects.get().failing_since is None
