"""The tables of reports, and of what people state in them and do with them."""

from reports.documents.models.declared import Declaration as Declaration
from reports.documents.models.issued import Issued as Issued
from reports.documents.models.letters import Letter as Letter
from reports.documents.models.reports import Report as Report
from reports.documents.models.signoff import SignOffAnswer as SignOffAnswer
from reports.documents.models.signoff import SignOffRequest as SignOffRequest
from reports.documents.models.standing import Supersession as Supersession
from reports.documents.models.standing import Withdrawal as Withdrawal
