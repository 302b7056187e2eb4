"""Letters leave over SMTP: later than the answer, and before the process ends."""

import socket
import threading

import httpx
import pytest
from django.test import Client

from organisations.models import User
from tests.factories import PASSWORD, make_organisation, make_user
from tests.servers import listening_socket, serve

pytestmark = pytest.mark.django_db(transaction=True)


class MailServer(threading.Thread):
    """Takes one letter, but says nothing before it is told to."""

    def __init__(self, listener: socket.socket) -> None:
        super().__init__(daemon=True)
        self.listener = listener
        self.greets = threading.Event()
        self.letter = b""

    def run(self) -> None:
        connection, _ = self.listener.accept()
        with connection, connection.makefile("rwb") as talk:
            self.greets.wait()
            self.say(talk, b"220 mail.example ready")
            while line := talk.readline().strip().lower():
                if line == b"data":
                    self.say(talk, b"354 go on")
                    while (text := talk.readline()) != b".\r\n":
                        self.letter += text
                self.say(talk, b"221 bye" if line == b"quit" else b"250 good")

    @staticmethod
    def say(talk, words: bytes) -> None:
        talk.write(words + b"\r\n")
        talk.flush()


def test_a_letter_keeps_no_answer_waiting_and_is_sent_though_the_process_ends():
    person = make_user(make_organisation(), email="priya@example.com")
    with listening_socket() as listener:
        server = MailServer(listener)
        server.start()
        env = {
            "EMAIL_URL": f"smtp://127.0.0.1:{listener.getsockname()[1]}",
            "EMAIL_FROM": "Sift <sift@example.co.uk>",
        }

        with serve(env=env) as address:
            changed = change_password(address, person)
            assert changed.status_code == 303  # while the mail server has not said a word
            threading.Timer(0.5, server.greets.set).start()  # by then the process is ending
        server.join(timeout=15)

    assert b"To: priya@example.com" in server.letter
    assert b"From: Sift <sift@example.co.uk>" in server.letter
    assert b"The password was changed" in server.letter


def test_without_a_mail_server_no_letters_link_comes_into_a_log(tmp_path):
    person = make_user(make_organisation(), email="priya@example.com")
    log = tmp_path / "server.log"

    with (
        serve(env={"GUNICORN_CMD_ARGS": f"--capture-output --error-logfile={log}"}) as address,
        httpx.Client(base_url=address) as browser,
    ):
        form = {"csrfmiddlewaretoken": token_in(browser, "/password-reset/"), "email": person.email}
        assert browser.post("/password-reset/", data=form).status_code == 302

    said = log.read_text()
    assert "A letter (organisations/mail/password_reset) was not sent: EMAIL_URL names no" in said
    assert f"{address}/password-reset/" not in said
    assert "This link does it" not in said
    assert person.email not in said


def change_password(address: str, person: User) -> httpx.Response:
    session = Client()
    session.force_login(person)
    cookies = {"sift_session": session.cookies["sift_session"].value}
    with httpx.Client(base_url=address, cookies=cookies) as browser:
        token = token_in(browser, "/settings/profile/password/")
        new = dict.fromkeys(("new_password1", "new_password2"), "a wholly different phrase")
        form = {"csrfmiddlewaretoken": token, "old_password": PASSWORD} | new
        return browser.post("/settings/profile/password/", data=form)


def token_in(browser: httpx.Client, path: str) -> str:
    page = browser.get(path).text
    return page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
