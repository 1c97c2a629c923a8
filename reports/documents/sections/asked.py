"""What a professional auditor asks of a report, and where this one answers, or that it does not."""

from typing import Literal, NamedTuple

from django.utils.translation import gettext as _

from reports.documents.book import ReportBook
from reports.documents.declared.followed import OWNER
from reports.documents.formats import moment
from reports.documents.sections.declarations import undeclared
from reports.documents.sections.limits import untested
from reports.documents.sections.telling import measured_columns, names
from reports.documents.sections.usage import in_use

State = Literal["yes", "partly", "no"]
SIGNS: dict[State, str] = {"yes": "✓", "partly": "◐", "no": "✗"}


class Answer(NamedTuple):
    """One question, how far it is answered, the answer in a sentence, and the chapter that gives it."""

    question: str
    state: State
    sentence: str
    chapter: str

    @property
    def sign(self) -> str:
        """Return the sign of the state."""
        return SIGNS[self.state]

    @property
    def word(self) -> str:
        """Return the word of the state."""
        return {"yes": _("answered"), "partly": _("in part"), "no": _("not answered")}[self.state]


def context(book: ReportBook) -> dict[str, object]:
    """Return the answers and how many of them are whole."""
    found = answers(book)
    return {
        "answers": found,
        "whole": sum(answer.state == "yes" for answer in found),
        "of": len(found),
    }


def answers(book: ReportBook) -> list[Answer]:
    """Return the fifteen questions with the answers of this report, in their order."""
    return [
        Answer(
            _("Does every number have its n, interval, method and seed?"),
            "yes",
            _(
                "Each table has columns for them, and a letter leads to method and seed; a missing interval says why."
            ),
            "performance",
        ),
        Answer(
            _("Can a third party reproduce the evidence?"),
            "partly",
            _(
                "The report says how and under which digest. That somebody else has done it is not recorded in it."
            ),
            "verify",
        ),
        Answer(
            _("Can the file be verified offline?"),
            "yes",
            _("Evidence, statement and digests are attached; one command checks them without a network."),
            "verify",
        ),
        _selection(book),
        _tested(book),
        Answer(
            _("Are failed tests shown as large as passed ones?"),
            "yes" if book.evidence.trust.items else "no",
            _("Every method has one row with its verdicts, in the same size, whether it passed or failed.")
            if book.evidence.trust.items
            else _("There are no tests to show."),
            "trusted",
        ),
        Answer(
            _("Are measured and declared apart?"),
            "yes",
            _("Declared statements stand on a tinted ground with name and time; all else was measured."),
            "reading",
        ),
        _missing(book),
        Answer(
            _("Is the version that was audited the one in use?"),
            in_use(book).state,
            in_use(book).sentence,
            "model",
        ),
        _groups(book),
        _thresholds(book),
        _owners(book),
        _signed(book),
        _change(book),
        Answer(
            _("What was not tested?"),
            "yes",
            _("%(n)d gaps of this very audit are listed.") % {"n": len(untested(book))},
            "limits",
        ),
    ]


def _selection(book: ReportBook) -> Answer:
    words = _("The rule stands above the gallery, and its seed is %(seed)d; the plan fixed both.")
    return Answer(
        _("By which rule were the items chosen that are shown?"),
        "yes",
        words % {"seed": book.evidence.gallery.seed},
        "gallery",
    )


def _tested(book: ReportBook) -> Answer:
    question, found = _("Were explanations tested before they are shown?"), book.evidence.trust
    if not found.items:
        return Answer(question, "no", _("No. They are shown, and marked as not tested."), "trusted")
    trusted = sum(method.trusted for method in found.methods)
    words = _("Yes, on %(n)d items: %(trusted)d of %(methods)d methods passed.")
    return Answer(
        question,
        "yes",
        words % {"n": found.items, "trusted": trusted, "methods": len(found.methods)},
        "trusted",
    )


def _missing(book: ReportBook) -> Answer:
    count = len(undeclared(book))
    words = _("%(n)d fields that nobody declared are printed as “not declared” and listed.")
    return Answer(_("Is missing information shown as missing?"), "yes", words % {"n": count}, "limits")


def _groups(book: ReportBook) -> Answer:
    question, columns = _("Are groups, also small ones, accounted for?"), measured_columns(book.evidence)
    held = sum(one.suppressed for one in book.evidence.performance.groups)
    if not columns:
        return Answer(question, "no", _("No group could be measured."), "performance")
    words = _("Measured by %(columns)s; %(n)d groups are too small to be printed, and are named.")
    return Answer(
        question, "yes", words % {"columns": names([name[:30] for name in columns]), "n": held}, "performance"
    )


def _thresholds(book: ReportBook) -> Answer:
    question, plan = _("Were thresholds fixed before the run?"), book.snapshot.plan
    if plan is None:
        return Answer(
            question,
            "partly",
            _(
                "They are part of the plan, whose digest the evidence holds; when it was fixed is not recorded."
            ),
            "identity",
        )
    words = {"when": moment(plan.when), "started": moment(book.snapshot.conditions.started_at)}
    if plan.when > book.snapshot.conditions.started_at:
        return Answer(
            question,
            "no",
            _("The plan was fixed on %(when)s, after the run began on %(started)s.") % words,
            "identity",
        )
    return Answer(
        question,
        "yes",
        _("The plan was fixed on %(when)s, the run began on %(started)s.") % words,
        "identity",
    )


def _owners(book: ReportBook) -> Answer:
    question, found = _("Does each finding have an owner and a date?"), book.snapshot.findings
    owned = {one.field for one in book.snapshot.declarations if one.section == OWNER}
    count = sum(finding.id in owned for finding in found)
    words = _("%(n)d of %(of)d findings have an owner.") % {"n": count, "of": len(found)}
    if not found:
        return Answer(question, "yes", _("No rule fired, so there is none."), "findings")
    return Answer(question, "yes" if count == len(found) else "partly" if count else "no", words, "findings")


def _signed(book: ReportBook) -> Answer:
    question, found = _("Did two people sign?"), book.snapshot.sign_off
    if found is None:
        return Answer(question, "no", _("Nobody has signed this interim report off."), "summary")
    words = {"by": found.by, "prepared": found.prepared_by}
    if found.by == found.prepared_by or not found.prepared_by:
        return Answer(question, "no", _("%(by)s alone signed it off.") % words, "summary")
    return Answer(
        question, "yes", _("%(prepared)s prepared it, and %(by)s signed it off.") % words, "summary"
    )


def _change(book: ReportBook) -> Answer:
    question = _("What changed since the last audit?")
    if book.snapshot.comparison is None:
        return Answer(question, "no", _("This audit was compared with no earlier one."), "change")
    return Answer(question, "yes", _("Findings, numbers and decisions are compared one by one."), "change")
