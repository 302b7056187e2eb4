"""POST /intake/{token}/sms: Twilio's message form (CONTRACT.md, section 4)."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from conversations.intake import twilio
from conversations.intake.door import taking
from conversations.intake.sms import read_sms, take
from conversations.intake_addresses import IntakeAddress, IntakeFault, IntakeKind
from foundation.encryption import Unreadable

LARGEST_SMS = 64 * 1024  # bytes


@taking(IntakeKind.SMS, largest=LARGEST_SMS)
@require_POST
def take_sms(request: HttpRequest, address: IntakeAddress) -> HttpResponse:
    """Take the message in, and answer with nothing for Twilio to do."""
    if not _is_senders(request, address):
        address.note_fault(IntakeFault.SIGNATURE)
        headers = {"WWW-Authenticate": f'Signature headers="{twilio.SIGNATURE}"'}
        return HttpResponse(
            "The signature is wrong.", status=401, content_type="text/plain", headers=headers
        )
    sms = read_sms(request.POST)
    take(address.organisation, sms)
    address.note_arrival(IntakeFault.UNREADABLE if sms.as_it_came else None)
    return HttpResponse("<Response/>", content_type="text/xml")


@sensitive_variables("secret")
def _is_senders(request: HttpRequest, address: IntakeAddress) -> bool:
    """Whether it bears its sender's signature, where the agency has stored what that is made with;
    whose token no key reads any more is believed nothing."""
    try:
        secret = address.auth_token
    except Unreadable:
        return False
    return secret is None or twilio.is_signed(request, secret)
