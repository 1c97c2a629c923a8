"""URLs of audits."""

from django.urls import path

from auditor.audits import finding_views, plan_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("runs/", views.runs, name="runs"),
    path("runs/new/", views.new_run, name="new-run"),
    path("runs/<uuid:pk>/cancel/", views.cancel, name="cancel-run"),
    path("runs/<uuid:pk>/track/", finding_views.track, name="track-findings"),
    path("findings/", finding_views.findings, name="findings"),
    path("findings/<int:pk>/<slug:step>/", finding_views.step, name="finding-step"),
    path("plans/", plan_views.plans, name="plans"),
    path("plans/new/", plan_views.new_plan, name="new-plan"),
    path("schedules/", views.schedules, name="schedules"),
    path("schedules/new/", views.new_schedule, name="new-schedule"),
    path("schedules/<int:pk>/secret/", views.secret, name="schedule-secret"),
    path("schedules/<int:pk>/pause/", views.pause, name="pause-schedule"),
]
