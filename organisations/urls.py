from django.contrib.auth.views import LogoutView
from django.urls import path

from organisations import views

app_name = "organisations"
urlpatterns = [
    # Django marks LoginView itself as needing no sign-in.
    path("sign-in/", views.SignInView.as_view(), name="sign_in"),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
    path("settings/", views.settings_index, name="settings"),
    path("settings/profile/", views.profile, name="profile"),
]
