"""Styles and scripts as they are served: without the comments, which are for who reads the code,
and what every page loads as one file.

Comments were a sixth of what our scripts weighed, compressed, on every first visit; and each file
costs a request, whose headers weigh as much as a small script.
"""

import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

# Whole lines alone: `//` within a line may stand in a text, an address for one.
_COMMENTS = {
    "js/": re.compile(rb"^[ \t]*//.*\n", re.M),
    "css/": re.compile(rb"[ \t]*/\*.*?\*/", re.S),
}


def without_comments(name: str, content: bytes) -> bytes:
    """The file of that name within `static/`; what is not ours is left as it is."""
    for folder, comments in _COMMENTS.items():
        if name.startswith(folder):
            return comments.sub(b"", content)
    return content


# A script that holds nothing but such lines (static/js/everywhere.js) is served with the files.
_IMPORT = re.compile(rb'^import "\./([\w-]+\.js)";\n', re.M)


def with_imports(folder: Path, content: bytes) -> bytes:
    """The script with each file of the folder that it imports in its place, in a block of its own:
    what one declares the others do not see, as if they were loaded one by one."""

    def block(found: re.Match[bytes]) -> bytes:
        return b"{\n" + (folder / found[1].decode()).read_bytes() + b"}\n"

    return _IMPORT.sub(block, content)


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # has no types
    """Named by their content and compressed, as they are collected."""

    def _save(self, name: str, content: Any) -> str:
        whole = b"".join(content.chunks())
        if name.startswith("js/"):
            whole = with_imports(settings.BASE_DIR / "static/js", whole)
        saved: str = super()._save(name, ContentFile(without_comments(name, whole)))
        return saved
