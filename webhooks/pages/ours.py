"""The webhook that a page's path names, of the agency of whoever asks."""

from uuid import UUID

from django.shortcuts import get_object_or_404

from organisations.requests import SignedInRequest
from webhooks.models import Endpoint


def endpoint_of(request: SignedInRequest, endpoint_id: UUID) -> Endpoint:
    """Another agency's is a 404, as one that is not there."""
    ours = Endpoint.objects.for_organisation(request.organisation)
    return get_object_or_404(ours, id=endpoint_id)
