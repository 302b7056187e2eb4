"""What is not kept: the log after thirty days, and what came back about people who were erased."""

from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from organisations.models import Change, ChangeType
from webhooks.models import Delivery, Waiting
from webhooks.models.delivery import KEPT

_AT_ONCE = 5_000


def drop_old() -> None:
    """Drop tries of more than KEPT ago, so many to a transaction, and what was given up then."""
    while True:
        oldest = Delivery.objects.outlived().order_by("created_at").values_list("pk", flat=True)
        ids = list(oldest[:_AT_ONCE])
        Delivery.objects.filter(pk__in=ids).delete()
        if len(ids) < _AT_ONCE:
            break
    Waiting.objects.given_up().filter(given_up_at__lte=Now() - KEPT).delete()


def forget_erased() -> None:
    """Drop the answers that came back for what was told of leads since erased.

    A receiver may have said a person's name in them.
    """
    erased = Change.objects.filter(
        organisation_id=OuterRef("organisation_id"),
        lead_id=OuterRef("lead_id"),
        type=ChangeType.LEAD_ERASED,
    )
    Delivery.objects.filter(Exists(erased), answer__isnull=False).update(answer=None)
