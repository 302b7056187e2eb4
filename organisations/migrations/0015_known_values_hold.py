"""The values that stood are of the closed sets, as they were; it is looked up once more."""

from importlib import import_module

from django.db import migrations

from foundation.database.exchanged_checks import validate

before = import_module("organisations.migrations.0014_known_values")


class Migration(migrations.Migration):
    dependencies = [("organisations", "0014_known_values")]

    operations = validate(before.KNOWN)
