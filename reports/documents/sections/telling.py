"""What may be told to a data subject on the strength of this audit, and what may not."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from auditor.explain.evidence import Evidence, Measure
from auditor.explain.trust.documents import MethodTrust
from auditor.language import said
from reports.documents.formats import percent, short

_NAMED = 5


def may(evidence: Evidence) -> list[str]:
    """Return what may be told, in sentences; each rests on a number of this audit."""
    found = [_agreement(evidence), _groups(evidence), _maps(evidence)]
    tree = evidence.surrogate
    if tree.accepted and tree.fidelity is not None:
        words = _("The rules of the surrogate tree, as a description: it decides as the model in %(share)s.")
        found.append(words % {"share": with_interval(tree.fidelity)})
    if evidence.survey.counterfactuals:
        words = ngettext(
            "What would have changed the decision, for the one item where this was measured.",
            "What would have changed the decision, for the %(n)d items where this was measured.",
            len(evidence.survey.counterfactuals),
        )
        found.append(words % {"n": len(evidence.survey.counterfactuals)})
    return [sentence for sentence in found if sentence]


def may_not(evidence: Evidence) -> list[str]:
    """Return what may not be told, in sentences, each with the reason."""
    found = [_distrusted(evidence), _tree(evidence)]
    if not evidence.survey.counterfactuals:
        found.append(_("What would have changed a decision: this was not measured."))
    if not measured_columns(evidence):
        found.append(
            _("How often the model errs for people like the one who asks: no group could be measured.")
        )
    found.append(_shortcut(evidence))
    found.append(
        _("That the use is lawful: this also depends on its purpose, its legal basis and human review.")
    )
    return [sentence for sentence in found if sentence]


def measured_columns(evidence: Evidence) -> list[str]:
    """Return the columns of which at least one group was measured."""
    return list(dict.fromkeys(one.column for one in evidence.performance.groups if not one.suppressed))


def with_interval(measure: Measure) -> str:
    """Return a share with its interval and its n in words."""
    if measure.value is None:
        return _("an undefined share")
    words = {"share": percent(measure.value), "n": measure.n}
    if measure.low is None or measure.high is None:
        return _("%(share)s (no interval; n = %(n)d)") % words
    words |= {
        "confidence": short(100 * (measure.confidence or 0)),
        "low": percent(measure.low),
        "high": percent(measure.high),
    }
    return _("%(share)s (%(confidence)s %% interval %(low)s to %(high)s; n = %(n)d)") % words


def names(titles: Sequence[str], most: int = _NAMED) -> str:
    """Return names in a line; of many the first, and how many more there are."""
    shown = ", ".join(titles[:most])
    if len(titles) <= most:
        return shown
    return _("%(names)s and %(n)d more") % {"names": shown, "n": len(titles) - most}


def _agreement(evidence: Evidence) -> str:
    for metric in evidence.performance.overall:
        if metric.name == "accuracy" and metric.of is None and metric.measure.value is not None:
            words = _("How often decisions agreed with the labels on the items of this set: %(share)s.")
            return words % {"share": with_interval(metric.measure)}
    return ""


def _groups(evidence: Evidence) -> str:
    columns = measured_columns(evidence)
    return (
        _("How often they agreed in the groups that were measured, by %(columns)s.")
        % {"columns": names([column[:30] for column in columns])}
        if columns
        else ""
    )


def _titles(evidence: Evidence) -> dict[str, str]:
    return {method.card.name: said(method.card.title) for method in evidence.methods}


def _maps(evidence: Evidence) -> str:
    found, titles = evidence.trust, _titles(evidence)
    trusted = [titles.get(one.method, one.method) for one in found.methods if one.trusted]
    if trusted:
        words = _("What counted for a decision, by %(methods)s: their maps passed the tests (n = %(n)d).")
        return words % {"methods": names(trusted), "n": found.items}
    if found.items:
        return _("That no reliable single reason can be given for a decision: no method passed its tests.")
    return _("That no reliable single reason can be given for a decision: no explanation was tested.")


def _distrusted(evidence: Evidence) -> str:
    found, titles = evidence.trust, _titles(evidence)
    if not found.items:
        return _("Any of the maps as what counted for a decision: none was tested.")
    failed = [titles.get(one.method, one.method) for one in found.methods if _failed(one)]
    open_ = [
        titles.get(one.method, one.method) for one in found.methods if not one.trusted and not _failed(one)
    ]
    words = {"failed": names(failed), "open": names(open_)}
    if failed and open_:
        return (
            _(
                "What counted for a decision, by %(failed)s, which failed, or %(open)s, which stayed undecided."
            )
            % words
        )
    if failed:
        return _("What counted for a decision, by %(failed)s: their maps failed the tests.") % words
    if open_:
        return _("What counted for a decision, by %(open)s: their tests stayed undecided.") % words
    return ""


def _failed(method: MethodTrust) -> bool:
    return any(verdict.outcome == "failed" for verdict in method.verdicts)


def _tree(evidence: Evidence) -> str:
    tree = evidence.surrogate
    if tree.refused is not None or tree.fidelity is None:
        return _("A few rules as the logic of the model: no surrogate tree could be grown.")
    if tree.accepted:
        return ""
    words = _("The surrogate tree as the logic of the model: it decides as the model in %(share)s.")
    return words % {"share": with_interval(tree.fidelity)}


def _shortcut(evidence: Evidence) -> str:
    outcome = evidence.shortcuts.verdict.outcome
    return {
        "found": _("That decisions rest on what is relevant: a shortcut was found."),
        "undecided": _("That no shortcut is at work: the tests stayed undecided."),
        "not tested": _("That no shortcut is at work: this was not tested."),
        "not found": "",
    }[outcome]
