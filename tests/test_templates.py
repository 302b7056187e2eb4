"""How the templates are written."""

from tests.servers import PROJECT

LONGEST = 120  # characters


def test_no_line_of_a_template_is_longer_than_120_characters():
    templates = sorted(each for each in (PROJECT / "templates").rglob("*") if each.is_file())
    long = [
        f"{path.relative_to(PROJECT)}:{number}, {len(line)} characters"
        for path in templates
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > LONGEST
    ]

    assert templates
    assert not long, "\n".join(long)
