"""How sure the program is, and how often it errs."""

from django.utils.translation import gettext as _

from reports.documents.letter.facts import LetterFacts
from reports.documents.letter.likeness import Errors, errors_like, observed_at, overall_errors
from reports.documents.letter.section import Section


def sure(facts: LetterFacts) -> Section:
    """Return the section on certainty and errors."""
    evidence, item = facts.evidence, facts.entry.item
    score = item.scores[evidence.model.spec.output.classes.index(item.predicted)]
    said = [
        _("The program gave this result %(points)d of 100 points.") % {"points": round(100 * score)},
        *_came_true(facts),
        *_overall(overall_errors(evidence)),
        *_like(errors_like(evidence, item)),
    ]
    return Section(_("How sure is the program, and how often is it wrong?"), tuple(said))


def _came_true(facts: LetterFacts) -> list[str]:
    found = observed_at(facts.evidence, facts.entry.item)
    if found is None or found.value is None:
        return [
            _("Points are not the same as certainty: how far they can be relied on was not measured here.")
        ]
    words = {"right": round(100 * found.value), "n": found.n}
    return [
        _(
            "Points are not the same as certainty. We looked at %(n)d test cases with about as many points. Of 100 "
            "such cases, about %(right)d really had this result."
        )
        % words
    ]


def _overall(found: Errors | None) -> list[str]:
    if found is None:
        return [_("How often the program is wrong was not measured.")]
    words = {"wrong": found.of_hundred, "n": found.n}
    return [
        _(
            "We tested the program on %(n)d cases. In about %(wrong)d of 100 cases its result differed from the known "
            "answer."
        )
        % words
    ]


def _like(found: Errors | None) -> list[str]:
    if found is None:
        return [_("For people like you alone we have too few test cases to say how often it is wrong.")]
    words = {
        "group": ", ".join(f"{column}: {value}" for column, value in found.group),
        "n": found.n,
        "wrong": found.of_hundred,
        "low": found.low,
        "high": found.high,
    }
    like = _("The smallest test group that is like you is this one: %(group)s. It has %(n)d cases.") % words
    if found.low is None or found.high is None:
        return [
            like,
            _("In this group, about %(wrong)d of 100 results differed from the known answer.") % words,
        ]
    return [
        like,
        _(
            "In this group, about %(wrong)d of 100 results differed from the known answer. By chance the true number "
            "may lie between %(low)d and %(high)d."
        )
        % words,
    ]
