"""The URL table."""

from django.urls import URLPattern, URLResolver, include, path

from sift_site.agency.page import require_two_step, settings
from sift_site.alerts.in_browser import hot_leads
from sift_site.alerts.taking import take_asked
from sift_site.overview.taking import take_lead
from sift_site.overview.views import overview
from sift_site.reference.page import api_reference
from sift_site.scoring.page import scoring
from sift_site.serving.security_txt import security_txt

urlpatterns: list[URLPattern | URLResolver] = [
    # Answered by the front door (front_door.py); here for reverse() and walks.
    path("api/v1/", include("sift_site.api_urls")),
    path("api/docs/", api_reference, name="api_reference"),
    path(".well-known/security.txt", security_txt, name="security_txt"),
    path("", overview, name="overview"),
    path("take/<uuid:lead_id>/", take_lead, name="take_lead"),
    path("take/<uuid:lead_id>/asked/", take_asked, name="take_asked"),
    path("alerts/hot", hot_leads, name="hot_leads"),
    path("leads/", include("leads.urls")),
    path("conversations/", include("conversations.urls")),
    path("settings/", settings, name="settings"),
    path("settings/two-step/", require_two_step, name="require_two_step"),
    path("settings/data/", include("sift_site.data.urls")),
    path("settings/scoring/", scoring, name="scoring"),
    path("settings/api-keys/", include("apikeys.urls")),
    path("settings/webhooks/", include("webhooks.urls")),
    path("", include("conversations.intake.urls")),
    path("settings/audit/", include("sift_site.audit.urls")),
    path("", include("organisations.urls")),
]

handler400 = "sift_site.serving.error_pages.bad_request"
handler403 = "sift_site.serving.error_pages.forbidden"
handler404 = "sift_site.serving.error_pages.not_found"
handler500 = "sift_site.serving.error_pages.server_error"
