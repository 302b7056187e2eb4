"""The key that signs where no deployment named one: random, kept, and for its owner alone."""

import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from sift_site.development import secret_key
from tests.servers import PROJECT

ASKING = (
    "import pathlib, sys; from sift_site.development import secret_key; "
    "print(secret_key.of_this_machine(pathlib.Path(sys.argv[1])))"
)


def test_it_is_made_once_and_for_its_owner_alone(tmp_path):
    var = tmp_path / "var"

    first, second = secret_key.of_this_machine(var), secret_key.of_this_machine(var)

    assert first == second
    assert len(first) >= 50
    assert (var / "secret_key").stat().st_mode & 0o777 == 0o600


def test_each_machine_has_its_own(tmp_path):
    keys = {secret_key.of_this_machine(tmp_path / name) for name in ("one", "another")}

    assert len(keys) == 2


def test_those_who_need_it_first_at_once_get_one(tmp_path):
    asked = [sys.executable, "-c", ASKING, str(tmp_path / "var")]
    processes = [
        subprocess.Popen(asked, cwd=PROJECT, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]

    assert len({process.communicate(timeout=30)[0] for process in processes}) == 1


def test_where_it_cannot_be_kept_a_sentence_says_so(tmp_path):
    (tmp_path / "var").write_text("no folder")

    with pytest.raises(ImproperlyConfigured, match=r"secret_key cannot be used .*set SECRET_KEY"):
        secret_key.of_this_machine(tmp_path / "var")
