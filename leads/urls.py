from django.urls import path

from leads import export, views

app_name = "leads"
urlpatterns = [
    path("", views.lead_list, name="list"),
    path("export.csv", export.export_leads, name="export"),
    path("<uuid:lead_id>/", views.lead_detail, name="detail"),
    path("<uuid:lead_id>/status/", views.change_lead_status, name="change_status"),
]
