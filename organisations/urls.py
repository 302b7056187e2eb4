from django.contrib.auth.views import LogoutView
from django.urls import path

from organisations import views

app_name = "organisations"
# Django marks its own views of sign-in and of forgotten passwords as needing no sign-in: they are
# for those who cannot.
urlpatterns = [
    path("sign-in/", views.SignInView.as_view(), name="sign_in"),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
    path("password-reset/", views.PasswordResetView.as_view(), name="password_reset"),
    path("password-reset/sent/", views.PasswordResetSentView.as_view(), name="password_reset_sent"),
    path("password-reset/<uidb64>/<token>/", views.NewPasswordView.as_view(), name="new_password"),
    path("settings/", views.settings_index, name="settings"),
    path("settings/profile/", views.profile, name="profile"),
]
