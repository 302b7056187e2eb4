"""`import_conversations` as a process of its own: two at once, pipes, and being stopped."""

import json
import os
import signal
import subprocess
import sys
import threading

import pytest

from conversations.models import Conversation, Message
from leads.models import Lead
from tests.conversations.test_intake_format import line
from tests.factories import make_organisation
from tests.servers import PROJECT, database_url, heed_ctrl_c
from tests.waiting import wait_for

pytestmark = pytest.mark.django_db(transaction=True)


def importer(file: str, slug: str, **options) -> subprocess.Popen:
    """The command, started on the test's database."""
    words = ["import_conversations", file, "--organisation", slug, "--skip-checks"]
    return subprocess.Popen(
        [sys.executable, "manage.py", *words],
        cwd=PROJECT,
        env=os.environ
        | {"DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "tests.settings"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=heed_ctrl_c,
        **options,
    )


def people(number: int, tag: str = "chat") -> bytes:
    """Conversations of half as many people, all of whom come twice."""
    return b"".join(
        json.dumps(line(external_id=f"{tag}-{n}", lead={"email": f"{n // 2}@example.com"})).encode()
        + b"\n"
        for n in range(number)
    )


def test_two_importers_of_one_file_double_nothing(tmp_path):
    agency = make_organisation()
    path = tmp_path / "chats.jsonl"
    path.write_bytes(people(1200))

    both = [importer(str(path), agency.slug) for _ in range(2)]
    answers = [process.communicate(timeout=120) for process in both]

    assert [process.returncode for process in both] == [0, 0]
    summaries = [json.loads(out) for out, _ in answers]
    assert [s["read"] for s in summaries] == [1200, 1200]
    assert sum(s["created"] for s in summaries) == 1200
    assert sum(s["unchanged"] for s in summaries) == 1200
    assert Conversation.objects.count() == Message.objects.count() == 1200
    assert Lead.objects.count() == 600


def test_two_importers_of_the_same_people_make_each_one_lead(tmp_path):
    agency = make_organisation()
    paths = [tmp_path / name for name in ("a.jsonl", "b.jsonl")]
    for path in paths:
        path.write_bytes(people(600, tag=path.stem))

    both = [importer(str(path), agency.slug) for path in paths]
    answers = [process.communicate(timeout=120) for process in both]

    assert [json.loads(out)["created"] for out, _ in answers] == [600, 600]
    assert Lead.objects.count() == 300


def test_standard_input_is_read_and_the_summary_is_alone_on_standard_output():
    agency = make_organisation()

    process = importer("-", agency.slug, stdin=subprocess.PIPE)
    out, err = process.communicate(people(3) + b"oops\n", timeout=60)

    assert process.returncode == 1
    assert json.loads(out) == {"read": 4, "created": 3, "unchanged": 0, "rejected": 1}
    assert b"line 4: the line must be JSON" in err
    assert b"\r" not in err  # no progress bar where there is no terminal


def test_a_stopped_import_keeps_what_came_in_and_the_next_run_completes_it():
    agency = make_organisation()
    process = importer("-", agency.slug, stdin=subprocess.PIPE)
    feeder = threading.Thread(target=_feed, args=(process, people(450)))
    feeder.start()
    wait_for(lambda: Conversation.objects.count() >= 200)

    process.send_signal(signal.SIGINT)
    process.wait(timeout=60)
    feeder.join()
    err = process.stderr.read()
    kept = Conversation.objects.count()
    again = importer("-", agency.slug, stdin=subprocess.PIPE)
    out, _ = again.communicate(people(450), timeout=60)

    assert process.returncode == 130, err
    assert b"Stopped. " in err
    assert b"Traceback" not in err
    assert kept % 200 == 0  # whole batches
    assert json.loads(out) == {
        "read": 450,
        "created": 450 - kept,
        "unchanged": kept,
        "rejected": 0,
    }


def test_a_reader_of_the_summary_who_went_away_breaks_nothing(tmp_path):
    agency = make_organisation()
    path = tmp_path / "chats.jsonl"
    path.write_bytes(people(3))

    process = importer(str(path), agency.slug)
    process.stdout.close()
    err = process.stderr.read()
    process.wait(timeout=60)

    assert process.returncode == 0
    assert b"Broken" not in err
    assert Conversation.objects.count() == 3


def _feed(process: subprocess.Popen, content: bytes) -> None:
    """Give it the lines and keep the pipe open, as a sender does who is not done."""
    process.stdin.write(content)
    process.stdin.flush()
