"""Finding a route by the parts of its path: Django's table tries one pattern after another."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from django.urls import URLPattern


class Route(NamedTuple):
    """What stands behind a path: its whole pattern, its view, and the ids that the path names."""

    route: str
    view: Callable[..., Any]
    ids: dict[str, str]


class Routes:
    """URL patterns of fixed words and `<str:name>` alone, by the number of their parts.

    Raises ValueError for others.
    """

    def __init__(self, root: str, patterns: Iterable[URLPattern]) -> None:
        self._by_length: dict[int, list[tuple[str, Callable[..., Any], list[str]]]] = {}
        for pattern in patterns:
            route = str(pattern.pattern)
            parts = route.split("/")
            if any("<" in part and not _is_id(part) for part in parts):
                raise ValueError(f"the API's gateway does not know such a part: {route}")
            same_length = self._by_length.setdefault(len(parts), [])
            same_length.append((f"{root}/{route}", pattern.callback, parts))

    def resolve(self, path: str) -> Route | None:
        """The route of what stands below the root, without the slash between; None if none."""
        given = path.split("/")
        for route, view, parts in self._by_length.get(len(given), ()):
            ids = _ids(parts, given)
            if ids is not None:
                return Route(route, view, ids)
        return None


def _ids(parts: list[str], given: list[str]) -> dict[str, str] | None:
    ids = {}
    for part, text in zip(parts, given, strict=True):
        if _is_id(part):
            if not text:
                return None
            ids[part[5:-1]] = text
        elif part != text:
            return None
    return ids


def _is_id(part: str) -> bool:
    return part.startswith("<str:") and part.endswith(">")
