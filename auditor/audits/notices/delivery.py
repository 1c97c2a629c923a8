"""The worker's side of a notice: one attempt, its outcome written down, and the time of the next one."""

import http.client
import smtplib
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from auditor.audits.models import DeliveryAttempt, Notice
from auditor.audits.notices.addresses import resolve
from auditor.audits.notices.signature import HEADER, secret_of, signature
from auditor.audits.notices.webhook import post
from auditor.common.canonical import canonical
from auditor.common.clock import timestamp, utc_now
from auditor.common.errors import Refused
from auditor.common.said import Said, count, from_json, ours, say, verbatim
from auditor.jobs.models import State
from auditor.language import said


class Outcome(NamedTuple):
    """How an attempt ended: whether it was delivered, what the receiver answered, and that in words."""

    delivered: bool
    status: int | None
    said: str


def deliver(notice: Notice) -> Outcome:
    """Try once to deliver a notice; what goes wrong between us and the receiver is an outcome, not an error."""
    try:
        return _by_mail(notice) if notice.channel == Notice.Channel.EMAIL else _by_webhook(notice)
    except Refused as error:
        return Outcome(False, None, error.sentence)
    except (OSError, http.client.HTTPException, smtplib.SMTPException) as error:
        outcome = say("The receiver could not be reached (%(error)s).", error=type(error).__name__)
        return Outcome(False, None, outcome)


def record(notice: Notice, outcome: Outcome, now: datetime | None = None) -> None:
    """Log an attempt; one that failed waits for the next, twice as long each time, until the limit ends it."""
    at = now or utc_now()
    DeliveryAttempt.objects.create(
        notice=notice, at=at, delivered=outcome.delivered, status=outcome.status, outcome=outcome.said
    )
    if outcome.delivered:
        return
    made = notice.tries.count()
    given_up = made >= settings.NOTICE_ATTEMPTS
    Notice.objects.filter(pk=notice.pk).update(
        state=State.FAILED if given_up else State.WAITING,
        error=_given_up(made, outcome.said) if given_up else "",
        not_before=at + timedelta(seconds=settings.NOTICE_BACKOFF_SECONDS * 2 ** (made - 1)),
        attempts=0,
    )


def _given_up(made: int, outcome: str) -> str:
    return count(
        "Given up after %(n)s attempt: %(outcome)s",
        "Given up after %(n)s attempts: %(outcome)s",
        made,
        outcome=ours(outcome),
    )


def body_of(notice: Notice) -> bytes:
    """Return what a webhook says, as canonical JSON, in English; it holds nothing about persons."""
    version = notice.run.model_version
    return canonical(
        {
            "schema": "retrace-notice/1",
            "id": str(notice.number),
            "event": "new critical finding",
            "created_at": timestamp(notice.created_at),
            "run": str(notice.run_id),
            "model": {"name": version.model.name, "version": version.version, "digest": version.digest},
            "findings": [{"id": one["id"], "title": str(_title(one))} for one in notice.findings],
            "link": link_to(notice),
        }
    )


def link_to(notice: Notice) -> str:
    """Return the address of the run's page."""
    return settings.SITE_URL.rstrip("/") + reverse("run", args=[notice.run_id])


def _by_webhook(notice: Notice) -> Outcome:
    body = body_of(notice)
    secret = secret_of(settings.WEBHOOK_KEY, notice.run.schedule_id or 0)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Retrace",
        "Retrace-Notice": str(notice.number),
        HEADER: signature(secret, int(utc_now().timestamp()), body),
    }
    status = post(resolve(notice.target), body, headers, seconds=settings.WEBHOOK_SECONDS)
    if 200 <= status < 300:
        return Outcome(True, status, say("The receiver answered %(status)s.", status=status))
    if 300 <= status < 400:
        moved = say("The receiver answered %(status)s; redirects are not followed.", status=status)
        return Outcome(False, status, moved)
    return Outcome(False, status, say("The receiver answered %(status)s.", status=status))


def _by_mail(notice: Notice) -> Outcome:
    run = notice.run
    language = run.schedule.language if run.schedule else run.language
    with override(language):
        message = EmailMessage(
            subject=_one_line(_("New critical finding: %(model)s") % {"model": run.model_version}),
            body=_body(notice),
            to=[notice.target],
            headers={
                "Message-ID": f"<{notice.number}@retrace>",
                "Auto-Submitted": "auto-generated",
                "Content-Language": language,
            },
        )
    message.send()
    return Outcome(True, None, say("The mail server took it."))


def _body(notice: Notice) -> str:
    introduction = _(
        "A scheduled audit of %(model)s on %(set)s brought critical findings that the audit before it did not have:"
    ) % {"model": notice.run.model_version, "set": notice.run.validation_set}
    titles = "\n".join(f"- {said(_title(finding))}" for finding in notice.findings)
    return f"{introduction}\n\n{titles}\n\n{link_to(notice)}\n"


def _title(finding: dict[str, object]) -> Said:
    title = from_json(finding["title"])
    return ours(title) if isinstance(title, str) else verbatim(str(title))


def _one_line(text: str) -> str:
    return text.replace("\n", " ").replace("\r", " ")
