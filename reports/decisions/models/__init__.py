"""The tables of the register; the database itself refuses to change what was recorded."""

from reports.decisions.models.decisions import Decision as Decision
from reports.decisions.models.erasures import Cause as Cause
from reports.decisions.models.erasures import Erasure as Erasure
from reports.decisions.models.erasures import Ground as Ground
from reports.decisions.models.erasures import VaultPin as VaultPin
from reports.decisions.models.events import Event as Event
from reports.decisions.models.recalls import Recall as Recall
from reports.decisions.models.retracings import Draw as Draw
from reports.decisions.models.retracings import Retracing as Retracing
from reports.decisions.models.reviewers import Reviewer as Reviewer
from reports.decisions.models.subjects import Subject as Subject
from reports.decisions.models.systems import Idempotency as Idempotency
from reports.decisions.models.systems import SendingSystem as SendingSystem
from reports.decisions.models.systems import Token as Token
