"""The mark by which a lead is kept, on its page."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from foundation.web.pages import SeeOther
from leads.keeping import set_kept
from leads.pages import lead_page
from organisations.requests import SignedInRequest, actor_of, admin_required


@require_POST
@admin_required
def keep_lead(request: SignedInRequest, lead_id: UUID) -> HttpResponse:
    """Mark the lead to be kept (`kept=on`), or take the mark off."""
    is_kept = request.POST.get("kept") == "on"
    with transaction.atomic():
        lead = lead_page.lead_or_404(request, lead_id, locked=True)
        set_kept(lead, is_kept, by=actor_of(request))
    said = "The lead is kept until somebody erases it." if is_kept else "The mark is taken off."
    messages.success(request, said)
    return SeeOther(lead_page.url_of(request, lead))
