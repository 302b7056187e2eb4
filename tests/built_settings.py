"""The tests' settings with static files as they are deployed: compressed, named by their content.

Whoever starts a server with these has run collectstatic into `SIFT_TEST_STATIC_ROOT`.
"""

import os

from tests.settings import *  # noqa: F403

STATIC_ROOT = os.environ["SIFT_TEST_STATIC_ROOT"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "sift_site.serving.static_files.StaticFiles"},
}
WHITENOISE_AUTOREFRESH = False
