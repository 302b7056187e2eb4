"""Letters leave over SMTP: later than the answer, and before the process ends."""

import socket
import threading

import httpx
import pytest

from tests.factories import make_organisation, make_user
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

        with serve(env=env) as address, httpx.Client(base_url=address) as browser:
            form = browser.get("/password-reset/").text
            token = form.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
            said = {"email": person.email, "csrfmiddlewaretoken": token}
            answer = browser.post("/password-reset/", data=said)
            assert answer.status_code == 302
            assert not server.letter
            threading.Timer(0.5, server.greets.set).start()  # by then the process is ending
        server.join(timeout=15)

    assert b"To: priya@example.com" in server.letter
    assert b"From: Sift <sift@example.co.uk>" in server.letter
    assert f"{address}/password-reset/".encode() in server.letter.replace(b"=\r\n", b"")
