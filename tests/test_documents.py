"""The documents name what is there, and docs/security.md leaves no item of ASVS 5.0 out."""

import pytest

from tests import documents


def test_whatever_the_documents_name_is_there():
    with pytest.raises(SystemExit) as ended:
        documents.main()

    assert ended.value.code is None


def test_a_file_a_test_and_a_link_that_are_not_there_are_named(tmp_path):
    document = tmp_path / "walls.md"
    document.write_text(
        "`docs/security.md` `tests/gone.py` `var/postgres/server.log` [here](walls.md) [gone](x.md)"
        " `tests/test_documents.py::test_whatever_the_documents_name_is_there`"
        " `tests/documents.py::test_gone`"
    )

    assert list(documents.missing(document)) == [
        "tests/gone.py",
        "tests/documents.py::test_gone",
        "x.md",
    ]


def test_an_item_left_out_told_twice_or_in_no_state_is_named():
    text = documents.SECURITY.read_text()
    rows = (
        "| 6.6.1 – 6.6.2 | once more | n/a: so |\n"
        "| 6.7.1 | level 3 | met: so |\n"
        "| 1.1.1 | once more | perhaps: so |\n"
    )

    assert list(documents.faults_of_items(text)) == []
    assert set(documents.faults_of_items(text.replace("| 8.4.1 |", "|  |") + rows)) == {
        "8.4.1 is left out",
        "6.6.1 stands 2 times",
        "6.6.2 stands 2 times",
        "6.7.1 is no item of level 1 or 2",
        "1.1.1 stands 2 times",
        "1.1.1 is perhaps, which is none of met, n/a, open",
    }
