"""What was not tested in this very audit, read from its evidence; what no audit of this kind can show stands beside."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from auditor.explain.trust.documents import Aspect
from auditor.language import said
from reports.documents.book import ReportBook
from reports.documents.kinds import WORDS
from reports.documents.sections.declarations import undeclared
from reports.documents.sections.telling import names
from reports.documents.sections.trust import ASPECTS

Gap = tuple[str, str]
_LONGEST = 12
_TESTS: tuple[Aspect, ...] = ("faithfulness", "sanity", "stability")


def context(book: ReportBook) -> dict[str, object]:
    """Return what the chapter on limits prints."""
    return {
        "untested": untested(book),
        "always": _always(book),
        "undeclared": [str(field.title) for field in undeclared(book)],
    }


def untested(book: ReportBook) -> list[Gap]:
    """Return the subject and the sentence of everything that this audit did not test, or not on all items."""
    parts = (_items, _methods, _trust, _region, _groups, _shortcuts, _changes, _whole, _shown, _around)
    return [gap for part in parts for gap in part(book)]


def _always(book: ReportBook) -> list[str]:
    words = WORDS[book.evidence.model.spec.input.kind]
    return [
        str(words.elsewhere),
        _(
            "An attribution describes the arithmetic of the model at one item. Two methods can differ, and both can "
            "miss what matters; the tests of this report say how far each was found to follow the model."
        ),
        str(words.unreal),
        _(
            "An interval says how far chance in the choice of items may move a number. It does not cover wrong labels "
            "or a set that represents others than those whom the model is used on."
        ),
        _("The absence of a finding means that no rule fired, nothing more."),
    ]


def _items(book: ReportBook) -> Iterator[Gap]:
    facts, subject = book.evidence.validation_set, _("Validation set")
    if facts.unlabelled.missing:
        words = _("%(n)d of %(of)d rows have no label and are in no result.")
        yield subject, words % {"n": facts.unlabelled.missing, "of": facts.unlabelled.rows}
    if book.evidence.incidents:
        words = _("On %(n)d items something went wrong; they are listed in the chapter on risks.")
        yield subject, words % {"n": len(book.evidence.incidents)}
    if facts.training.digest is None:
        yield (
            subject,
            _(
                "Whether the model was trained on items of this set: no list of training items was handed in with it."
            ),
        )
    if not facts.copies.rule:
        why = said(facts.copies.unmeasured) or _("not measured")
        yield subject, _("Items that are nearly the same were not looked for: %(why)s.") % {"why": why}
    if book.evidence.performance.calibration is None:
        yield _("Performance"), _("Whether probabilities come true (calibration) was not measured.")
    for sentence in book.evidence.performance.left_out:
        yield _("Performance"), said(sentence)


def _methods(book: ReportBook) -> Iterator[Gap]:
    for method in book.evidence.methods:
        if not method.applicable:
            words = _("%(title)s is in the plan and could not be used: %(why)s")
            why = said(method.reason or "") or _("no reason was recorded.")
            yield _("Methods"), words % {"title": said(method.card.title), "why": why}


def _trust(book: ReportBook) -> Iterator[Gap]:
    found, items, subject = book.evidence.trust, book.evidence.validation_set.items, _("Explanations")
    if not found.items:
        yield subject, _("No explanation was tested: the plan asked for no items.")
        return
    if found.items < items:
        words = _("Explanations were tested on %(n)d of %(of)d items, drawn by the plan's seed.")
        yield subject, words % {"n": found.items, "of": items}
    titles = {method.card.name: said(method.card.title) for method in book.evidence.methods}
    for aspect in _TESTS:
        missing = [
            titles.get(one.method, one.method)
            for one in found.methods
            if all(verdict.outcome == "not measured" for verdict in one.verdicts if verdict.aspect == aspect)
        ]
        if missing:
            words = _("The test of %(aspect)s was not made for %(methods)s.")
            yield subject, words % {"aspect": ASPECTS[aspect], "methods": names(missing, _LONGEST)}


def _region(book: ReportBook) -> Iterator[Gap]:
    facts, kind = book.evidence.validation_set, book.evidence.model.spec.input.kind
    if kind == "table" or facts.masks == facts.items:
        return
    subject = str(WORDS[kind].marked)
    if not facts.masks:
        yield subject, _("The set has none, so whether decisions rest on what is relevant was not tested.")
    else:
        words = _("The set has them for %(n)d of %(of)d items; on the others this was not tested.")
        yield subject, words % {"n": facts.masks, "of": facts.items}


def _groups(book: ReportBook) -> Iterator[Gap]:
    performance, subject = book.evidence.performance, _("Groups")
    if not performance.groups:
        yield subject, _("The set carries no group columns, so no difference between groups was looked for.")
    held = [f"{one.column} = {one.value}" for one in performance.groups if one.suppressed]
    if held:
        words = _(
            "Not measured, because they or their complement are smaller than %(minimum)d items: %(groups)s."
        )
        yield subject, words % {"minimum": book.evidence.plan.minimum_group, "groups": names(held, _LONGEST)}


def _shortcuts(book: ReportBook) -> Iterator[Gap]:
    found, subject = book.evidence.shortcuts, _("Shortcuts")
    if found.verdict.outcome == "not tested":
        yield (
            subject,
            _("Shortcuts were not tested: the set allows none of these tests, or the plan asked for none."),
        )
    for sentence in (*(text for column in found.columns for text in column.untested), *found.unanswered):
        yield subject, said(sentence)


def _changes(book: ReportBook) -> Iterator[Gap]:
    found, items, subject = book.evidence.robustness, book.evidence.validation_set.items, _("Robustness")
    if not found.changes:
        yield (
            subject,
            said(found.reason or "") or _("Graded changes were not measured: the plan asked for none."),
        )
        return
    if found.reason:
        yield subject, said(found.reason)
    if found.items < items:
        words = _("Graded changes were made to %(n)d of %(of)d items, drawn by the plan's seed.")
        yield subject, words % {"n": found.items, "of": items}


def _whole(book: ReportBook) -> Iterator[Gap]:
    survey, subject = book.evidence.survey, _("The model as a whole")
    if survey.importance is None:
        yield subject, _("What the model's loss rests on (permutation importance, SAGE) was not measured.")
    elif survey.importance.loss.n < book.evidence.validation_set.items:
        words = _("What the model's loss rests on was measured on %(n)d of %(of)d items.")
        yield subject, words % {"n": survey.importance.loss.n, "of": book.evidence.validation_set.items}
    for sentence in survey.unanswered:
        yield subject, said(sentence)
    if survey.reference is None:
        yield subject, _("No other set was given to compare this one with, so drift was not measured.")


def _shown(book: ReportBook) -> Iterator[Gap]:
    shown, searched = len(book.evidence.gallery.entries), len(book.evidence.survey.counterfactuals)
    words = {"n": shown, "of": book.evidence.validation_set.items, "searched": searched}
    yield (
        _("Single decisions"),
        _(
            "%(n)d of %(of)d items are shown with their maps; other outcomes were searched for on %(searched)d."
        )
        % words,
    )


def _around(book: ReportBook) -> Iterator[Gap]:
    comparison = book.snapshot.comparison
    if comparison is None:
        yield _("Change"), _("This audit was compared with no earlier one.")
    elif not comparison.pairing.used:
        yield (
            _("Change"),
            _("Too few items are in both audits, so that numbers were not compared item by item."),
        )
    software = book.evidence.software
    words = _(
        "Computed on one class of device (%(device)s, %(dtype)s). Whether another class gives the same numbers was not "
        "tested."
    )
    yield _("Environment"), words % {"device": software.device_class, "dtype": software.dtype}
    yield (
        _("Security"),
        _(
            "No attack was tried: neither inputs made to deceive the model nor the recovery of training data. "
            "Access and incidents are declared only."
        ),
    )
    yield (
        _("Decisions in use"),
        _("No decisions of this model version are recorded in this installation, so none was traced again."),
    )
    yield (
        _("Purpose and law"),
        _("Purpose, legal basis and human review are declared; nothing of them was measured."),
    )
