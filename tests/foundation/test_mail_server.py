"""Letters leave over SMTP: later than the answer, by another process, and in no log."""

import httpx
import pytest

from organisations.models import User
from tests.factories import PASSWORD, make_organisation, make_user
from tests.mail_server import mail_server
from tests.servers import serve, work
from tests.signing_in import cookie_of
from tests.waiting import wait_for
from tests.working.conftest import HURRIED

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_letter_keeps_no_answer_waiting_and_is_sent_though_the_process_ends():
    person = make_user(make_organisation(), email="priya@example.com")
    with mail_server(started=False) as post:
        with serve(env=post.environment) as address:
            changed = change_password(address, person)
            assert changed.status_code == 303  # while there is no mail server at all
        post.start()

        with work(env=HURRIED | post.environment):
            wait_for(lambda: post.accepted)

    [letter] = post.accepted
    assert letter["To"] == "priya@example.com"
    assert letter["From"] == "Sift <sift@example.co.uk>"
    assert "The password was changed" in letter["Subject"]


def test_without_a_mail_server_no_letters_link_comes_into_a_log(tmp_path):
    person = make_user(make_organisation(), email="priya@example.com")
    log = tmp_path / "server.log"

    with (
        serve(env={"GUNICORN_CMD_ARGS": f"--capture-output --error-logfile={log}"}) as address,
        work(env=HURRIED) as worker,
    ):
        with httpx.Client(base_url=address) as browser:
            token = token_in(browser, "/password-reset/")
            form = {"csrfmiddlewaretoken": token, "email": person.email}
            assert browser.post("/password-reset/", data=form).status_code == 302
        wait_for(lambda: "was not sent" in worker.logged())
        said = log.read_text() + worker.logged()

    assert "A letter (organisations/mail/password_reset) was not sent: EMAIL_URL names no" in said
    assert f"{address}/password-reset/" not in said
    assert "This link does it" not in said
    assert person.email not in said


def change_password(address: str, person: User) -> httpx.Response:
    with httpx.Client(base_url=address, cookies=cookie_of(person)) as browser:
        token = token_in(browser, "/settings/profile/password/")
        new = dict.fromkeys(("new_password1", "new_password2"), "a wholly different phrase")
        form = {"csrfmiddlewaretoken": token, "old_password": PASSWORD} | new
        return browser.post("/settings/profile/password/", data=form)


def token_in(browser: httpx.Client, path: str) -> str:
    page = browser.get(path).text
    return page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
