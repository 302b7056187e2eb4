"""One's own page: who one is, and the theme one chose, which every page then has."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from foundation.days import AGENCY_ZONE
from organisations.models import AuditEntry, User
from tests.factories import at, make_lead, make_user
from tests.markup import without_layout


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
        page = without_layout(client.get(address).content.decode())
        assert f'<html lang="en-GB" data-theme="{theme}">' in page


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


# --- Name and time zone ---------------------------------------------------------------------------
def say(client, name="Amir Agent", time_zone="Europe/London", **more):
    form = {"name": name, "time_zone": time_zone}
    return client.post("/settings/profile/about/", form | more)


def test_a_new_name_is_shown_on_the_next_page_and_kept(signed_in, agent, agency):
    answer = say(signed_in, " Amír <b>Agent ")

    assert (answer.status_code, answer["Location"]) == (303, "/settings/profile/")
    assert "Amír &lt;b&gt;Agent" in signed_in.get("/").content.decode()
    (entry,) = AuditEntry.objects.for_organisation(agency)
    assert (entry.action, entry.target_id, entry.details) == ("person_renamed", agent.pk, {})


@pytest.mark.parametrize("name", ["", "   ", "x" * 201, "a\x00b", "a\nb"])
def test_a_name_that_is_none_is_refused_beside_its_field(signed_in, agent, name):
    answer = say(signed_in, name)

    assert answer.status_code == 422
    assert "id_name" in answer.content.decode()
    agent.refresh_from_db()
    assert agent.name == "Amir Agent"


@pytest.mark.parametrize("zone", ["", "Europe/Atlantis", "../../etc/passwd", "Etc/GMT+1", "\x00"])
def test_a_time_zone_that_is_none_is_refused_in_words(signed_in, agent, zone):
    answer = say(signed_in, time_zone=zone)

    assert answer.status_code == 422
    assert "time zone" in answer.content.decode()
    agent.refresh_from_db()
    assert agent.time_zone == "Europe/London"


def test_a_time_zone_changes_the_times_one_is_shown(signed_in, agent, agency):
    lead = make_lead(agency, name="Early", created_at=at("2026-01-05 23:30"))
    page = f"/leads/{lead.id}/"
    assert "23:30 GMT" in signed_in.get(page).content.decode()

    say(signed_in, time_zone="Asia/Kolkata")

    assert "5:00 IST" in signed_in.get(page).content.decode()
    assert "Tuesday 6 January 2026" in signed_in.get(page).content.decode()


def test_a_time_zone_moves_no_day_of_the_agencys(signed_in, agency):
    """Leads of today are those of London's today, wherever the person sits."""
    midnight = timezone.localtime(timezone=AGENCY_ZONE).replace(hour=0, minute=0, second=0)
    make_lead(agency, name="Yesterdays", created_at=midnight - timedelta(seconds=1))
    make_lead(agency, name="Todays", created_at=midnight + timedelta(seconds=1))

    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        say(signed_in, time_zone=zone)
        page = signed_in.get("/leads/?period=today").content.decode()

        assert "Todays" in page
        assert "Yesterdays" not in page
        overview = signed_in.get("/").content.decode()
        assert date_format(midnight, "l j F Y") in overview


def test_a_zone_that_this_machine_no_longer_knows_is_the_agencys(signed_in, agent):
    agent.time_zone = "Europe/Atlantis"
    agent.save(update_fields=["time_zone"])

    assert signed_in.get("/").status_code == 200


def test_nothing_but_name_and_time_zone_can_be_changed_there(signed_in, agent):
    say(signed_in, role="admin", email="x@example.com", is_active="", organisation="x")

    unchanged = User.objects.get(pk=agent.pk)
    assert (unchanged.role, unchanged.email, unchanged.is_active) == ("agent", agent.email, True)
