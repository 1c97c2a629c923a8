"""URLs of the register's pages; nothing personal stands in them."""

from django.urls import path

from reports.decisions import reviewing, views

urlpatterns = [
    path("decisions/", views.register, name="decisions"),
    path("decisions/search/", views.search, name="search-decisions"),
    path("decisions/due/", views.due, name="due-decisions"),
    path("decisions/reviewers/", reviewing.reviewers, name="reviewers"),
    path("decisions/reviewers/<int:pk>/withdraw/", reviewing.withdraw, name="withdraw-reviewer"),
    path("decisions/<int:pk>/", views.decision, name="decision"),
    path("decisions/<int:pk>/do/<slug:kind>/", views.act, name="decision-event"),
    path("decisions/<int:pk>/documents/<int:sequence>/", views.document, name="decision-document"),
]
