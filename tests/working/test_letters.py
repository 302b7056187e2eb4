"""The outbox: a letter is there if what it tells of is, and is sent once, whatever happens."""

import signal
import smtplib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from foundation.database import leases
from organisations.letters import sending
from organisations.models import Letter
from tests.factories import make_organisation
from tests.mail_server import mail_server
from tests.servers import work
from tests.waiting import wait_for
from tests.working.conftest import HURRIED, make_letter

pytestmark = pytest.mark.django_db(transaction=True)


def make_due(letter: Letter) -> None:
    """Its wait, or its lease, has passed."""
    Letter.objects.filter(pk=letter.pk).update(due_at=Now())
    sending._paused_until = 0.0


def seconds_to_wait(letter: Letter) -> int:
    letter.refresh_from_db()
    return round((letter.due_at - timezone.now()).total_seconds())


# --- Written with its cause -----------------------------------------------------------------------
def test_what_is_undone_has_written_no_letter():
    class Undone(Exception):
        pass

    with suppress(Undone), transaction.atomic():
        make_letter()
        raise Undone

    assert not Letter.objects.exists()


def test_nobody_who_reads_the_table_finds_the_link_and_once_sent_it_is_gone(mailoutbox):
    letter = make_letter()

    def stored() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_jsonb(l)::text FROM organisations_letter l")
            return cursor.fetchone()[0]

    waiting = stored()
    assert sending.do_one()

    assert "t0k3n" in mailoutbox[0].body
    assert "t0k3n" not in waiting
    assert "New password" not in waiting
    letter.refresh_from_db()
    assert letter.encrypted_words is None
    assert letter.sent_at is not None
    assert not sending.do_one()


def test_letters_leave_in_the_order_in_which_they_were_written(mailoutbox):
    agency = make_organisation()
    for number in range(5):
        make_letter(agency, to=f"person{number}@example.com")

    while sending.do_one():
        pass

    assert [letter.to for letter in mailoutbox] == [[f"person{n}@example.com"] for n in range(5)]


# --- Sent once ------------------------------------------------------------------------------------
def test_of_many_senders_at_once_each_takes_another_letter(smtp):
    agency = make_organisation()
    addresses = [f"person{number}@example.com" for number in range(40)]
    for address in addresses:
        make_letter(agency, to=address)

    def send_until_none_is_left() -> None:
        try:
            while sending.do_one():
                pass
        finally:
            connection.close()

    with mail_server() as post:
        smtp(post)
        with ThreadPoolExecutor(8) as threads:
            for done in [threads.submit(send_until_none_is_left) for _ in range(8)]:
                done.result()

    assert sorted(letter["To"] for letter in post.accepted) == sorted(addresses)
    assert Letter.objects.filter(sent_at=None).count() == 0


def test_a_mail_server_that_is_slow_to_accept_is_sent_nothing_twice(smtp, working, monkeypatch):
    """Its answer takes longer than a lease, which is renewed meanwhile."""
    monkeypatch.setattr(sending, "LEASE", timedelta(seconds=1))
    monkeypatch.setattr("sift_site.working.worker.RENEWED_EVERY", timedelta(seconds=0.1))
    letter = make_letter()
    with mail_server() as post:
        post.answers_the_end.clear()
        smtp(post)
        with working():
            wait_for(lambda: post.received)
            lease = Letter.objects.get().due_at
            wait_for(lambda: Letter.objects.get().due_at > lease + timedelta(seconds=1.2))
            post.answers_the_end.set()
            wait_for(lambda: Letter.objects.get().sent_at)

    assert len(post.received) == 1
    letter.refresh_from_db()
    assert letter.tries == 1


def test_killed_in_the_middle_it_repeats_that_letter_alone_and_both_are_known_for_one():
    agency = make_organisation()
    with mail_server() as post:
        with work(env=HURRIED | post.environment | {"SIFT_WORK_THREADS": "1"}) as worker:
            make_letter(agency, to="first@example.com")
            wait_for(lambda: post.letters_to("first@example.com"))
            post.answers_the_end.clear()
            second = make_letter(agency, to="second@example.com")
            make_letter(agency, to="third@example.com")
            wait_for(lambda: len(post.received) == 2)  # the second, which it does not accept yet
            worker.process.send_signal(signal.SIGKILL)
            worker.process.wait()
        post.answers_the_end.set()
        second.refresh_from_db()
        assert 0 < seconds_to_wait(second) <= leases.LEASE.total_seconds()
        make_due(second)

        with work(env=HURRIED | post.environment):
            wait_for(lambda: not Letter.objects.waiting().exists())

    came = [letter["To"] for letter in post.accepted]
    assert sorted(came) == ["first@example.com", *["second@example.com"] * 2, "third@example.com"]
    assert len({letter["Message-ID"] for letter in post.letters_to("second@example.com")}) == 1


def test_a_database_that_goes_away_before_the_mark_has_nothing_sent_twice(smtp, monkeypatch):
    make_letter()
    with mail_server() as post:
        smtp(post)
        hung_up = []
        done = sending._done

        def hang_up_first(letter, moment) -> None:
            if not hung_up:
                hung_up.append(connection.connection.close())
            done(letter, moment)

        monkeypatch.setattr(sending, "_done", hang_up_first)
        assert sending.do_one()

    assert hung_up
    assert Letter.objects.get().sent_at
    assert len(post.accepted) == 1


