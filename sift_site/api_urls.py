"""The API's whole URL table, below /api/v1/: what takes a key, and the document that tells of it.

It stands above both rooms, as the reference is made from the API and the API knows no reference.
"""

from sift_site.api import urls
from sift_site.api.endpoint import OpenEndpoint, route
from sift_site.reference.openapi import openapi_document

app_name = "api"
urlpatterns = [
    *urls.urlpatterns,
    route("openapi.json", OpenEndpoint("GET", openapi_document), name="openapi"),
]
