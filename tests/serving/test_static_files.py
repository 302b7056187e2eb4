"""Styles and scripts are served without their comments, and say the same."""

import re

import pytest

from sift_site.serving.static_files import with_imports, without_comments
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


def test_a_script_loses_its_lines_of_comment_and_nothing_else():
    bare = b"""const address = "https://example.com/"; // beside the code
  act(address);
"""
    assert without_comments("js/any.js", SCRIPT) == bare


def test_a_style_sheet_loses_its_comments():
    assert without_comments("css/any.css", STYLE) == b".a { color: red; }\n\n.b { color: blue; }\n"


@pytest.mark.parametrize("name", ["django_htmx/htmx-2.js", "icon.svg"])
def test_what_is_not_ours_is_left_as_it_is(name):
    assert without_comments(name, SCRIPT + STYLE) == SCRIPT + STYLE


@pytest.mark.parametrize(
    "path", sorted((PROJECT / "static/js").glob("*.js")), ids=lambda path: path.name
)
def test_no_script_of_ours_has_a_text_over_several_lines_which_might_lose_one(path):
    bare = without_comments(f"js/{path.name}", path.read_bytes())

    assert not [text for text in re.findall(rb"`[^`]*`", bare) if b"\n" in text]


def test_files_that_every_page_loads_are_served_as_one(tmp_path):
    (tmp_path / "one.js").write_bytes(b"const mine = 1;\n")
    (tmp_path / "other.js").write_bytes(b"const mine = 2;\n")

    whole = with_imports(tmp_path, b'// Both.\nimport "./one.js";\nimport "./other.js";\n')

    assert whole == b"// Both.\n{\nconst mine = 1;\n}\n{\nconst mine = 2;\n}\n"


def test_none_of_them_imports_or_exports_by_itself():
    """In a block neither could stand."""
    everywhere = (PROJECT / "static/js/everywhere.js").read_text()

    for name in re.findall(r'import "\./(.+)";', everywhere):
        script = (PROJECT / "static/js" / name).read_text()
        assert not re.search(r"^(import|export|await) ", script, re.M), name
