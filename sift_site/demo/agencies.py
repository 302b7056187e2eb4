"""The agencies of the demo: the first is the one whose sign-ins `make run` prints."""

from collections.abc import Iterator
from dataclasses import dataclass

from organisations.models import Plan, Role
from sift_site.demo.places import REGIONS, Town


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works at an agency; nobody knows a password for them."""

    name: str
    email: str
    role: Role


@dataclass(frozen=True, slots=True)
class Agency:
    """An estate agency with its people, and the towns of its two offices."""

    name: str
    slug: str
    plan: Plan
    towns: tuple[Town, ...]
    people: tuple[Person, ...]


_NAMES = (
    ("Harbour & Vale", "harbour-and-vale", Plan.GROWTH),
    ("Fenwick Lettings", "fenwick-lettings", Plan.SCALE),
    ("Pennine Property", "pennine-property", Plan.STARTER),
    ("Marlow & Finch", "marlow-and-finch", Plan.GROWTH),
    ("Castlegate Homes", "castlegate-homes", Plan.GROWTH),
    ("Oak & Anchor", "oak-and-anchor", Plan.SCALE),
)
_STAFF = (
    ("Priya Shah", "Tom Whitfield", "Grace Adeyemi", "Callum Frost", "Megan Pritchard"),
    ("Helen Marsh", "Samir Aziz", "Molly Byrne", "Chidi Eze", "Laura Dawson"),
    ("Gareth Powell", "Nina Kowalska", "Arjun Patel", "Catriona Sinclair", "Ben Hartley"),
)


def agencies(number: int) -> Iterator[Agency]:
    """So many agencies, always the same; past the named ones they are numbered."""
    for index in range(number):
        name, slug, plan = _NAMES[index % len(_NAMES)]
        if round_ := index // len(_NAMES):
            name, slug = f"{name} {round_ + 1}", f"{slug}-{round_ + 1}"
        staff = _STAFF[index % len(_STAFF)]
        towns = REGIONS[index % len(REGIONS)]
        yield Agency(name, slug, plan, towns, tuple(_people(staff, slug)))


def _people(names: tuple[str, ...], slug: str) -> Iterator[Person]:
    """One admin, and agents: `admin@`, `agent@`, then by their given names."""
    for position, name in enumerate(names):
        mailbox = ("admin", "agent")[position] if position < 2 else name.split()[0].lower()
        role = Role.ADMIN if position == 0 else Role.AGENT
        yield Person(name, f"{mailbox}@{slug}.example", role)


def shares(leads: int, number: int) -> list[int]:
    """How many of the leads each agency has: the first most, the second half as many, and so on."""
    weights = [1 / (position + 1) for position in range(number)]
    parts = [int(leads * weight / sum(weights)) for weight in weights]
    parts[0] += leads - sum(parts)
    return parts
