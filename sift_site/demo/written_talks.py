"""The talks that were written by hand (talks/*.toml): a night's, and some of the week before."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec

from leads.facts import LeadFacts

_FOLDER = Path(__file__).parent / "talks"
_ROLES = {">": "user", "<": "assistant"}


class WrittenTalk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One conversation, and what is known of its lead at its end."""

    said: str  # a turn a line: `> ` the visitor, `< ` the assistant; other lines go on
    lead: LeadFacts
    channel: str = "website"
    languages: tuple[str, ...] = ("en",)

    def turns(self) -> Iterator[tuple[str, str]]:
        """The role and the words of each turn, in their order."""
        role, lines = "", list[str]()
        for line in self.said.strip().splitlines():
            if line[:2] in ("> ", "< "):
                if lines:
                    yield role, "\n".join(lines)
                role, lines = _ROLES[line[0]], [line[2:]]
            else:
                lines.append(line)
        yield role, "\n".join(lines)


class _File(msgspec.Struct, forbid_unknown_fields=True):
    talk: list[WrittenTalk]


@cache
def written_talks() -> tuple[WrittenTalk, ...]:
    """All of them: the night's, which are as many as a night brings, then the earlier ones."""
    files = [
        msgspec.toml.decode(path.read_text("utf-8"), type=_File)
        for path in sorted(_FOLDER.glob("*.toml"))
    ]
    return tuple(talk for file in files for talk in file.talk)
