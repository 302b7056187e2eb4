"""Encrypt the secrets of people's apps; backwards they stand as they were.

By a key derived from SECRET_KEY, as the application derives it for them. What is encrypted already
is left alone, so a run that was stopped goes on where it was.
"""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import migrations, transaction

BATCH = 500  # rows
PREFIX = "gAAAAA"
INFO = b"sift: authenticator secret"


def encrypt(apps, schema_editor):
    plain = rows_of(apps).exclude(encrypted_secret__startswith=PREFIX)
    cipher = cipher_of(settings.SECRET_KEY)
    in_batches(plain, lambda secret: cipher.encrypt(secret.encode()).decode())


def decrypt(apps, schema_editor):
    hidden = rows_of(apps).filter(encrypted_secret__startswith=PREFIX)
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    ciphers = MultiFernet([cipher_of(key) for key in keys])
    in_batches(hidden, lambda secret: ciphers.decrypt(secret).decode())


def rows_of(apps):
    return apps.get_model("organisations", "Authenticator").objects.order_by("id")


def cipher_of(key):
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=INFO).derive(key.encode())
    return Fernet(urlsafe_b64encode(derived))


def in_batches(rows, changed):
    """Change each row's secret; a changed row is no longer among them."""
    while True:
        with transaction.atomic():
            batch = list(rows.select_for_update()[:BATCH])
            for row in batch:
                row.encrypted_secret = changed(row.encrypted_secret)
                row.save(update_fields=["encrypted_secret"])
        if not batch:
            return


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("organisations", "0029_room_for_encrypted_secrets")]

    operations = [migrations.RunPython(encrypt, decrypt)]
