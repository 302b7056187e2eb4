"""Letters to an agency's admins about an endpoint that fails. Its address is told by its host."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from organisations.admins import active_admins
from organisations.letters.writing import write
from organisations.models import Organisation
from webhooks.models import Endpoint


def fails(endpoint: Endpoint) -> None:
    """It has done nothing but fail for a day."""
    _write("fails", endpoint)


def switched_off(endpoint: Endpoint) -> None:
    """It said that it is gone, or has failed for too long."""
    _write("switched_off", endpoint)


def _write(letter: str, endpoint: Endpoint) -> None:
    organisation = Organisation.objects.get(pk=endpoint.organisation_id)
    to = list(active_admins(organisation).order_by("email").values_list("email", flat=True))
    context: dict[str, Any] = {
        "endpoint": endpoint,
        "host": endpoint.host,
        "organisation": organisation,
        "failing_since": endpoint.failing_since and timezone.localtime(endpoint.failing_since),
        "link": settings.SIFT_URL + reverse("webhooks:detail", args=[endpoint.pk]),
    }
    write(f"webhooks/mail/{letter}", to, context, organisation_id=organisation.pk)
