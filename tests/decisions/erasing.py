"""A subject with decisions, inputs, documents and events, and everything personal about them."""

from base64 import b64encode
from datetime import timedelta

from django.conf import settings

from auditor.common.store import Store
from reports.decisions import state as s
from reports.decisions.actors import officer
from reports.decisions.erasure.services import Asked
from reports.decisions.models import Decision
from reports.decisions.transitions import event_apply
from tests.decisions import drafts
from tests.decisions.drafts import IDENTIFIER, NOW, OPERATOR, RECIPIENT, REFERENCE

INPUT = b"scan of the patient-4711, slice 9-ghj"
LETTER = b"I contest this, says patient-4711-zyx"
POINT = "I was at work that day-klp"
PERSONAL = (
    IDENTIFIER,
    REFERENCE,
    OPERATOR,
    POINT,
    INPUT.decode(),
    LETTER.decode(),
    "pacs://east/1.2.3.4-tuv",
)
LATER = NOW + timedelta(days=3)


def told_subject(ada) -> list[int]:
    """Return two decisions about one subject: one with an input, a point of view and a recipient who was told."""
    sender = drafts.system()
    first = drafts.recorded(sender, input={"content": b64encode(INPUT).decode(), "media_type": "text/plain"})
    second = drafts.recorded(sender, reference=f"{REFERENCE}-2", recipients=["west-registry"])
    letter = Store.at(settings.STORAGE_URL).put(LETTER)
    actor = officer(ada)
    for event in (
        s.Contested(actor=actor, reason=POINT, received_at=NOW),
        s.ContestWithdrawn(actor=actor, evidence=letter),
        s.RecipientNotified(actor=actor, evidence=letter, recipient=RECIPIENT, matter=s.Matter.ERASURE),
    ):
        event_apply(first, event, now=NOW)
    return [first, second]


def asked(ada, **changes) -> Asked:
    return Asked(by=officer(ada), reason="asked for by letter of 1 March", ground="b")._replace(**changes)


def subject() -> int:
    return Decision.objects.order_by("pk")[0].subject_id
