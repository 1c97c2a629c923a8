"""URLs under which a run's evidence is read and its reports are fetched."""

from django.urls import path

from reports.documents import views
from reports.documents.declared import views as declaring
from reports.documents.letter import views as letters
from reports.documents.signoff import views as signing
from reports.documents.verification import views as verification

urlpatterns = [
    path("runs/<uuid:pk>/", views.run, name="run"),
    path("runs/<uuid:pk>/results/<slug:name>/", views.results_chapter, name="results"),
    path("runs/<uuid:pk>/results/<slug:name>/figures/<slug:digest>", views.figure, name="figure"),
    path("runs/<uuid:pk>/gallery/", views.gallery, name="gallery"),
    path("runs/<uuid:pk>/items/<int:index>/<slug:key>", views.panel, name="panel"),
    path("runs/<uuid:pk>/evidence.json", views.evidence, name="evidence"),
    path("runs/<uuid:pk>/compare/", views.compare, name="compare-run"),
    path("runs/<uuid:pk>/comparison/", views.comparison, name="comparison"),
    path("runs/<uuid:pk>/comparison.json", views.comparison_json, name="comparison-json"),
    path("runs/<uuid:pk>/report/", views.request_report, name="request-report"),
    path("verify/", verification.verify, name="verify"),
    path("verify/certificate.pem", verification.certificate, name="certificate"),
    path("runs/<uuid:pk>/prepare/", signing.prepare, name="prepare-report"),
    path("runs/<uuid:pk>/declarations/", declaring.declarations, name="declarations"),
    path("runs/<uuid:pk>/declarations/<slug:section>/", declaring.declare, name="declare"),
    path("sign-off/<int:pk>/", signing.sign_off, name="sign-off"),
    path("sign-off/<int:pk>/preview.pdf", signing.preview, name="sign-off-preview"),
    path("sign-off/<int:pk>/sign/", signing.sign, name="sign-report"),
    path("sign-off/<int:pk>/send-back/", signing.send_back, name="send-back"),
    path("runs/<uuid:pk>/items/<int:item>/letters/", letters.letters, name="letters"),
    path("runs/<uuid:pk>/items/<int:item>/letters/write/", letters.write, name="write-letter"),
    path("letters/<int:pk>.pdf", letters.letter_pdf, name="letter-pdf"),
    path("reports/<int:pk>.pdf", views.pdf, name="report-pdf"),
    path("reports/<int:pk>/again/", views.write_again, name="write-again"),
    path("reports/<int:pk>/withdraw/", views.withdraw, name="withdraw-report"),
]
