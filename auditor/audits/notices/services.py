"""Who hears of a run: one notice a receiver, never a second one for the same run."""

from datetime import datetime

from auditor.audits.evidences import findings_of
from auditor.audits.models import Notice, Run
from auditor.common.clock import utc_now
from auditor.common.said import as_json


def notices_create(run: Run, before: Run | None, now: datetime | None = None) -> list[Notice]:
    """Write a notice to each receiver of the run's schedule where the run brings a new critical finding, and ring.

    New is what was not critical in the run `before`; without one, every critical finding is.
    """
    schedule, at = run.schedule, now or utc_now()
    new = [{"id": id_, "title": as_json(title)} for id_, title in _critical(run).items()]
    if before is not None:
        known = _critical(before)
        new = [finding for finding in new if finding["id"] not in known]
    if schedule is None or not new:
        return []
    receivers = [(Notice.Channel.EMAIL, address) for address in schedule.recipients]
    if schedule.webhook_url:
        receivers.append((Notice.Channel.WEBHOOK, schedule.webhook_url))
    notices = []
    for channel, target in receivers:
        notice, created = Notice.objects.get_or_create(
            run=run,
            channel=channel,
            target=target,
            defaults={"findings": new, "created_at": at, "not_before": at},
        )
        if created:
            notice.ring()
            notices.append(notice)
    return notices


def _critical(run: Run) -> dict[str, str]:
    return {id_: found.title for id_, found in findings_of(run).items() if found.severity == "critical"}
