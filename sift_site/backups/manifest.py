"""What lies beside a dump: a manifest, from which it is told whether the dump is whole and true."""

import hashlib
from pathlib import Path

import msgspec

from sift_site.backups.standing import Standing

DUMP, MANIFEST = ".dump", ".json"  # a pair: one name, two endings


class Unreadable(Exception):
    """The file cannot be read, or is no manifest; the text is one line that says why."""


class Manifest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    sift: str  # the version that took it
    taken_at: str  # RFC 3339, in UTC: the moment of which everything below is
    bytes: int
    sha256: str
    standing: Standing


def path_beside(dump: Path) -> Path:
    return dump.with_suffix(MANIFEST)


def written(manifest: Manifest) -> bytes:
    """As it stands in its file."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"


def read(path: Path) -> Manifest:
    """The manifest in the file. Raises Unreadable."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unreadable(f"{path} is no manifest: {error}") from None


def sha256_of(path: Path) -> str:
    """Of the file's bytes, in hexadecimal. Raises Unreadable."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror}") from None
