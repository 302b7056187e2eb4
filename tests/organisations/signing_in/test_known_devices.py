"""Devices on which one signed in before: known by a cookie, seen on the profile, and forgotten."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from organisations.models import AuditEntry, KnownDevice
from organisations.models.known_device import MOST
from tests.factories import PASSWORD

PAGE = "/settings/profile/"
NEW = "a wholly different phrase"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


def sign_in(client, person, password=PASSWORD):
    return client.post("/sign-in/", {"username": person.email, "password": password})


def browser_of(*people) -> Client:
    """A browser in which each of them signed in, the last of them still being there."""
    client = Client(headers={"User-Agent": FIREFOX})
    for person in people:
        client.post("/sign-out/")
        sign_in(client, person)
    return client


def is_known(client, person) -> bool:
    """Whether it goes on signing in while strangers at its address have to wait."""
    client.post("/sign-out/")
    for _ in range(10):
        sign_in(Client(), person, "wrong")
    return sign_in(client, person).status_code == 302


def rows(client) -> list[str]:
    """The profile's list, as text."""
    page = client.get(PAGE).content.decode().partition('id="devices-heading"')[2]
    return [
        " ".join(re.sub(r"<[^>]+>", " ", row).split())
        for row in re.findall(r'<tr class="row".*?</tr>', page, re.S)
    ]


def test_the_profile_says_which_are_known_since_when_and_which_is_this_one(agent, admin):
    other = Client()
    sign_in(other, agent)
    here = browser_of(admin, agent)

    mine, others = rows(here)

    assert mine.startswith("Firefox on Windows This one Known since just now Last sign-in just now")
    assert others.startswith("A browser Known since")
    assert "This one" not in others


def test_one_signs_in_again_and_it_is_the_same_device(agent):
    client = browser_of(agent, agent)

    assert len(rows(client)) == 1
    assert is_known(client, agent)


def test_a_device_forgotten_is_a_strangers_and_the_others_are_not(agent, agency):
    here, there = browser_of(agent), browser_of(agent)
    device = KnownDevice.objects.last_used_first().first()

    answer = here.post(f"{PAGE}devices/{device.id}/")

    assert answer["Location"] == PAGE
    assert len(rows(here)) == 1
    entry = AuditEntry.objects.for_organisation(agency).newest_first()[0]
    assert (entry.action, entry.details) == ("devices_forgotten", {"devices": 1})
    assert is_known(here, agent)
    there.post("/sign-out/")
    assert sign_in(there, agent).status_code == 429


def test_all_are_forgotten_at_once_and_nobody_is_signed_out_by_it(agent, admin):
    here, theirs = browser_of(agent), browser_of(admin)
    browser_of(agent)

    assert here.post(f"{PAGE}devices/")["Location"] == PAGE

    assert rows(here) == []
    assert here.get("/").status_code == 200
    assert not is_known(here, agent)
    assert is_known(theirs, admin)


def test_a_colleagues_device_is_not_ones_own_to_forget(agent, admin):
    browser_of(agent)
    device = KnownDevice.objects.get()

    assert browser_of(admin).post(f"{PAGE}devices/{device.id}/").status_code == 404
    assert KnownDevice.objects.filter(pk=device.pk).exists()


def test_a_new_password_forgets_all_but_the_one_it_is_set_on(agent):
    here, there = browser_of(agent), browser_of(agent)

    here.post(
        f"{PAGE}password/",
        {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW},
    )

    assert len(rows(here)) == 1
    for _ in range(10):
        sign_in(Client(), agent, "wrong")
    assert sign_in(there, agent, NEW).status_code == 429
    here.post("/sign-out/")
    assert sign_in(here, agent, NEW).status_code == 302


def test_a_new_password_by_mail_forgets_them_too(agent, letters):
    there, here = browser_of(agent), Client()
    here.post("/password-reset/", {"email": agent.email})
    link = re.search(r"http://testserver(/password-reset/\S+)", letters()[-1].body)[1]
    form = here.get(link, follow=True).redirect_chain[-1][0]

    here.post(form, {"new_password1": NEW, "new_password2": NEW})

    for _ in range(10):
        sign_in(Client(), agent, "wrong")
    assert sign_in(there, agent, NEW).status_code == 429
    assert sign_in(here, agent, NEW).status_code == 302


def test_a_cookie_that_was_copied_is_of_no_use_after_the_owners_next_sign_in(agent):
    client, thief = browser_of(agent), Client()
    thief.cookies["sift_device"] = client.cookies["sift_device"].value
    client.post("/sign-out/")
    sign_in(client, agent)

    assert is_known(client, agent)
    assert not is_known(thief, agent)


def test_a_browser_stays_known_to_everybody_who_signs_in_with_it(agent, admin):
    client = browser_of(agent, admin)

    assert is_known(client, admin)
    assert is_known(client, agent)


def test_what_is_stored_of_a_token_lets_nobody_in(agent):
    client = browser_of(agent)
    device = KnownDevice.objects.get()

    assert device.digest not in client.cookies["sift_device"].value
    assert agent.email not in client.cookies["sift_device"].value


def test_a_device_of_long_ago_is_known_no_more(agent):
    client = browser_of(agent)
    long_ago = timezone.now() - timedelta(days=181)
    KnownDevice.objects.update(last_used_at=long_ago)

    assert rows(client) == []
    assert not is_known(client, agent)


@pytest.mark.parametrize("cookie", ["made-up", "eyJhIjoiYiJ9:1abcde:AAAA"])
def test_a_cookie_that_is_none_of_ours_makes_no_device_known(agent, cookie):
    client = Client()
    client.cookies["sift_device"] = cookie

    assert not is_known(client, agent)


def test_of_many_devices_the_longest_unused_is_forgotten(agent):
    first = browser_of(agent)
    for n in range(MOST):
        sign_in(Client(REMOTE_ADDR=f"192.0.2.{n}"), agent)

    assert KnownDevice.objects.of(agent).count() == MOST
    assert not is_known(first, agent)
