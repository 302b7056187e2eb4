"""Styles and scripts are served without what only their readers need, and say the same."""

import gzip
import re
import shutil

import brotli
import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command

from sift_site.serving.static_files import StaticFiles, as_served, with_imports
from tests.servers import PROJECT

SCRIPT = b"""// What it does.
const address = "https://example.com/"; // beside the code
  // Why.
  act(address);
"""
STYLE = b""".a { color: red; } /* why */
/* over
   lines */
.b { color: blue; }
"""


def test_a_script_loses_its_lines_of_comment_its_indentation_and_nothing_else():
    bare = b"""const address = "https://example.com/"; // beside the code
act(address);
"""
    assert as_served("js/any.js", SCRIPT) == bare


def test_a_style_sheet_loses_its_comments_and_its_lines():
    assert as_served("css/any.css", STYLE) == b".a { color: red; } .b { color: blue; } "


@pytest.mark.parametrize("name", ["django_htmx/htmx-2.js", "icon.svg"])
def test_what_is_not_ours_is_left_as_it_is(name):
    assert as_served(name, SCRIPT + STYLE) == SCRIPT + STYLE


@pytest.mark.parametrize(
    "path", sorted((PROJECT / "static/js").glob("*.js")), ids=lambda path: path.name
)
def test_no_script_of_ours_has_a_text_over_several_lines_which_might_lose_one(path):
    bare = as_served(f"js/{path.name}", path.read_bytes())

    assert not [text for text in re.findall(rb"`[^`]*`", bare) if b"\n" in text]


def test_files_that_every_page_loads_are_served_as_one(tmp_path):
    (tmp_path / "one.js").write_bytes(b"const mine = 1;\n")
    (tmp_path / "other.js").write_bytes(b"const mine = 2;\n")

    whole = with_imports(tmp_path, b'// Both.\nimport "./one.js";\nimport "./other.js";\n')

    assert whole == b"// Both.\n{\nconst mine = 1;\n}\n{\nconst mine = 2;\n}\n"


def test_style_sheets_that_every_page_wears_are_served_as_one_as_they_stand(tmp_path):
    (tmp_path / "one.css").write_bytes(b".a { color: red; }\n")

    whole = with_imports(tmp_path, b'/* One. */\n@import "./one.css";\n')

    assert whole == b"/* One. */\n.a { color: red; }\n"


@pytest.mark.parametrize(("name", "imported"), [("js", "page.js"), ("css", "base.css")])
def test_a_change_of_what_every_page_loads_gives_it_another_name(
    tmp_path, settings, name, imported
):
    shutil.copytree(PROJECT / "static", tmp_path / "static")
    settings.BASE_DIR = tmp_path
    whole = tmp_path / "static" / name / f"everywhere.{name}"

    def named() -> str:
        return StaticFiles().hashed_name(
            f"{name}/everywhere.{name}", ContentFile(whole.read_bytes())
        )

    before = named()
    with (whole.parent / imported).open("a") as changed:
        changed.write("/* */ .new { color: red }")

    assert named() != before


def test_a_second_collection_compresses_what_has_changed_and_nothing_else(tmp_path, settings):
    ours, collected = tmp_path / "static", tmp_path / "collected"
    ours.mkdir()
    for name in ("one.txt", "other.txt"):
        (ours / name).write_text(f"{name} goes on and on and on. " * 100)
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATICFILES_DIRS, settings.STATIC_ROOT = [ours], collected
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "sift_site.serving.static_files.StaticFiles"}
    }

    def collect() -> dict[str, int]:
        """When each file was written."""
        call_command("collectstatic", interactive=False, verbosity=0)
        return {path.name: path.stat().st_ctime_ns for path in collected.iterdir()}

    before = collect()
    changed = collected / "one.txt"
    changed.write_text("Something else. " * 100)
    written = {name for name, moment in collect().items() if moment != before[name]}

    assert {"other.txt", "other.txt.br", "other.txt.gz"} <= before.keys()
    assert len(before) == 13  # each under two names, thrice; and the list of them
    assert written == {"one.txt", "one.txt.br", "one.txt.gz", "staticfiles.json"}
    unpacked = [
        gzip.decompress((collected / "one.txt.gz").read_bytes()),
        brotli.decompress((collected / "one.txt.br").read_bytes()),
    ]
    assert unpacked == [changed.read_bytes()] * 2


def test_no_style_sheet_names_a_file_that_would_be_named_by_its_content():
    for sheet in (PROJECT / "static/css").glob("*.css"):
        assert "url(" not in sheet.read_text(), sheet.name


def test_none_of_them_imports_or_exports_by_itself():
    """In a block neither could stand."""
    everywhere = (PROJECT / "static/js/everywhere.js").read_text()

    for name in re.findall(r'import "\./(.+)";', everywhere):
        script = (PROJECT / "static/js" / name).read_text()
        assert not re.search(r"^(import|export|await) ", script, re.M), name
