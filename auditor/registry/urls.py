"""URLs of the registry."""

from django.urls import path

from auditor.registry import views

urlpatterns = [
    path("models/", views.models, name="models"),
    path("models/<int:pk>/", views.model_version, name="model-version"),
    path("sets/", views.sets, name="sets"),
    path("sets/<int:pk>/", views.validation_set, name="validation-set"),
    path("register/<slug:kind>/", views.register, name="register"),
    path("intakes/<int:pk>/", views.intake, name="intake"),
]
