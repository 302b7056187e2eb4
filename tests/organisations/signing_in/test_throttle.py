"""Guessing passwords is slow, and guessing somebody's does not keep them out."""

import logging
import time

import pytest
from django.core.cache import cache
from django.test import Client

from organisations.models import AuditEntry, User
from organisations.signing_in import throttle
from tests.factories import PASSWORD, make_user

HOME, OFFICE, STRANGER = "192.0.2.1", "198.51.100.7", "203.0.113.9"
SPELLINGS = [
    "admin@example.com",
    "ADMIN@Example.COM",
    "  admin@example.com\t",
    "ａｄｍｉｎ@example.com",
    "admin＠example．com",
    "ⓐⓓⓜⓘⓝ@example.com",
    "𝐚𝐝𝐦𝐢𝐧@example.com",
    "𝖆𝖉𝖒𝖎𝖓@𝖊𝖝𝖆𝖒𝖕𝖑𝖊.com",
    "ADMİN@example.com",
    "adm\N{LATIN SMALL LETTER I}\N{COMBINING DOT ABOVE}n@example.com",
    "ad\N{ZERO WIDTH SPACE}min@example.com",
    "admin\N{SOFT HYPHEN}@exam\N{WORD JOINER}ple.com",
    "\N{RIGHT-TO-LEFT MARK}admin@example.com",
    "ad\0min@example.com",
    "mailto:admin@example.com",
    "Ada Admin <admin@example.com>",
    "'admin@example.com'",
    "admin@example.com.",
]


def sign_in(client, person, password=PASSWORD, address=STRANGER):
    email = person.email if isinstance(person, User) else person
    return client.post("/sign-in/", {"username": email, "password": password}, REMOTE_ADDR=address)


def guess(person, times, address=STRANGER) -> list[int]:
    """What a new browser at the address is answered, time after time."""
    return [sign_in(Client(), person, "wrong", address).status_code for _ in range(times)]


def test_the_eleventh_attempt_of_an_address_at_an_account_must_wait(agent):
    assert guess(agent, 10) == [422] * 10

    answer = sign_in(Client(), agent)

    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 900
    page = answer.content.decode()
    assert "Too many attempts. Wait" in page
    assert f'value="{agent.email}"' in page
    assert PASSWORD not in page


def test_the_wait_is_as_long_as_the_answer_says(agent, monkeypatch):
    guess(agent, 10)
    wait = int(sign_in(Client(), agent)["Retry-After"])
    told_at = time.time()

    monkeypatch.setattr("time.time", lambda: told_at + wait)

    assert sign_in(Client(), agent).status_code == 302


def test_a_stranger_keeps_nobody_out_who_signs_in_elsewhere(agent):
    guess(agent, 12)

    assert sign_in(Client(), agent, address=HOME).status_code == 302


def test_however_many_strangers_guess_a_known_device_goes_on_signing_in(agent):
    known = Client()
    sign_in(known, agent, address=HOME)
    known.post("/sign-out/")
    for n in range(11):
        guess(agent, 10, f"203.0.113.{n}")
    assert sign_in(Client(), agent, address=HOME).status_code == 429  # whoever is not known

    assert sign_in(known, agent, address=STRANGER).status_code == 302


def test_a_device_that_guesses_is_slowed_by_itself(agent):
    known = Client()
    sign_in(known, agent, address=HOME)
    known.post("/sign-out/")

    answers = [sign_in(known, agent, "wrong", HOME).status_code for _ in range(11)]

    assert answers == [422] * 10 + [429]
    assert sign_in(Client(), agent, address=OFFICE).status_code == 302


def test_a_device_known_to_one_account_is_a_stranger_to_another(agent, admin):
    known = Client()
    sign_in(known, agent, address=HOME)
    known.post("/sign-out/")
    guess(admin, 10, HOME)

    assert sign_in(known, admin, address=HOME).status_code == 429


def test_a_device_cookie_that_was_made_up_is_none(agent):
    forger = Client()
    forger.cookies["sift_device"] = "eyJhIjoiYiJ9:1abcde:AAAA"
    guess(agent, 10)

    assert sign_in(forger, agent).status_code == 429


def known_devices_of(person, number) -> list[Client]:
    """Browsers in which the person signed in before, and out again."""
    browsers = [Client() for _ in range(number)]
    for browser in browsers:
        sign_in(browser, person, address=HOME)
        browser.post("/sign-out/")
    cache.clear()
    return browsers


def test_known_devices_of_one_address_are_counted_together_though_later(agent, monkeypatch):
    monkeypatch.setattr(throttle, "BY_KNOWN_ADDRESS", "12/15m")
    first, second = known_devices_of(agent, 2)

    answers = [sign_in(first, agent, "wrong", HOME).status_code for _ in range(8)]
    answers += [sign_in(second, agent, "wrong", HOME).status_code for _ in range(5)]

    assert answers == [422] * 12 + [429]
    assert sign_in(second, agent, address=OFFICE).status_code == 302


def test_known_devices_of_one_account_are_counted_together_though_later(agent, monkeypatch):
    monkeypatch.setattr(throttle, "BY_KNOWN_ACCOUNT", "12/h")
    first, second = known_devices_of(agent, 2)

    answers = [sign_in(first, agent, "wrong", HOME).status_code for _ in range(8)]
    answers += [sign_in(second, agent, "wrong", OFFICE).status_code for _ in range(5)]

    assert answers == [422] * 12 + [429]
    assert sign_in(Client(), agent).status_code == 302  # strangers are counted apart


