"""The closed sets of values, each as one constant: they cost writes less (foundation/database/one_of.py).

The tables are small: what stands is looked through at once.
"""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations
from django.db.models import Q

from foundation.frozen import exchange

KNOWN = [
    ("apikey", "apikeys_apikey_scope_known", Q(scope__one_of=["read", "read_write"])),
    ("keyreminder", "apikeys_keyreminder_known", Q(reminder__one_of=["week", "day"])),
]


class Migration(migrations.Migration):
    dependencies = [
        ("apikeys", "0004_key_life_same_organisation"),
        ("organisations", "0014_known_values"),
    ]

    operations = [
        *exchange(KNOWN),
        *(ValidateConstraint(model_name=model, name=name) for model, name, _ in KNOWN),
    ]
