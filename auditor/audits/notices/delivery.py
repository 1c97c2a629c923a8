"""The worker's side of a notice: one attempt, its outcome written down, and the time of the next one."""

import http.client
import smtplib
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from auditor.audits.models import DeliveryAttempt, Notice
from auditor.audits.notices.addresses import resolve
from auditor.audits.notices.signature import HEADER, secret_of, signature
from auditor.audits.notices.webhook import post
from auditor.common.canonical import canonical
from auditor.common.clock import timestamp, utc_now
from auditor.common.errors import Refused
from auditor.jobs.models import State


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
        return Outcome(False, None, f"The receiver could not be reached ({type(error).__name__}).")


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
        error=f"Given up after {made} attempts: {outcome.said}" if given_up else "",
        not_before=at + timedelta(seconds=settings.NOTICE_BACKOFF_SECONDS * 2 ** (made - 1)),
        attempts=0,
    )


def body_of(notice: Notice) -> bytes:
    """Return what a webhook says, as canonical JSON; it holds nothing about persons."""
    version = notice.run.model_version
    return canonical(
        {
            "schema": "retrace-notice/1",
            "id": str(notice.number),
            "event": "new critical finding",
            "created_at": timestamp(notice.created_at),
            "run": str(notice.run_id),
            "model": {"name": version.model.name, "version": version.version, "digest": version.digest},
            "findings": notice.findings,
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
        return Outcome(True, status, f"The receiver answered {status}.")
    more = "; redirects are not followed" if 300 <= status < 400 else ""
    return Outcome(False, status, f"The receiver answered {status}{more}.")


def _by_mail(notice: Notice) -> Outcome:
    titles = "\n".join(f"- {finding['title']}" for finding in notice.findings)
    message = EmailMessage(
        subject=f"New critical finding: {notice.run.model_version}".replace("\n", " ").replace("\r", " "),
        body=(
            f"A scheduled audit of {notice.run.model_version} on {notice.run.validation_set} brought critical "
            f"findings that the audit before it did not have:\n\n{titles}\n\n{link_to(notice)}\n"
        ),
        to=[notice.target],
        headers={"Message-ID": f"<{notice.number}@retrace>", "Auto-Submitted": "auto-generated"},
    )
    message.send()
    return Outcome(True, None, "The mail server took it.")