def test_known_devices_may_try_more_often_than_strangers():
    def number(rate):
        return int(rate.partition("/")[0])

    assert number(throttle.BY_KNOWN_ADDRESS) > number(throttle.BY_ADDRESS)
    assert number(throttle.BY_KNOWN_ACCOUNT) > number(throttle.BY_ACCOUNT)


def test_one_address_cannot_try_account_after_account(db):
    answers = [guess(f"person{n}@example.com", 1)[0] for n in range(61)]

    assert answers == [422] * 60 + [429]
    assert guess("person0@example.com", 1, HOME) == [422]


def test_an_e_mail_that_nobody_has_is_throttled_like_one_that_somebody_has(agent):
    assert guess(agent, 11) == guess("nobody@example.com", 11, HOME)


@pytest.fixture
def ada(agency) -> User:
    return make_user(agency, email="Admin@example.com")


def test_every_spelling_of_an_e_mail_is_counted_with_the_others(ada):
    answers = [guess(spelling, 1)[0] for spelling in SPELLINGS]

    assert answers == [422] * 10 + [429] * (len(SPELLINGS) - 10)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_failure_stands_in_the_trail_however_the_e_mail_is_spelt(ada, agency, spelling):
    guess(spelling, 1)

    [entry] = AuditEntry.objects.for_organisation(agency)
    assert (entry.action, entry.target_id) == ("sign_in_failed", ada.pk)


def test_letters_for_a_new_password_are_counted_however_the_e_mail_is_spelt(client, ada, letters):
    for spelling in SPELLINGS:
        assert client.post("/password-reset/", {"email": spelling}).status_code == 302

    assert [letter.to for letter in letters()] == [["Admin@example.com"]] * 3


def test_spellings_of_what_nobody_has_are_counted_together_too(db):
    assert [guess(spelling, 1)[0] for spelling in SPELLINGS[:11]] == [422] * 10 + [429]


def test_a_lock_out_is_kept_once_until_it_is_over(ada, agency, monkeypatch):
    guess(ada, 13)
    guess(ada, 11, HOME)
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now + 901)
    guess(ada, 12)

    trail = AuditEntry.objects.for_organisation(agency).filter(action="sign_in_refused")
    assert sorted(entry.address for entry in trail) == [HOME, STRANGER, STRANGER]
    assert {(entry.actor_id, entry.target_id) for entry in trail} == {(None, ada.pk)}


def test_a_lock_out_of_a_signed_in_person_is_kept_once_too(signed_in, agent, agency):
    form = {"old_password": "wrong", "new_password1": "", "new_password2": ""}
    answers = [signed_in.post("/settings/profile/password/", form) for _ in range(12)]

    assert [answer.status_code for answer in answers] == [422] * 10 + [429] * 2
    [entry] = AuditEntry.objects.for_organisation(agency)
    assert (entry.action, entry.target_id) == ("sign_in_refused", agent.pk)


def test_the_case_of_an_e_mail_makes_no_further_attempts(agent):
    guess(agent, 10)

    assert guess(f" {agent.email.upper()}", 1) == [429]


def test_a_new_password_by_mail_lets_one_in_where_strangers_guess(client, agent, letters):
    client.post("/password-reset/", {"email": agent.email})
    link = next(word for word in letters()[0].body.split() if "/password-reset/" in word)
    form = client.get(link, follow=True).redirect_chain[-1][0]
    guess(agent, 10, "127.0.0.1")

    client.post(form, dict.fromkeys(("new_password1", "new_password2"), "a new long phrase"))

    assert sign_in(client, agent, "a new long phrase", "127.0.0.1").status_code == 302


@pytest.fixture
def no_store(settings):
    """Redis is away."""
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }


@pytest.mark.usefixtures("no_store")
def test_without_its_store_people_sign_in_all_the_same(agent, caplog):
    assert sign_in(Client(), agent).status_code == 302
    assert {r.name for r in caplog.records if r.levelno >= logging.ERROR} == {"sift.limits"}


@pytest.mark.usefixtures("no_store")
def test_without_its_store_the_process_itself_counts_passwords(agent, monkeypatch):
    assert guess(agent, 11) == [422] * 10 + [429]
    wait = int(sign_in(Client(), agent)["Retry-After"])
    assert 1 <= wait <= 900
    told_at = time.time()

    monkeypatch.setattr("time.time", lambda: told_at + wait)

    assert sign_in(Client(), agent).status_code == 302


@pytest.mark.usefixtures("no_store")
def test_without_its_store_a_mailbox_is_not_flooded_either(client, agent, letters):
    for _ in range(5):
        client.post("/password-reset/", {"email": agent.email})

    assert len(letters()) == 3


def test_the_cookie_lasts_and_is_for_the_server_alone(agent):
    client = Client()
    sign_in(client, agent)
    cookie = client.cookies["sift_device"]

    assert cookie["httponly"]
    assert int(cookie["max-age"]) >= 30 * 24 * 3600
    assert agent.email not in cookie.value


@pytest.mark.parametrize("again", [1, 2])
def test_nothing_of_an_attempt_is_kept_but_a_number(agent, again):
    guess(agent, again)

    assert agent.email not in str(cache._cache)  # the memory of this process
