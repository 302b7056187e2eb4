"""The samples beside the keys run as they stand, against the server that showed them."""

import html
import os
import re
import shutil
import subprocess
import sys

import pytest

from tests.factories import make_key, make_lead

TAB = "/settings/api-keys/"


@pytest.mark.django_db(transaction=True)
def test_each_sample_lists_leads_as_it_stands(
    client, live_server, tmp_path, admin, agency, settings
):
    settings.SIFT_URL = live_server.url
    make_lead(agency, name="Siân Hughes")
    _, text = make_key(agency, name="CRM sync")
    client.force_login(admin)
    page = client.get(TAB).content.decode()
    samples = {
        name: html.unescape(code)
        for name, code in re.findall(r'<code id="sample-(\w+)">(.*?)</code>', page, re.DOTALL)
    }
    assert set(samples) == {"curl", "python", "javascript"}
    (tmp_path / "sample.py").write_text(samples["python"])
    (tmp_path / "sample.mjs").write_text(samples["javascript"])
    programs = {
        "curl": ["sh", "-c", samples["curl"]],
        "python": [sys.executable, str(tmp_path / "sample.py")],
        "node": ["node", str(tmp_path / "sample.mjs")],
    }

    for program, command in programs.items():
        if program != "python" and shutil.which(program) is None:
            continue  # what this machine cannot run, another does
        done = subprocess.run(
            command,
            env=os.environ | {"SIFT_API_KEY": text, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=False,
            timeout=30,
        )
        assert "Siân Hughes" in done.stdout.decode(), (program, done.stderr)
