"""Whether the documents say what is there: files and tests that they name, and in docs/security.md
every item of ASVS 5.0 up to level 2. `make check` runs it; it needs no database.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
SECURITY = PROJECT / "docs" / "security.md"
STATES = ("met", "n/a", "open")

# How many items of each section are of level 1 or 2: its first so many, all further ones are of 3.
ITEMS = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1,
    "3.2": 2, "3.3": 4, "3.4": 6, "3.5": 5, "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4,
    "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3, "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5,
    "6.6": 3, "6.8": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2, "8.1": 2,
    "8.2": 3, "8.3": 1, "8.4": 1, "9.1": 3, "9.2": 4, "10.1": 2, "10.2": 2, "10.3": 4, "10.4": 11,
    "10.5": 5, "10.6": 2, "10.7": 3, "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1,
    "11.6": 1, "12.1": 3, "12.2": 2, "12.3": 4, "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5,
    "14.1": 2, "14.2": 4, "14.3": 3, "15.1": 3, "15.2": 3, "15.3": 7, "16.1": 1, "16.2": 5,
    "16.3": 4, "16.4": 3, "16.5": 3, "17.1": 1, "17.2": 4, "17.3": 2,
}  # fmt: skip

# `tests/api/test_times.py`, `docs/scale.md`, `tests/api/test_times.py::test_a_date_is_its_midnight`
_NAMED = re.compile(r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|md|conf|html|js|css|lock))(?:::(\w+))?`")
_LINKED = re.compile(r"\]\((?!https?:)([^)#]+)")
_MADE = ("var/", "staticfiles/")  # by running Sift
_ROW = re.compile(r"^\| ([0-9V][^|]*) \| [^|]+ \| ([a-z/]+)", re.M)
_ITEMS = re.compile(r"([0-9]+\.[0-9]+)\.([0-9]+)(?: – \1\.([0-9]+))?|V([0-9]+)")


def missing(document: Path) -> Iterator[str]:
    """What the document names and the project does not have."""
    text = document.read_text()
    for path, test in _NAMED.findall(text):
        if path.startswith(_MADE):
            continue
        file = PROJECT / path
        if not file.is_file():
            yield path
        elif test and f"def {test}(" not in file.read_text():
            yield f"{path}::{test}"
    yield from (link for link in _LINKED.findall(text) if not (document.parent / link).exists())


def faults_of_items(text: str) -> Iterator[str]:
    """Items that stand nowhere, twice, or in no state that there is."""
    told: Counter[str] = Counter()
    for items, state in _ROW.findall(text):
        told.update(_each(items))
        if state not in STATES:
            yield f"{items} is {state}, which is none of {', '.join(STATES)}"
    expected = {f"{section}.{n + 1}" for section, count in ITEMS.items() for n in range(count)}
    yield from (f"{item} is left out" for item in sorted(expected - set(told)))
    yield from (f"{item} is no item of level 1 or 2" for item in sorted(set(told) - expected))
    yield from (f"{item} stands {count} times" for item, count in told.items() if count > 1)


def _each(items: str) -> Iterator[str]:
    """`6.6.1 – 6.6.3` as three, `V17` as all of its chapter."""
    for section, first, last, chapter in _ITEMS.findall(items):
        for n in range(int(first or 0), int(last or first or 0) + 1) if section else ():
            yield f"{section}.{n}"
        for each, count in ITEMS.items() if chapter else ():
            if each.startswith(f"{chapter}."):
                yield from (f"{each}.{n + 1}" for n in range(count))


def main() -> None:
    documents = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]
    faults = [
        f"{document.name} names {each}, which is not there"
        for document in documents
        for each in missing(document)
    ]
    faults += [f"{SECURITY.name}: {fault}" for fault in faults_of_items(SECURITY.read_text())]
    sys.exit("\n".join(faults) or None)


if __name__ == "__main__":
    main()
