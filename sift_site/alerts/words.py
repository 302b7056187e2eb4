"""What letters about leads say of themselves: subject, what there is to do, why they came."""

from collections.abc import Callable
from typing import NamedTuple

from foundation.mail.names import quoted
from foundation.plurals import so_many
from leads.models import AlertKind
from organisations.models import Organisation

ASKED_FOR = "You have this letter because you asked for it on your profile in Sift."


class Said(NamedTuple):
    """Of a letter about one lead, and of one about several."""

    subject_of_one: str  # before the lead's number and name
    subject_of_many: Callable[[int], str]
    one: str
    many: Callable[[int], str]
    why: str
    is_theirs: bool = False  # whoever reads it has the lead already


def said_of(kind: AlertKind, organisation: Organisation) -> Said:
    match kind:
        case AlertKind.HOT:
            return Said(
                "Hot lead",
                lambda number: f"{so_many(number, 'hot lead')} wait",
                "This hot lead waits for a first contact.",
                lambda number: f"{so_many(number, 'hot lead')} wait for a first contact.",
                ASKED_FOR,
            )
        case AlertKind.ASSIGNED:
            return Said(
                "Your lead",
                lambda number: f"{so_many(number, 'lead')} are yours",
                "A colleague gave you this lead.",
                lambda number: f"Colleagues gave you {so_many(number, 'lead')}.",
                ASKED_FOR,
                is_theirs=True,
            )
        case AlertKind.UNTAKEN:
            within = so_many(organisation.untaken_minutes or 0, "open minute")
            return Said(
                "Nobody took",
                lambda number: f"Nobody took {so_many(number, 'hot lead')}",
                f"This hot lead waits, and nobody took it within {within}.",
                lambda number: (
                    f"{so_many(number, 'hot lead')} wait, and nobody took them within {within}."
                ),
                f"You have this letter as an admin of {quoted(organisation.name)}. After how long"
                " it is written, and whether, your agency's opening hours say.",
            )
