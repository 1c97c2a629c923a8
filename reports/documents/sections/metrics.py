"""Metrics under the names that readers know, as they are printed."""

from django.utils.translation import gettext_lazy as _

from auditor.explain.evidence import Metric
from reports.documents.numbers import Notes, Number

NAMES = {
    "accuracy": _("Accuracy"),
    "balanced_accuracy": _("Balanced accuracy"),
    "sensitivity": _("Sensitivity"),
    "specificity": _("Specificity"),
    "ppv": _("Positive predictive value"),
    "npv": _("Negative predictive value"),
    "auroc": _("Area under the ROC curve"),
    "auprc": _("Average precision (area under the PR curve)"),
    "brier": _("Brier score"),
    "ece": _("Calibration error, corrected for chance"),
    "prevalence": _("Prevalence"),
}
_PLAIN = {"auroc", "auprc", "brier", "ece"}


def title_of(metric: Metric) -> str:
    """Return the name that readers know a metric by, and its class."""
    return named(metric.name, metric.of)


def named(name: str, of: str | None) -> str:
    """Return the name of a metric and its class."""
    return f"{NAMES[name]}{f', {of}' if of else ''}"


def number_of(metric: Metric, notes: Notes) -> Number:
    """Return a metric as it is printed: shares as percentages."""
    return notes.plain(metric.measure) if metric.name in _PLAIN else notes.share(metric.measure)
