"""The tables of the register; the database itself refuses to change what was recorded."""

from reports.decisions.models.decisions import Decision as Decision
from reports.decisions.models.events import Event as Event
from reports.decisions.models.subjects import Subject as Subject
from reports.decisions.models.systems import Idempotency as Idempotency
from reports.decisions.models.systems import SendingSystem as SendingSystem
from reports.decisions.models.systems import Token as Token
