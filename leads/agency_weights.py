"""An agency's own weights: what a fact is worth in its leads' scores.

They are kept as points by keys: `budget`, `timeline.asap`, `conversation.8`. A process asks for
those of an agency at most every ten seconds, so it may score by the weights before for so long;
when that is over the worker scores all leads again (conversations/rescoring.py).
"""

import time
from collections import OrderedDict
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from foundation.ids import uuid7_after
from leads.models import ScoreWeights
from leads.scoring import CONVERSATION, STANDARD, Weights
from organisations.actors import Actor
from organisations.audit import record
from organisations.models import AuditAction, AuditTarget, Organisation

MOST = 50  # points of a fact
KEPT_FOR = 10  # seconds
SETTLED_AFTER = timedelta(seconds=KEPT_FOR + 5)
_MOST_AGENCIES = 1_000

Points = dict[str, int]
_kept: OrderedDict[UUID, tuple[float, Weights]] = OrderedDict()


def points_of(weights: Weights) -> Points:
    """The weights by their keys, in the order of the table."""
    points: Points = {}
    for fact, weight in weights.facts.items():
        if isinstance(weight, int):
            points[fact] = weight
        else:
            points |= {f"{fact}.{value}": each for value, each in weight.items()}
    return points | {f"{CONVERSATION}.{least}": each for least, each in weights.conversation}


def weights_from(points: Mapping[str, int]) -> Weights:
    """The weights of these points; what is not among them is worth what it is by standard."""
    facts: dict[str, int | Mapping[str, int]] = {}
    for fact, weight in STANDARD.facts.items():
        if isinstance(weight, int):
            facts[fact] = points.get(fact, weight)
        else:
            facts[fact] = {
                value: points.get(f"{fact}.{value}", each) for value, each in weight.items()
            }
    conversation = tuple(
        (least, points.get(f"{CONVERSATION}.{least}", each))
        for least, each in STANDARD.conversation
    )
    return Weights(facts, conversation)


def weights_of(organisation_id: UUID) -> Weights:
    """The agency's weights, as they were at most so many seconds ago."""
    kept = _kept.get(organisation_id)
    if kept is not None and time.monotonic() - kept[0] < KEPT_FOR:
        return kept[1]
    weights = standing_weights(organisation_id)
    _keep(organisation_id, weights)
    return weights


def standing_weights(organisation_id: UUID) -> Weights:
    """The agency's weights as they are now; one statement."""
    own = ScoreWeights.objects.filter(organisation_id=organisation_id).latest_first()
    points = own.values_list("points", flat=True).first()
    return STANDARD if points is None else weights_from(points)


def before(organisation: Organisation) -> Weights | None:
    """What putting back would bring: the weights before the last change; None if there was none."""
    rows = ScoreWeights.objects.for_organisation(organisation).latest_first()
    points = list(rows.values_list("points", flat=True)[:2])
    if not points:
        return None
    return weights_from(points[1]) if len(points) > 1 else STANDARD


def change(organisation: Organisation, points: Points, *, by: Actor) -> bool:
    """Score by these from now on; the worker scores what stands. Whether that changes anything."""
    return _set(organisation, points, AuditAction.SCORING_CHANGED, by=by)


def put_back(organisation: Organisation, *, by: Actor) -> bool:
    """Score again by the weights before the last change; whether there was one."""
    weights = before(organisation)
    if weights is None:
        return False
    return _set(organisation, points_of(weights), AuditAction.SCORING_PUT_BACK, by=by)


@transaction.atomic
def _set(organisation: Organisation, points: Points, action: AuditAction, *, by: Actor) -> bool:
    # One change at a time: the agency's row is locked.
    Organisation.objects.select_for_update().get(id=organisation.id)
    stands = standing_weights(organisation.id)
    if weights_from(points) == stands:
        return False
    latest = ScoreWeights.objects.for_organisation(organisation).latest_first()
    ScoreWeights.objects.create(
        id=uuid7_after(latest.values_list("id", flat=True).first()),
        organisation=organisation,
        points=points,
    )
    changed = len(points.items() - points_of(stands).items())
    record(
        organisation.id, action, by=by, target=AuditTarget.ORGANISATION,
        target_id=organisation.id, names={"target": organisation.name}, weights=changed,
    )  # fmt: skip
    _forget(organisation.id)
    transaction.on_commit(lambda: _forget(organisation.id))  # what was asked for in between
    return True


def _forget(organisation_id: UUID) -> None:
    _kept.pop(organisation_id, None)


def _keep(organisation_id: UUID, weights: Weights) -> None:
    _kept[organisation_id] = (time.monotonic(), weights)
    _kept.move_to_end(organisation_id)
    while len(_kept) > _MOST_AGENCIES:
        _kept.popitem(last=False)
