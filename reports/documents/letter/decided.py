"""What was decided, by whom, and what a person did."""

from django.utils.translation import gettext as _

from reports.documents.letter.facts import LetterFacts
from reports.documents.letter.section import Declared, Section


def decided(facts: LetterFacts) -> Section:
    """Return the section on the result and on who answers for it."""
    item, spec = facts.entry.item, facts.evidence.model.spec
    words = {
        "case": item.entry.id,
        "result": item.predicted,
        "program": spec.name,
        "version": spec.version,
    }
    return Section(
        title=_("What was decided?"),
        paragraphs=(
            _("This letter is about the case “%(case)s”. Its result is: “%(result)s”.") % words,
            _("A computer program took part in this. It is called “%(program)s”, version %(version)s.")
            % words,
            _(
                "The program learnt from many earlier cases. It looks for patterns in the data of a case and gives "
                "points to each possible result. The result with the most points wins."
            ),
        ),
        declared=(Declared(_("Who answers for the decision"), facts.declared("identity", "controller")),),
    )


def human(facts: LetterFacts) -> Section:
    """Return the section on what a person did."""
    said = {
        "automated": _("The program decided alone. No person looked at the result before it took effect."),
        "draws_strongly": _("A person made the decision. The result of the program weighed heavily in it."),
        "supported": _("A person made the decision. The result of the program was one point among others."),
    }
    automation = facts.declared("purpose", "automation")
    return Section(
        title=_("What did a person do?"),
        paragraphs=(said[automation],) if automation in said else (),
        declared=(
            *(() if automation in said else (Declared(_("Who made the decision"), automation),)),
            Declared(_("What the person does"), facts.declared("purpose", "human_role")),
        ),
    )


def rights(facts: LetterFacts) -> Section:
    """Return the section on what the reader can do."""
    return Section(
        title=_("What can you do?"),
        points=(
            _("You can ask that a person looks at the decision again. Tell us your own view of the case."),
            _("You can contest the decision. You do not have to give a reason, and it is free."),
            _("You can ask for a copy of your data. You can ask us to correct wrong data."),
            _("You can complain to the authority that is named below. You can also go to court."),
        ),
        after=(
            _(
                "Write to us or call us. We answer within one month. If we need more time, we tell you within that "
                "month why. We may then take two months more, but not longer."
            ),
        ),
        declared=(
            Declared(_("How to reach us"), facts.declared("rights", "channels")),
            Declared(_("Supervisory authority"), facts.declared("rights", "authority")),
        ),
    )
