"""One's own page: who one is, and the theme one chose, which every page then has."""

import re

import pytest

from organisations.models import User
from tests.factories import make_user


def choose(client, theme):
    return client.post("/settings/profile/", {"theme": theme})


def test_the_profile_says_who_one_is_and_which_theme_is_chosen(signed_in, agent):
    page = signed_in.get("/settings/profile/").content.decode()

    for said in ("Amir Agent", agent.email, "Agent", "Harbour &amp; Vale"):
        assert said in page
    assert re.search(r'<input[^>]+value="system"[^>]+checked', page)
    assert not re.search(r'<input[^>]+value="dark"[^>]+checked', page)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_chosen_theme_is_on_every_page_and_outlasts_the_session(client, agent, theme):
    client.force_login(agent)

    answer = choose(client, theme)

    assert (answer.status_code, answer["Location"]) == (303, "/settings/profile/")
    assert "Your choices are saved." in client.get("/settings/profile/").content.decode()
    client.logout()
    client.force_login(User.objects.get(pk=agent.pk))
    for address in ("/", "/leads/", "/conversations/", "/settings/profile/", "/nothing-here/"):
        assert f'<html lang="en-GB" data-theme="{theme}">' in client.get(address).content.decode()


def test_the_systems_theme_is_no_attribute_so_the_system_decides(signed_in):
    choose(signed_in, "dark")
    choose(signed_in, "system")

    assert "data-theme" not in signed_in.get("/").content.decode()


def test_sign_in_follows_the_system_whoever_was_here_before(signed_in):
    choose(signed_in, "dark")
    signed_in.post("/sign-out/")

    assert "data-theme" not in signed_in.get("/sign-in/").content.decode()


@pytest.mark.parametrize("theme", ["sepia", ""])
def test_a_theme_that_is_none_is_refused_in_words_and_changes_nothing(signed_in, agent, theme):
    answer = choose(signed_in, theme)
    page = answer.content.decode()

    assert answer.status_code == 422
    assert "Choose one of the three themes." in page or "Choose a theme." in page
    assert "data-theme" not in page
    agent.refresh_from_db()
    assert agent.theme == "system"


def test_nothing_but_ones_own_choices_can_be_changed_there(signed_in, agent, agency):
    colleague = make_user(agency, name="Colleague")

    signed_in.post(
        "/settings/profile/",
        {"theme": "dark", "role": "admin", "email": "x@example.com", "id": colleague.id},
    )

    agent.refresh_from_db()
    colleague.refresh_from_db()
    assert (agent.theme, agent.role) == ("dark", "agent")
    assert agent.email != "x@example.com"
    assert colleague.theme == "system"
