"""The closed sets of values, each as one constant: they cost writes less (foundation/database/one_of.py).

What stands was held to the same; it is looked through in the next migration, while others go on.
"""

from django.db import migrations
from django.db.models import Q

from foundation.frozen import exchange

KNOWN = [
    (
        "lead",
        "leads_lead_status_known",
        Q(
            status__one_of=[
                "new",
                "hot",
                "warm",
                "cold",
                "contacted",
                "qualified",
                "converted",
                "lost",
                "rejected",
                "archived",
            ]
        ),
    ),
    ("lead", "leads_lead_source_known", Q(source__one_of=["website", "sms", "email"])),
    ("lead", "leads_lead_intent_known", Q(intent__one_of=["buy", "rent"])),
    (
        "lead",
        "leads_lead_property_type_known",
        Q(property_type__one_of=["flat", "house", "bungalow", "land", "other"]),
    ),
    (
        "lead",
        "leads_lead_timeline_known",
        Q(timeline__one_of=["asap", "within_3_months", "within_6_months", "over_6_months"]),
    ),
    (
        "lead",
        "leads_lead_chain_status_known",
        Q(chain_status__one_of=["chain_free", "single_chain", "in_chain"]),
    ),
    (
        "lead",
        "leads_lead_financing_status_known",
        Q(financing_status__one_of=["cash_proven", "dip_held", "application_pending", "exploring"]),
    ),
    (
        "lead",
        "leads_lead_buyer_scheme_known",
        Q(buyer_scheme__one_of=["help_to_buy", "shared_ownership", "first_homes"]),
    ),
    (
        "lead",
        "leads_lead_stamp_duty_position_known",
        Q(
            stamp_duty_position__one_of=[
                "first_time_buyer",
                "main_residence",
                "second_home",
                "non_resident",
            ]
        ),
    ),
    (
        "lead",
        "leads_lead_waiting_not_contacted",
        ~Q(status__one_of=["new", "hot", "warm", "cold"])
        | Q(reached=0, first_contacted_at__isnull=True),
    ),
    (
        "leadevent",
        "leads_leadevent_kind_known",
        Q(kind__one_of=["status", "field", "note", "assignment", "merge", "capture"]),
    ),
    (
        "leadevent",
        "leads_leadevent_actor_kind_known",
        Q(actor_kind__one_of=["person", "api_key", "system"]),
    ),
]


class Migration(migrations.Migration):
    dependencies = [("leads", "0017_email_statistics"), ("organisations", "0014_known_values")]

    operations = exchange(KNOWN)
