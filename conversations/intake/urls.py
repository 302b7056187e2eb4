from django.urls import path

from conversations.intake import form_pages, mail_door, settings_pages, sms_door

app_name = "intake"
urlpatterns = [
    path("f/<str:token>", form_pages.enquiry_form, name="form"),
    path("f/<str:token>/embed.js", form_pages.embed_script, name="embed"),
    path("intake/<str:token>/sms", sms_door.take_sms, name="sms"),
    path("intake/<str:token>/mail", mail_door.take_mail, name="mail"),
    path("settings/intake/", settings_pages.address_list, name="list"),
    path("settings/intake/<uuid:intake_id>/", settings_pages.address_detail, name="detail"),
    path("settings/intake/<uuid:intake_id>/roll/", settings_pages.roll_address, name="roll"),
    path("settings/intake/<uuid:intake_id>/switch/", settings_pages.switch_address, name="switch"),
    path(
        "settings/intake/<uuid:intake_id>/held-back/<uuid:post_id>/let-in/",
        settings_pages.let_in,
        name="let_in",
    ),
    path(
        "settings/intake/<uuid:intake_id>/held-back/<uuid:post_id>/drop/",
        settings_pages.drop,
        name="drop",
    ),
]
