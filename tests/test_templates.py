"""How the templates are written."""

from tests.servers import PROJECT

LONGEST = 120  # characters


def test_no_line_of_a_template_is_longer_than_120_characters():
    # A letter's lines are its paragraphs, as long as they are.
    templates = sorted((PROJECT / "templates").rglob("*.html"))
    long = [
        f"{path.relative_to(PROJECT)}:{number}, {len(line)} characters"
        for path in templates
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > LONGEST
    ]

    assert templates
    assert not long, "\n".join(long)
