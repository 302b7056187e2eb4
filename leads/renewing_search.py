"""Making anew what leads are found by, where the rules were others when it was stored."""

from collections.abc import Iterator

from django.db import transaction

from foundation.database.search_column import write_documents
from leads import search
from leads.models import Lead
from organisations.models import Organisation

_AT_ONCE = 1_000


def renew_leads(organisation: Organisation) -> Iterator[int]:
    """How many of the organisation's leads are found otherwise now, batch by batch.

    Each batch is a transaction. Safe to run again, and while others read and write.
    """
    following = Lead.objects.for_organisation(organisation).defer("search").order_by("id")
    while True:
        with transaction.atomic():
            # Locked, so that no correction comes in between.
            leads = list(following.select_for_update()[:_AT_ONCE])
            for lead in leads:
                search.renew(lead)
            written = write_documents(Lead, [(lead.id, lead.search) for lead in leads])
        if not leads:
            return
        yield written
        following = following.filter(id__gt=leads[-1].id)
