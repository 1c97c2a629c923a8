"""What follows from a finished run: its findings are taken up, it gets its predecessor, and receivers are told."""

import logging

from auditor.audits.evidences import findings_of
from auditor.audits.models import Run
from auditor.audits.notices.services import notices_create
from auditor.audits.queries import predecessor
from auditor.audits.services import check_comparable
from auditor.audits.workflow import findings_track
from auditor.common.errors import RetraceError

logger = logging.getLogger(__name__)


def after_run(run: Run) -> None:
    """Do all this in the transaction that finishes the run."""
    findings_track(run)
    before = _comparable_predecessor(run)
    if run.compared_with_id is None and before is not None:
        run.compared_with = before
        run.save(update_fields=["compared_with"])
    if run.schedule_id is not None:
        notices_create(run, before)


def _comparable_predecessor(run: Run) -> Run | None:
    """Return the predecessor, or None where it cannot be read or laid beside this run; the log says why."""
    before = predecessor(run)
    if before is None:
        return None
    try:
        check_comparable(before, run.model_version)
        findings_of(before)
    except RetraceError as error:
        logger.warning("run %s is not compared with its predecessor: %s", run.pk, error.sentence)
        return None
    return before
