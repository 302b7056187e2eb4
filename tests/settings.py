"""The product's settings, made quicker where a test loses nothing by it."""

import os

os.environ.setdefault("SIFT_HTTPS", "off")
os.environ.setdefault("SECRET_KEY", "for-tests-only-and-never-for-a-deployment-0123456789")
os.environ.setdefault("ALLOWED_HOSTS", "testserver,localhost,127.0.0.1")
os.environ.setdefault("SIFT_URL", "http://testserver")
os.environ.setdefault("SIFT_RATE_PAGES", "100000/m")  # some tests open each page in many ways

from sift_site.settings import *  # noqa: F403

# Hashing a password well takes a quarter of a second on purpose.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# No manifest: tests need no collectstatic.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
