"""The order of the report: its chapters, its parts and its annexes, as the contents list them."""

from typing import NamedTuple

from django.utils.translation import gettext as _

from auditor.explain.evidence import Evidence
from reports.documents.kinds import WORDS
from reports.documents.sheets import plates


class Entry(NamedTuple):
    """A line of the contents; `kind` is "front", "chapter", "part" or "annex"."""

    anchor: str
    title: str
    kind: str


def outline(evidence: Evidence) -> list[Entry]:
    """Return the contents; parts without anything to say are left out, chapters never."""
    survey = evidence.survey
    return [
        Entry("reading", _("How to read this report"), "front"),
        Entry("summary", _("Summary"), "chapter"),
        Entry("identity", _("Identity of this audit"), "chapter"),
        Entry("purpose", _("Purpose, role and legal basis"), "chapter"),
        Entry("model", _("The model"), "chapter"),
        Entry("set", _("The validation set"), "chapter"),
        Entry("performance", _("Performance"), "chapter"),
        Entry("gallery", _("Explanations of single decisions"), "chapter"),
        *_part(bool(survey.counterfactuals), "otherwise", _("How decisions would have gone otherwise")),
        Entry("trusted", _("Can these explanations be trusted?"), "chapter"),
        Entry("logic", _("Logic of the model as a whole"), "chapter"),
        *_part(True, "importance", str(WORDS[evidence.model.spec.input.kind].parts)),
        *_part(True, "surrogate", _("Surrogate tree")),
        *_part(bool(survey.spaces or survey.unanswered), "space", _("Where the items lie")),
        Entry("shortcuts", _("Shortcuts and proxies"), "chapter"),
        Entry("robustness", _("Robustness and security of processing"), "chapter"),
        Entry("findings", _("Risks and measures"), "chapter"),
        Entry("rights", _("Rights of data subjects"), "chapter"),
        Entry("record", _("Retractability record"), "chapter"),
        Entry("change", _("Change since the last audit"), "chapter"),
        Entry("limits", _("Limits: what was not tested"), "chapter"),
        Entry("methods", _("Method cards"), "annex"),
        Entry("glossary", _("Glossary"), "annex"),
        Entry("verify", _("Reproduction and verification"), "annex"),
        Entry("asked", _("What an auditor asks"), "annex"),
        *([Entry("plates", _("Plates"), "annex")] if plates(evidence) else []),
    ]


def _part(shown: bool, anchor: str, title: str) -> list[Entry]:
    return [Entry(anchor, title, "part")] if shown else []
