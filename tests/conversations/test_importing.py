"""`import_conversations`: usual and hostile files, taken in faithfully or rejected in words."""

import io
import json
import os
from datetime import datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from conversations import importing
from conversations.models import Conversation, Message
from foundation.validation import decode
from leads.models import Lead, LeadEvent
from organisations.agency import account
from tests.conversations.test_intake_format import line, message
from tests.factories import make_organisation
from tests.servers import PROJECT

MORE_DIALOGUES = os.environ.get("SIFT_TEST_DIALOGUES")

pytestmark = pytest.mark.django_db


class Run:
    """One run of the command: its exit code, its summary, and what it said."""

    def __init__(self, source, organisation, **options):
        out, err = io.StringIO(), io.StringIO()
        self.exit = 0
        try:
            call_command(
                "import_conversations",
                str(source),
                organisation=organisation.slug,
                stdout=out,
                stderr=err,
                **options,
            )
        except SystemExit as stop:
            self.exit = stop.code
        self.summary = json.loads(out.getvalue())
        self.said = err.getvalue().splitlines()

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Read, created, unchanged, rejected."""
        return tuple(self.summary[name] for name in ("read", "created", "unchanged", "rejected"))


@pytest.fixture
def importing_file(tmp_path, agency):
    """Write these bytes to a file and import it."""

    def run(content: bytes, **options) -> Run:
        path = tmp_path / "conversations.jsonl"
        path.write_bytes(content)
        return Run(path, agency, **options)

    return run


def lines(*bodies: dict) -> bytes:
    return b"".join(json.dumps(body).encode() + b"\n" for body in bodies)


# --- What agencies' chats are like ----------------------------------------------------------------
@pytest.mark.parametrize(
    "dialogues",
    [
        PROJECT / "tests" / "data" / "dialogues.jsonl",  # of several languages, in all channels
        pytest.param(
            Path(MORE_DIALOGUES or "unnamed"),
            id="more",
            marks=[
                pytest.mark.optional,
                pytest.mark.skipif(
                    not MORE_DIALOGUES, reason="SIFT_TEST_DIALOGUES names no file of more dialogues"
                ),
            ],
        ),
    ],
)
def test_dialogues_come_in_word_for_word_and_once(agency, dialogues):
    sent = {body["external_id"]: body for body in map(json.loads, dialogues.open(encoding="utf-8"))}
    number = len(sent)

    first = Run(dialogues, agency)
    second = Run(dialogues, agency)

    assert (first.exit, first.counts) == (0, (number, number, 0, 0))
    assert (second.exit, second.counts) == (0, (number, 0, number, 0))
    assert first.said == second.said == []
    stored = Conversation.objects.for_organisation(agency).select_related("lead")
    for conversation in stored.prefetch_related("messages"):
        body = sent.pop(conversation.external_id)
        assert conversation.channel == conversation.lead.source == body["channel"]
        assert conversation.created_at == datetime.fromisoformat(body["started_at"])
        assert [
            {"role": m.role, "content": m.content, "created_at": m.created_at}
            for m in sorted(conversation.messages.all(), key=lambda m: m.position)
        ] == [m | {"created_at": datetime.fromisoformat(m["created_at"])} for m in body["messages"]]
        for fact, value in body["lead"].items():
            assert getattr(conversation.lead, fact) == value
    assert sent == {}
    assert Lead.objects.filter(score=None).count() == 0
    assert LeadEvent.objects.filter(kind="capture").count() == number


# --- Hostile input -------------------------------------------------------------------------------
def test_a_bad_line_is_rejected_with_its_number_and_the_rest_goes_on(importing_file, tmp_path):
    rejects = tmp_path / "rejects.jsonl"
    bad = line(external_id="b", channel="fax")

    run = importing_file(
        lines(line(external_id="a"), bad, line(external_id="c")), rejects=str(rejects)
    )

    reason = 'channel must be one of email, sms, website, not "fax"'
    assert (run.exit, run.counts) == (1, (3, 2, 0, 1))
    assert run.said == [f"line 2: {reason}"]
    assert [json.loads(one) for one in rejects.read_text("utf-8").splitlines()] == [
        {"line": 2, "reason": reason, "input": json.dumps(bad)}
    ]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"{", "the line must be JSON"),
        (b"[]", "the line must be an object"),
        (b"null", "the line must be an object"),
        (b'"text"', "the line must be an object"),
        (b"\xff\xfe{}", "the line must be UTF-8"),
        (b'{"external_id": NaN}', "the line must be JSON, which has no NaN"),
        (b"[" * 200_000, "the line must be JSON that is not nested as deep as this"),
        (json.dumps(line(external_id="\ud800")).encode(), "external_id must not hold half a"),
        (json.dumps(line(external_id="a\0b")).encode(), "external_id must not hold a NUL"),
        (lines(line())[:-20], "the line must be JSON"),
        (json.dumps(line(lead={"budget_max": 10**30})).encode(), "lead.budget_max must be a whole"),
        (json.dumps(line(started_at="2026-06-01")).encode(), "started_at must be a time, such"),
    ],
)
def test_what_cannot_be_taken_stops_nothing(importing_file, raw, reason):
    run = importing_file(lines(line(external_id="a")) + raw)

    assert run.counts == (2, 1, 0, 1)
    assert run.said[0].startswith(f"line 2: {reason}")


def test_a_line_of_many_faults_names_the_first_and_counts_the_rest(importing_file):
    run = importing_file(lines(line(messages=[{}] * 5)))

    assert run.said[0].endswith("; and 5 more")


def test_windows_lines_a_byte_order_mark_and_blank_lines_are_no_faults(importing_file):
    good = [json.dumps(line(external_id=name)).encode() for name in "abc"]

    run = importing_file(b"\xef\xbb\xbf" + good[0] + b"\r\n\r\n  \n" + good[1] + b"\r\n" + good[2])

    assert (run.exit, run.counts) == (0, (3, 3, 0, 0))


def test_lines_are_numbered_as_an_editor_numbers_them(importing_file):
    run = importing_file(b"\n\r\n" + lines(line()) + b"oops\n")

    assert run.said[0].startswith("line 4: ")


def test_the_longest_messages_come_in_whole(importing_file):
    texts = ["x" * 20_000, "é" * 20_000, "🏠" * 20_000, "\\\t\r\n\u2028\x7f'\"\\N \\. $1"]

    run = importing_file(lines(line(messages=[message(content=text) for text in texts])))

    assert run.counts == (1, 1, 0, 0)
    assert list(Message.objects.in_order_of_time().values_list("content", flat=True)) == texts


def test_an_external_id_twice_in_the_file_is_taken_once(importing_file):
    run = importing_file(lines(line(), line(), line(language="cy")))

    assert (run.exit, run.counts) == (0, (3, 1, 2, 0))
    assert run.said == ["line 3: differs from what stands"]


def test_a_known_conversation_with_other_content_is_said_and_stands(importing_file):
    importing_file(lines(line()))

    run = importing_file(lines(line(messages=[message(content="Changed")])))

    assert (run.exit, run.counts) == (0, (1, 0, 1, 0))
    assert run.said == ["line 1: differs from what stands"]
    assert Message.objects.get().content == "Hello"


def test_a_line_too_long_is_rejected_and_passed_over(importing_file, monkeypatch, tmp_path):
    monkeypatch.setattr(importing, "LONGEST_LINE", 2000)
    rejects = tmp_path / "rejects.jsonl"
    long = line(external_id="b", messages=[message(content="x" * 3000)])

    run = importing_file(
        lines(line(external_id="a"), long, line(external_id="c")), rejects=str(rejects)
    )

    assert run.counts == (3, 2, 0, 1)
    assert run.said == ["line 2: the line must not be longer than 2,000 bytes"]
    assert len(json.loads(rejects.read_text())["input"]) == 1000


def test_many_batches_make_one_import(importing_file, monkeypatch):
    monkeypatch.setattr(importing, "BATCH_CONVERSATIONS", 3)
    bodies = [line(external_id=str(n), lead={"email": f"{n % 4}@example.com"}) for n in range(10)]

    run = importing_file(lines(*bodies))

    assert run.counts == (10, 10, 0, 0)
    assert Lead.objects.count() == 4


def test_an_empty_file_is_no_fault(importing_file):
    run = importing_file(b"")

    assert (run.exit, run.counts) == (0, (0, 0, 0, 0))


def test_what_the_database_refuses_costs_its_own_line_only(importing_file, monkeypatch):
    """A rule that only the database knows: the batch is taken apart."""
    monkeypatch.setattr(importing, "decode", _decode_without_checking_roles)

    run = importing_file(
        lines(
            line(external_id="a"),
            line(external_id="b", messages=[message(role="owner")]),
            line(external_id="c"),
        )
    )

    assert run.counts == (3, 2, 0, 1)
    assert run.said[0].startswith("line 2: the database refused it: ")
    assert "conversations_message_role_known" in run.said[0]


def _decode_without_checking_roles(type_, raw):
    body = json.loads(raw)
    roles = [told["role"] for told in body["messages"]]
    for told in body["messages"]:
        told["role"] = "user"
    conversation = decode(type_, json.dumps(body))
    for told, role in zip(conversation.messages, roles, strict=True):
        told.role = role
    return conversation


# --- What the command itself is given ------------------------------------------------------------
def test_a_missing_file_and_an_unknown_organisation_are_said_in_words(agency, tmp_path):
    with pytest.raises(CommandError, match=r"nowhere\.jsonl cannot be read: No such file"):
        Run(tmp_path / "nowhere.jsonl", agency)
    with pytest.raises(CommandError, match="There is no organisation 'nobody'"):
        call_command("import_conversations", "x", organisation="nobody")


def test_a_folder_is_no_file(agency, tmp_path):
    with pytest.raises(CommandError, match="cannot be read: Is a directory"):
        Run(tmp_path, agency)


def test_nothing_comes_into_a_closed_account(tmp_path):
    closed = make_organisation(slug="closed")
    account.close(closed)

    with pytest.raises(CommandError, match="account of organisation 'closed' is closed"):
        Run(tmp_path, closed)


def test_rejects_never_go_over_the_file_that_is_read(agency, tmp_path):
    path = tmp_path / "conversations.jsonl"
    path.write_bytes(lines(line()))

    with pytest.raises(CommandError, match="is the file to read"):
        Run(path, agency, rejects=str(path))
    assert path.read_bytes() == lines(line())


def test_rejects_that_cannot_be_written_are_said_before_anything_is_read(agency, tmp_path):
    path = tmp_path / "conversations.jsonl"
    path.write_bytes(lines(line()))

    with pytest.raises(CommandError, match="cannot be written: No such file"):
        Run(path, agency, rejects=str(tmp_path / "nowhere" / "rejects.jsonl"))
    assert not Conversation.objects.exists()
