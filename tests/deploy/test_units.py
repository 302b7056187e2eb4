"""systemd's units are understood by systemd, and shut Sift off from what it has no use for."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.containerfile import PROJECT

UNITS = sorted((PROJECT / "deploy").glob("*.service"))
ANALYZE = shutil.which("systemd-analyze")
pytestmark = [
    pytest.mark.optional,
    pytest.mark.skipif(ANALYZE is None, reason="this system has no systemd"),
]


def analyze(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([ANALYZE, *words], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_is_shut_off_well(unit):
    judged = analyze("security", "--offline=true", "--threshold=25", unit)

    assert judged.returncode == 0, judged.stdout


def test_units_are_understood(tmp_path):
    """With the paths of this machine: systemd looks whether the programs are there."""
    for unit in [*UNITS, *(PROJECT / "deploy").glob("*.timer")]:
        text = unit.read_text().replace("User=sift", "User=daemon")
        text = re.sub(r"/srv/sift/\.venv/bin/\w+", sys.executable, text)
        (tmp_path / unit.name).write_text(text.replace("/srv/sift", str(tmp_path)))

    seen = analyze("verify", "--man=no", *sorted(tmp_path.iterdir()))

    named = [line for line in seen.stderr.splitlines() if "sift-" in line or str(tmp_path) in line]
    assert named == []
    assert seen.returncode == 0, seen.stderr
