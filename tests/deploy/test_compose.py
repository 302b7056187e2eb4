"""deploy/compose.yaml and what it mounts, as far as that is seen without a container engine."""

import re
from typing import Any

import pytest
import yaml

from sift_site import environment
from tests.deploy.containerfile import PROJECT

DEPLOY = PROJECT / "deploy"
OURS = {"migrate", "web", "work", "backup"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


@pytest.fixture(scope="module")
def known() -> set[str]:
    """The variables that Sift reads."""
    files = ["sift_site/environment.py", "sift_site/settings.py", "gunicorn.conf.py"]
    text = "".join((PROJECT / file).read_text() for file in files)
    names = set(re.findall(r'"([A-Z][A-Z_]+[A-Z])"', text))
    return names | {f"{name}_FILE" for name in environment.SECRETS}


def test_it_has_what_sift_needs_and_no_service_without_a_size(compose):
    services = compose["services"]

    assert services.keys() == OURS | {"postgres", "valkey", "caddy"}
    assert all("mem_limit" in service for service in services.values())
    megabytes = sum(int(service["mem_limit"].removesuffix("m")) for service in services.values())
    assert megabytes - 2 * 512 < 4096  # migrate and backup come and go


def test_every_variable_of_sifts_is_one_that_it_reads(compose, known):
    for name in OURS:
        assert compose["services"][name]["environment"].keys() <= known


def test_secrets_come_from_files_that_are_given(compose):
    for name in OURS:
        service = compose["services"][name]
        for variable, value in service["environment"].items():
            if variable.removesuffix("_FILE") in environment.SECRETS - {"REDIS_URL"}:
                assert variable.endswith("_FILE")
                assert value.removeprefix("/run/secrets/") in service["secrets"]
    given = {
        each for service in compose["services"].values() for each in service.get("secrets", ())
    }
    assert given == compose["secrets"].keys()


def test_what_serves_signs_in_with_less_than_the_owners_rights(compose):
    for name, secret in {
        "web": "server_database_url", "work": "server_database_url",
        "migrate": "owner_database_url", "backup": "owner_database_url",
    }.items():  # fmt: skip
        urls = {each for each in compose["services"][name]["secrets"] if "url" in each}
        assert urls - {"email_url"} == {secret}
    assert compose["services"]["migrate"]["command"] == ["migrate", "sift_server"]


def test_all_wait_until_the_database_is_there_and_migrated(compose):
    def waits(name: str) -> dict[str, str]:
        return {on: how["condition"] for on, how in compose["services"][name]["depends_on"].items()}

    assert waits("migrate") == {"postgres": "service_healthy"}
    for name in ("web", "work", "backup"):
        assert waits(name)["migrate"] == "service_completed_successfully"
    assert waits("web")["valkey"] == "service_healthy"
    assert waits("caddy") == {"web": "service_healthy"}
    assert compose["services"]["migrate"]["restart"] == "no"  # else nobody's wait would end


def test_sift_may_write_nowhere_but_to_tmp_and_its_backups(compose):
    for name in OURS:
        service = compose["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["user"] == "10001:10001"
        assert bool(service.get("volumes")) == (name == "backup")


def test_only_the_proxy_is_open_to_the_world(compose):
    assert [name for name, service in compose["services"].items() if "ports" in service] == [
        "caddy"
    ]
    assert compose["networks"]["inside"]["internal"] is True


def test_whatever_is_mounted_from_here_is_there(compose):
    mounted = {
        volume.partition(":")[0]
        for service in compose["services"].values()
        for volume in service.get("volumes", ())
        if volume.startswith("./")
    }

    assert mounted
    assert all((DEPLOY / path).exists() for path in mounted)


def test_every_image_has_a_version(compose):
    for service in compose["services"].values():
        assert re.search(r":[\w.-]*\d", service["image"]) or "sift" in service["image"]
