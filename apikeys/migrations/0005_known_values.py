"""The closed sets of values, each as one constant: they cost writes less (organisations/one_of.py)."""

from django.db import migrations
from django.db.models import CheckConstraint, Q

_KNOWN = [
    ("apikey", "apikeys_apikey_scope_known", Q(scope__one_of=["read", "read_write"])),
    ("keyreminder", "apikeys_keyreminder_known", Q(reminder__one_of=["week", "day"])),
]


def _exchanged(model, name, condition):
    constraint = CheckConstraint(name=name, condition=condition)
    return [
        migrations.RemoveConstraint(model_name=model, name=name),
        migrations.AddConstraint(model_name=model, constraint=constraint),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("apikeys", "0004_key_life_same_organisation"),
        ("organisations", "0014_known_values"),
    ]

    operations = [operation for known in _KNOWN for operation in _exchanged(*known)]
