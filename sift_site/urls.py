"""The URL table."""

from django.urls import URLPattern, URLResolver, include, path

from sift_site.overview import overview

urlpatterns: list[URLPattern | URLResolver] = [
    path("", overview, name="overview"),
    path("leads/", include("leads.urls")),
    path("conversations/", include("conversations.urls")),
    path("settings/api-keys/", include("apikeys.urls")),
    path("", include("organisations.urls")),
]

handler403 = "sift_site.errors.forbidden"
handler404 = "sift_site.errors.not_found"
handler500 = "sift_site.errors.server_error"
