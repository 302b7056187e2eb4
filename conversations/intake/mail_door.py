"""POST /intake/{token}/mail: Postmark's inbound JSON, or a letter as it travels."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.views.decorators.http import require_POST

from conversations.intake import mail
from conversations.intake.door import body_of, taking
from conversations.intake.letters import Letter, Unreadable
from conversations.intake.mime import read_mime
from conversations.intake.postmark import read_postmark
from conversations.intake_addresses import IntakeAddress, IntakeFault, IntakeKind

# With its attachments, in base64; deploy/nginx.conf lets a little more through.
LARGEST_LETTER = 15 * 1024 * 1024  # bytes


@taking(IntakeKind.MAIL, largest=LARGEST_LETTER)
@require_POST
def take_mail(request: HttpRequest, address: IntakeAddress) -> HttpResponse:
    """Take the letter in, or pass it over if a machine sent it."""
    try:
        body = body_of(request)
    except UnreadablePostError:
        return HttpResponse("Not all of it came.", status=400, content_type="text/plain")
    try:
        letter = _letter_of(request, body)
    except Unreadable:
        mail.take(address.organisation, mail.as_it_came(body))
        address.note_arrival(IntakeFault.UNREADABLE)
        return JsonResponse({})
    if mail.is_automatic(letter):
        address.note_fault(IntakeFault.AUTOMATIC)
    else:
        mail.take(address.organisation, mail.read_letter(letter, body))
        address.note_arrival()
    return JsonResponse({})


def _letter_of(request: HttpRequest, body: bytes) -> Letter:
    """By its content type, or by how it begins where that says neither."""
    kind = request.content_type or ""
    if kind == "application/json" or (kind != "message/rfc822" and body.lstrip()[:1] == b"{"):
        return read_postmark(body)
    return read_mime(body)
