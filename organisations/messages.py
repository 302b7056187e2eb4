"""What a page says once, carried to the next page in a signed cookie."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage


class MessageStorage(CookieStorage):
    """Django's own, under a name that binds the cookie to this host as the others are."""

    cookie_name = f"{settings.HOST_ONLY}sift_messages"
