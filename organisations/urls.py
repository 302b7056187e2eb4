from django.urls import path

from organisations.agency import closing_page
from organisations.changes import pulse
from organisations.hours import page as hours_page
from organisations.profile import alerts, passkeys, two_step
from organisations.profile import views as profile_views
from organisations.signing_in import form_token, password_reset
from organisations.signing_in import views as sign_in_views
from organisations.team import joining
from organisations.team import views as team_views

app_name = "organisations"
# Views of sign-in and of forgotten passwords are marked as needing no sign-in, by us or by Django:
# they are for those who cannot.
urlpatterns = [
    path("sign-in/", sign_in_views.SignInView.as_view(), name="sign_in"),
    path("sign-in/code/", sign_in_views.sign_in_code, name="sign_in_code"),
    path("sign-out/", sign_in_views.sign_out, name="sign_out"),
    path("form-token/", form_token.form_token, name="form_token"),
    path("pulse", pulse.pulse, name="pulse"),
    path("password-reset/", password_reset.password_reset, name="password_reset"),
    path(
        "password-reset/sent/",
        password_reset.password_reset_sent,
        name="password_reset_sent",
    ),
    path(
        "password-reset/<uidb64>/<token>/",
        password_reset.NewPasswordView.as_view(),
        name="new_password",
    ),
    path("invitation/", joining.invitation, name="invitation"),
    path("invitation/<str:token>/", joining.invitation_link, name="invitation_link"),
    path("account-closed/", closing_page.account_closed, name="account_closed"),
    path("settings/team/", team_views.team_page, name="team"),
    path("settings/team/<uuid:person_id>/role/", team_views.change_role, name="change_role"),
    path("settings/team/<uuid:person_id>/deactivate/", team_views.deactivate, name="deactivate"),
    path("settings/team/<uuid:person_id>/reactivate/", team_views.reactivate, name="reactivate"),
    path(
        "settings/team/<uuid:person_id>/two-step/off/",
        team_views.turn_off_two_step,
        name="turn_off_their_two_step",
    ),
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
    path("settings/hours/", hours_page.hours, name="hours"),
    path("settings/hours/days/", hours_page.special_days, name="special_days"),
    path(
        "settings/hours/days/forget/",
        hours_page.forget_special_day,
        name="forget_special_day",
    ),
    path("settings/close/", closing_page.close, name="close"),
    path("settings/profile/", profile_views.profile, name="profile"),
    path("settings/profile/about/", profile_views.about, name="about"),
    path("settings/profile/alerts/", alerts.alerts, name="alerts"),
    path("settings/profile/password/", profile_views.change_password, name="change_password"),
    path("settings/profile/sessions/", profile_views.end_all_sessions, name="end_all_sessions"),
    path(
        "settings/profile/sessions/<uuid:session_id>/",
        profile_views.end_session,
        name="end_session",
    ),
    path(
        "settings/profile/devices/",
        profile_views.forget_all_devices,
        name="forget_all_devices",
    ),
    path(
        "settings/profile/devices/<uuid:device_id>/",
        profile_views.forget_device,
        name="forget_device",
    ),
    path("settings/profile/two-step/", two_step.two_step_page, name="two_step"),
    path("settings/profile/two-step/begin/", two_step.begin_two_step, name="begin_two_step"),
    path(
        "settings/profile/two-step/set-up/",
        two_step.set_up_two_step,
        name="set_up_two_step",
    ),
    path(
        "settings/profile/two-step/recovery-codes/",
        two_step.renew_recovery_codes,
        name="renew_recovery_codes",
    ),
    path("settings/profile/two-step/app/remove/", two_step.remove_app, name="remove_app"),
    path("settings/profile/two-step/passkeys/begin/", passkeys.begin_passkey, name="begin_passkey"),
    path("settings/profile/two-step/passkeys/add/", passkeys.add_passkey, name="add_passkey"),
    path(
        "settings/profile/two-step/passkeys/<uuid:passkey_id>/remove/",
        passkeys.remove_passkey,
        name="remove_passkey",
    ),
    path(
        "settings/profile/two-step/off/",
        two_step.turn_off_two_step,
        name="turn_off_two_step",
    ),
]
