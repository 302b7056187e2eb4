"""Move the digests of recovery codes from their apps' rows into rows of their own."""

from django.db import migrations


def move(apps, schema_editor):
    """Of confirmed apps alone: no code was ever made for another."""
    authenticators = apps.get_model("organisations", "Authenticator").objects
    code = apps.get_model("organisations", "RecoveryCode")
    for app in authenticators.filter(confirmed=True).select_for_update().iterator(500):
        code.objects.bulk_create(
            [
                code(organisation_id=app.organisation_id, person_id=app.user_id, digest=digest)
                for digest in app.recovery_digests
            ]
        )


def move_back(apps, schema_editor):
    """Who has codes and no app keeps none of them: there is no row for them to lie in."""
    authenticators = apps.get_model("organisations", "Authenticator").objects
    codes = apps.get_model("organisations", "RecoveryCode").objects
    for app in authenticators.filter(confirmed=True).select_for_update().iterator(500):
        own = codes.filter(organisation_id=app.organisation_id, person_id=app.user_id)
        app.recovery_digests = list(own.values_list("digest", flat=True))
        app.save(update_fields=["recovery_digests"])
    codes.all().delete()


class Migration(migrations.Migration):
    dependencies = [("organisations", "0035_recovery_codes")]

    operations = [migrations.RunPython(move, move_back)]