# --- Tried again ----------------------------------------------------------------------------------
def test_while_the_mail_server_is_away_letters_wait_longer_each_time_and_one_line_says_so(
    smtp, caplog
):
    letter = make_letter()
    waits = []
    with mail_server(started=False) as post:
        smtp(post)
        for _ in range(9):
            assert sending.do_one()
            waits.append(seconds_to_wait(letter))
            make_due(letter)
        post.start()
        assert sending.do_one()

    assert waits == [10, 20, 40, 80, 160, 320, 640, 900, 900]
    assert len(post.accepted) == 1
    assert [record.getMessage() for record in caplog.records] == [
        "The mail server cannot be had (ConnectionRefusedError). Letters wait for it.",
        "The mail server takes letters again.",
    ]


def test_a_mail_server_that_failed_is_left_alone_for_a_while(smtp):
    agency = make_organisation()
    for _ in range(3):
        make_letter(agency)
    with mail_server(started=False) as post:
        smtp(post)

        assert [sending.do_one() for _ in range(3)] == [True, False, False]

    assert sorted(Letter.objects.values_list("tries", flat=True)) == [0, 0, 1]


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("EHLO", "421 4.3.2 shutting down"),
        ("MAIL", "550 5.7.1 we do not know you"),
        ("RCPT", "450 4.2.0 greylisted"),
        ("RCPT", "550 5.7.1 relaying denied"),
        ("DATA", "451 4.3.0 come back later"),
        ("END", "452 4.3.1 no room"),
    ],
)
def test_what_the_mail_server_does_not_take_now_is_tried_again(smtp, word, answer):
    letter = make_letter()
    with mail_server() as post:
        smtp(post)
        post.refusals = {word: answer, "HELO": answer}
        assert sending.do_one()
        assert seconds_to_wait(letter) == 10
        assert post.accepted == []

        post.refusals.clear()
        make_due(letter)
        assert sending.do_one()

    assert len(post.letters_to("priya@example.com")) == 1


@pytest.mark.parametrize(
    ("word", "answer"),
    [("RCPT", "550 5.1.1 no such mailbox"), ("END", "554 5.6.0 what is this")],
)
def test_what_it_refuses_for_good_is_given_up_and_a_line_says_so_without_naming_anybody(
    smtp, caplog, word, answer
):
    letter = make_letter()
    with mail_server() as post:
        smtp(post)
        post.refusals[word] = answer
        assert sending.do_one()
        post.refusals.clear()
        make_due(letter)
        assert not sending.do_one()

    letter.refresh_from_db()
    assert (letter.sent_at, letter.encrypted_words) == (None, None)
    assert letter.given_up_at
    [line] = [record.getMessage() for record in caplog.records]
    assert line == (
        "A letter (organisations/mail/password_reset) was given up: "
        "the mail server refused it for good."
    )


def test_what_cannot_be_sent_in_its_time_is_given_up_rather_than_sent_late(smtp, caplog):
    letter = make_letter(good_for=timedelta(hours=1))
    other = make_letter(letter.organisation)
    soon = timezone.now() + timedelta(hours=1)
    assert abs(letter.give_up_at - soon) < timedelta(minutes=1)
    assert abs(other.give_up_at - soon - timedelta(days=4, hours=-1)) < timedelta(minutes=1)
    Letter.objects.filter(pk=letter.pk).update(tries=7, give_up_at=Now())

    with mail_server() as post:
        smtp(post)
        while sending.do_one():
            pass

    assert len(post.accepted) == 1
    assert Letter.objects.get(given_up_at=None).pk == other.pk
    assert "was given up: 7 tries failed in the time that it was good for." in caplog.text


def test_a_letter_that_no_key_reads_any_more_holds_up_no_other(settings, mailoutbox, caplog):
    make_letter()
    settings.SECRET_KEY = "another-key-of-fifty-characters-or-more-0123456789-abc"
    make_letter()

    while sending.do_one():
        pass

    assert len(mailoutbox) == 1
    assert "was given up: no SECRET_KEY reads it." in caplog.text


def test_the_farewell_of_a_mail_server_does_not_undo_what_it_has_accepted(smtp, monkeypatch):
    def fails(session):
        raise smtplib.SMTPServerDisconnected

    monkeypatch.setattr(smtplib.SMTP, "quit", fails)
    make_letter()
    with mail_server() as post:
        smtp(post)
        assert sending.do_one()

    assert Letter.objects.get().sent_at


# --- Kept -----------------------------------------------------------------------------------------
def test_what_was_sent_stays_for_a_month_and_what_waits_for_as_long_as_it_does(mailoutbox):
    old, lately = make_letter(), make_letter()
    while sending.do_one():
        pass
    waits = make_letter()
    long_ago = timezone.now() - sending.KEPT - timedelta(days=1)
    Letter.objects.filter(pk__in=[old.pk, waits.pk]).update(created_at=long_ago)

    assert sending.drop_old() == 1

    assert set(Letter.objects.values_list("pk", flat=True)) == {lately.pk, waits.pk}
