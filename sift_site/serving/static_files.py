"""Styles and scripts as they are served: without the comments and the layout, which are for who
reads the code, and what every page loads as one file.

Comments were a sixth of what our scripts weighed, compressed, on every first visit; and each file
costs a request, whose headers weigh as much as a small script.
"""

import functools
import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

# Whole lines alone: `//` within a line may stand in a text, an address for one. No text of ours
# goes on in another line, where it would lose its indentation.
_FOR_READERS = {
    "js/": re.compile(rb"^[ \t]*(?://.*\n)?", re.M),
    "css/": re.compile(rb"[ \t]*/\*.*?\*/|^[ \t]+", re.M | re.S),
}


# White space in a style sheet only parts words: of several lines one is as good.
_LAYOUT = re.compile(rb"\s*\n\s*")


def as_served(name: str, content: bytes) -> bytes:
    """The file of that name within `static/`; what is not ours is left as it is."""
    for folder, for_readers in _FOR_READERS.items():
        if name.startswith(folder):
            content = for_readers.sub(b"", content)
    return _LAYOUT.sub(b" ", content) if name.startswith("css/") else content


# A file that holds nothing but such lines (static/js/everywhere.js) is served with the files.
_IMPORT = re.compile(rb'^@?import "\./([\w-]+\.(?:js|css))";\n', re.M)


def with_imports(folder: Path, content: bytes) -> bytes:
    """The content with each file of the folder that it imports in its place, a script in a block of
    its own: what one declares the others do not see, as if they were loaded one by one."""

    def whole(found: re.Match[bytes]) -> bytes:
        imported = (folder / found[1].decode()).read_bytes()
        return b"{\n" + imported + b"}\n" if found[1].endswith(b".js") else imported

    return _IMPORT.sub(whole, content)


class _CompressedOnce(Compressor):  # type: ignore[misc]  # has no types
    """Spends its seconds only on what is new: `make run` collects the same files at each start."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # A file stands under two names, one of them with its hash.
        self.compress_brotli = functools.cache(super().compress_brotli)

    def compress(self, path: str) -> list[str]:
        """The files that were made; none where they stand already."""
        made: list[str] = [] if _has_been_compressed(Path(path)) else super().compress(path)
        return made


def _has_been_compressed(path: Path) -> bool:
    """Whether the last of its compressed files bears its date, as it does once it is whole."""
    try:
        return path.with_name(f"{path.name}.gz").stat().st_mtime == path.stat().st_mtime
    except FileNotFoundError:
        return False


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # has no types
    """Named by their content and compressed, as they are collected."""

    # No style sheet of ours names a file, but those that are served within it.
    patterns = ()

    def file_hash(self, name: str | None, content: Any = None) -> str | None:
        """Of all that is served: browsers keep a name for ever, so each change makes a new one."""
        whole = None if content is None else ContentFile(_whole(name, content))
        found: str | None = super().file_hash(name, whole)
        return found

    def create_compressor(self, **options: Any) -> Compressor:
        return _CompressedOnce(**options)

    def _save(self, name: str, content: Any) -> str:
        served = ContentFile(as_served(name, _whole(name, content)))
        saved: str = super()._save(name, served)
        return saved


def _whole(name: str | None, content: Any) -> bytes:
    """The file's bytes; where it is ours, with what it imports. The manifest has no name."""
    whole = b"".join(content.chunks())
    if name is None or not name.startswith(("js/", "css/")):
        return whole
    return with_imports((settings.BASE_DIR / "static" / name).parent, whole)
