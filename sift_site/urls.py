"""The URL table."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    # Answered by the front door (sift_site/middleware.py); here for reverse() and for walks.
    path("api/v1/", include("sift_site.api.urls")),
]
