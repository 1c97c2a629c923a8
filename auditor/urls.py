"""Every URL of the application."""

from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

urlpatterns = [
    path("", include("auditor.audits.urls")),
    path("", include("auditor.registry.urls")),
    path("", include("reports.documents.urls")),
    path("", include("reports.decisions.urls")),
    path("api/v1/", include("reports.decisions.api.urls")),
    path("login/", auth_views.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("language/", login_not_required(set_language), name="set_language"),
    path("admin/", admin.site.urls),
]
