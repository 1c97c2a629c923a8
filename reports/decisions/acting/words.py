"""What the forms of events say: what is done, and what to know about it."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

VERBS: dict[str, Promise] = {
    "contested": _("Enter a contest"),
    "acknowledged": _("Acknowledge the receipt"),
    "heard": _("Enter a point of view"),
    "review_assigned": _("Name a reviewer"),
    "upheld": _("Uphold the decision"),
    "corrected": _("Correct the decision"),
    "retracted": _("Retract the decision"),
    "subject_notified": _("Enter that the person was told"),
    "recipient_notified": _("Enter that a recipient was told"),
    "recipient_excused": _("Enter that a recipient need not be told"),
    "extended": _("Extend the period"),
    "contest_withdrawn": _("Enter that the contest was withdrawn"),
    "restricted": _("Restrict processing"),
    "restriction_announced": _("Enter that the lifting was announced"),
    "restriction_lifted": _("Lift the restriction"),
    "hold_placed": _("Place a legal hold"),
    "hold_lifted": _("Lift a legal hold"),
}
HINTS: dict[str, Promise] = {
    "contested": _("The period of one month runs from the day of receipt (GDPR Art. 12(3))."),
    "acknowledged": _("The person was told that the contest has arrived."),
    "heard": _("What the person says about the decision is kept with it (GDPR Art. 22(3))."),
    "review_assigned": _("The reviewer took no part in the decision and has the authority to change it."),
    "upheld": _("The decision stands. The person is told why."),
    "corrected": _("Another outcome takes the place of this one. The person and each recipient are told."),
    "retracted": _("The decision is taken back. The person and each recipient are told."),
    "recipient_excused": _(
        "Telling it is impossible or takes a disproportionate effort (GDPR Art. 19), or nothing changes for it."
    ),
    "extended": _("Once, within the first month, and the person is told why (GDPR Art. 12(3))."),
    "contest_withdrawn": _("The document holds the person's own words."),
    "restricted": _("Until it is lifted no schedule works on the decision (GDPR Art. 18)."),
    "restriction_announced": _("The person is told before a restriction is lifted (GDPR Art. 18(3))."),
    "hold_placed": _("Nothing of the decision is erased while the hold lies on it."),
}
FIELDS: dict[str, Promise] = {
    "received_at": _("Received on"),
    "party": _("Who contests"),
    "months": _("Months more"),
    "reviewer": _("Reviewer"),
    "outcome": _("New outcome"),
    "recipient": _("Recipient"),
    "matter": _("What about"),
    "hold": _("Name of the hold"),
    "reason": _("Reason"),
    "evidence": _("Document"),
}
REASONS: dict[str, Promise] = {
    "contested": _("What the person says against it"),
    "heard": _("Point of view"),
}
