"""The fields that a report needs and no measurement can fill: what each asks, of whom, and for which article."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Scope = Literal["organisation", "model", "version", "set", "run"]
Kind = Literal["line", "text", "choice", "rows"]


class Field(NamedTuple):
    """One field that a person declares.

    Attributes
    ----------
    scope : what a statement is about, and so where it is offered again: every audit of the organisation, of the model,
        of its version, of the set, or this run alone
    kind : one line, text, one of `choices`, or rows with the columns of `columns`
    """

    section: str
    name: str
    scope: Scope
    title: str | Promise
    help: str | Promise
    hook: str
    kind: Kind = "text"
    choices: Mapping[str, str | Promise] = {}
    columns: Mapping[str, str | Promise] = {}

    @property
    def id(self) -> str:
        """Return the name of the field among all fields."""
        return f"{self.section}.{self.name}"


FIELDS: tuple[Field, ...] = (
    Field("identity", "controller", "organisation", _("Controller"),
          _("Who decides why and how personal data are processed: name, address, contact."), "GDPR Art. 4(7), 5(2)"),
    Field("identity", "dpo", "organisation", _("Data protection officer"),
          _("Name and contact, or why there is none."), "GDPR Art. 37, 39"),
    Field("identity", "auditor", "run", _("Auditor"),
          _("Who answers for this audit, and what makes them independent of those who built the model."),
          "GDPR Art. 5(2)"),
    Field("summary", "conclusion", "run", _("Conclusion of the officer"),
          _("What follows from the findings for the use of the model, in your own words."), "GDPR Art. 5(2)"),
    Field("purpose", "intended_use", "model", _("Intended use"),
          _("For what, by whom and on whom the model is used."), "GDPR Art. 5(1)(b)"),
    Field("purpose", "misuse", "model", _("Foreseeable misuse"),
          _("Uses that the model is not meant for, and how they are prevented."), "GDPR Art. 5(1)(b), AI Act Art. 9"),
    Field("purpose", "automation", "model", _("Decision supported or automated"),
          _("How the score becomes a decision. A score on which a decision draws strongly is itself a decision."),
          "GDPR Art. 22(1); CJEU C-634/21", "choice",
          {"automated": _("The score is the decision: no person looks at it before it takes effect."),
           "draws_strongly": _("A person decides and draws strongly on the score."),
           "supported": _("A person decides on other grounds as well, and often otherwise than the score.")}),
    Field("purpose", "human_role", "model", _("Human role"),
          _("Who looks at the output, with what time, training and authority to decide otherwise."),
          "GDPR Art. 22(3), AI Act Art. 14"),
    Field("purpose", "lawful_basis", "model", _("Lawful basis"),
          _("The letter of Art. 6(1), and of Art. 22(2) where the decision is automated."), "GDPR Art. 6, 22(2)"),
    Field("purpose", "special_categories", "model", _("Special categories of data"),
          _("Which are processed, and under which letter of Art. 9(2)."), "GDPR Art. 9(2)"),
    Field("purpose", "recipients", "model", _("Recipients"),
          _("Who receives the scores or the decisions."), "GDPR Art. 13(1)(e), 15(1)(c), 19"),
    Field("purpose", "transfers", "model", _("Transfers to third countries"),
          _("Where to, and on which ground of Chapter V."), "GDPR Art. 44-49"),
    Field("purpose", "retention", "model", _("Retention"),
          _("How long inputs, scores and decisions are kept, and why."), "GDPR Art. 5(1)(e)"),
    Field("model", "history", "version", _("Version history"),
          _("What changed from the version before, and why."), "AI Act Art. 11, Annex IV"),
    Field("model", "in_use", "version", _("Version in use"),
          _("The SHA-256 of the weights in production and since when, so that it can be held against this audit."),
          "GDPR Art. 5(2)"),
    Field("model", "training_data", "version", _("Training data"),
          _("What the model learnt from: origin, period, number, people, labels."),
          "GDPR Art. 5(1)(a), AI Act Art. 10"),
    Field("model", "thresholds", "version", _("Thresholds in use"),
          _("The score from which a decision is taken, and how it was chosen."), "GDPR Art. 13(2)(f)"),
    Field("model", "limits", "version", _("Known limits"),
          _("Where the model is known to fail, or was never tried."), "AI Act Art. 13"),
    Field("set", "origin", "set", _("Origin"),
          _("Where the items come from and how they were chosen."), "GDPR Art. 5(1)(d), AI Act Art. 10"),
    Field("set", "period", "set", _("Period of collection"),
          _("From when to when."), "AI Act Art. 10", "line"),
    Field("set", "labelling", "set", _("Labelling"),
          _("Who labelled the items, by which rule, and how often two people agreed."), "AI Act Art. 10"),
    Field("set", "licence", "set", _("Licence or ground"),
          _("On which ground the items may be used for this audit."), "GDPR Art. 5(1)(a), 6"),
    Field("set", "represents", "set", _("Whom the set represents"),
          _("Which people the model is used on, and which of them are missing in the set."), "GDPR Art. 5(1)(d)"),
    Field("security", "access", "model", _("Access"),
          _("Who can see inputs, scores and explanations, and how that is limited."), "GDPR Art. 32"),
    Field("security", "incidents", "model", _("Incidents"),
          _("Security incidents and wrong outputs since the last audit, and what was done."), "GDPR Art. 32, 33"),
    Field("risks", "register", "model", _("Risks to rights and freedoms"),
          _("One row a risk: what may happen to whom, what is done, by whom and until when, and what remains."),
          "GDPR Art. 35(7)(c), (d), AI Act Art. 9", "rows",
          {}, {"risk": _("Risk"), "measure": _("Measure"), "owner": _("Owner"), "date": _("Date"),
               "residual": _("What remains")}),
    Field("rights", "channels", "organisation", _("How people reach you"),
          _("Address, e-mail and telephone at which a person can ask, contest and be heard."), "GDPR Art. 12(2)"),
    Field("rights", "reviewers", "model", _("Human reviewers"),
          _("Who reviews a contested decision, and that they have the authority to change it."), "GDPR Art. 22(3)"),
    Field("rights", "authority", "organisation", _("Supervisory authority"),
          _("Name and address of the authority with which a complaint can be lodged."), "GDPR Art. 15(1)(f), 77"),
)  # fmt: skip

BY_ID: Mapping[str, Field] = {field.id: field for field in FIELDS}


def of_section(section: str) -> tuple[Field, ...]:
    """Return the fields of a section of the report, in their order."""
    return tuple(field for field in FIELDS if field.section == section)
