from django.contrib.auth.views import LogoutView
from django.urls import path

from organisations import closing_views, invitation_views, team_views, views

app_name = "organisations"
# Django marks its own views of sign-in and of forgotten passwords as needing no sign-in: they are
# for those who cannot.
urlpatterns = [
    path("sign-in/", views.SignInView.as_view(), name="sign_in"),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
    path("password-reset/", views.PasswordResetView.as_view(), name="password_reset"),
    path("password-reset/sent/", views.PasswordResetSentView.as_view(), name="password_reset_sent"),
    path("password-reset/<uidb64>/<token>/", views.NewPasswordView.as_view(), name="new_password"),
    path("invitation/", invitation_views.invitation, name="invitation"),
    path("invitation/<str:token>/", invitation_views.invitation_link, name="invitation_link"),
    path("account-closed/", closing_views.account_closed, name="account_closed"),
    path("settings/team/", team_views.team_page, name="team"),
    path("settings/team/<uuid:person_id>/role/", team_views.change_role, name="change_role"),
    path("settings/team/<uuid:person_id>/deactivate/", team_views.deactivate, name="deactivate"),
    path("settings/team/<uuid:person_id>/reactivate/", team_views.reactivate, name="reactivate"),
    path(
        "settings/team/invitations/<uuid:invitation_id>/resend/",
        team_views.resend_invitation,
        name="resend_invitation",
    ),
    path(
        "settings/team/invitations/<uuid:invitation_id>/withdraw/",
        team_views.withdraw_invitation,
        name="withdraw_invitation",
    ),
    path("settings/close/", closing_views.close, name="close"),
    path("settings/profile/", views.profile, name="profile"),
]
