"""Rolling a key: a new one under its name at once, the old one for a while."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apikeys.models import ApiKey, NameTaken
from apikeys.revoking import revoke
from apikeys.rolling import CannotBeRolled, roll
from organisations.actors import Actor
from organisations.models import AuditEntry
from tests.api.conftest import client_with
from tests.factories import make_key

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def rolled(admin):
    """Rolls a key as the admin, for a day unless said otherwise."""

    def act(key: ApiKey, overlap: timedelta = DAY, expires_at=None):
        by = Actor.for_person(admin, "203.0.113.7")
        return roll(key, overlap=overlap, expires_at=expires_at, person=admin, by=by)

    return act


def status_with(text: str, address: str = "203.0.113.7") -> int:
    return client_with(text).get("/api/v1/leads", REMOTE_ADDR=address).status_code


def test_the_new_key_has_the_name_the_scope_and_the_networks_of_the_old(agency, admin, rolled):
    key, text = make_key(agency, name="CRM", scope="read", allowed_networks=["203.0.113.0/24"])

    old, new, new_text = rolled(key)

    assert (new.name, new.scope, new.allowed_networks) == ("CRM", "read", ["203.0.113.0/24"])
    assert (new.created_by, new.expires_at, old.replaced_by) == (admin, None, new)
    assert new_text != text
    assert status_with(new_text) == status_with(text) == 200
    assert status_with(new_text, "198.51.100.7") == 401


def test_the_old_key_is_renamed_after_its_end_and_stops_then(agency, rolled):
    key, text = make_key(agency, name="CRM")

    old, _, new_text = rolled(key, timedelta(hours=1))

    assert old.name.startswith("CRM (until ")
    assert abs(old.expires_at - timezone.now() - timedelta(hours=1)) < timedelta(minutes=1)
    an_hour_ago = timezone.now() - timedelta(hours=1)
    ApiKey.objects.filter(pk=old.pk).update(expires_at=an_hour_ago)
    assert (status_with(text), status_with(new_text)) == (401, 200)


def test_without_an_overlap_the_old_key_stops_at_once(agency, rolled):
    key, text = make_key(agency)

    old, _, new_text = rolled(key, timedelta(0))

    assert old.is_revoked
    assert (status_with(text), status_with(new_text)) == (401, 200)


def test_a_roll_makes_no_key_live_longer(agency, rolled):
    end = timezone.now() + timedelta(hours=2)
    key, _ = make_key(agency, expires_at=end)

    old, _, _ = rolled(key, 7 * DAY)

    assert old.expires_at == end


def test_a_key_is_rolled_once_its_successor_as_often_as_one_likes(agency, rolled):
    key, _ = make_key(agency, name="CRM")
    first = key

    for _ in range(4):  # on one day: each old key still finds a name of its own
        _, key, _ = rolled(key)

    names = set(ApiKey.objects.for_organisation(agency).values_list("name", flat=True))
    assert len(names) == 5
    assert key.name == "CRM"
    with pytest.raises(CannotBeRolled):
        rolled(first)
    revoke(key)
    with pytest.raises(CannotBeRolled):
        rolled(key)


def test_a_long_name_is_cut_so_that_its_end_has_room(agency, rolled):
    name = "x" * 80
    key, _ = make_key(agency, name=name)

    old, new, _ = rolled(key)

    assert new.name == name
    assert len(old.name) == 80
    assert "x… (until " in old.name


def test_a_roll_that_fails_leaves_the_key_as_it_was(agency, rolled, monkeypatch):
    key, text = make_key(agency, name="CRM")

    def fails(*_, **__):
        raise NameTaken("CRM")

    with monkeypatch.context() as patch:
        patch.setattr("apikeys.rolling.issue", fails)
        with pytest.raises(NameTaken):
            rolled(key)

    assert ApiKey.objects.get().name == "CRM"
    assert ApiKey.objects.get().expires_at is None
    assert status_with(text) == 200


def test_the_audit_trail_says_who_rolled_which_key_into_which(agency, admin, rolled):
    key, _ = make_key(agency)

    _, new, _ = rolled(key)

    entry = AuditEntry.objects.for_organisation(agency).get(action="key_rolled")
    assert (entry.actor_id, entry.address, entry.target_id) == (admin.id, "203.0.113.7", key.id)
    assert entry.details == {"new_key": str(new.id), "overlap_hours": 24}
