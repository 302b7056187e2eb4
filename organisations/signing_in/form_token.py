"""A fresh token for the forms of a page that was made before the person signed in again."""

from django.http import JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.http import require_safe

from organisations.requests import SignedInRequest
from organisations.signing_in.required_two_step import needed_to_set_up


@needed_to_set_up  # its forms may be stale as well
@require_safe
def form_token(request: SignedInRequest) -> JsonResponse:
    """Who is signed in in this browser by now, and the token that their forms need.

    A page takes the token only if it was made for the same person. No other site reads the answer:
    there is no CORS header on it.
    """
    person = request.user
    said = {"person": str(person.id), "name": person.name, "token": get_token(request)}
    return JsonResponse(said)
