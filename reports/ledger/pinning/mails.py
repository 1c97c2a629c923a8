"""Pins by e-mail: whoever receives them keeps them, and hands one in with `ledger verify --since`."""

from smtplib import SMTPException
from typing import NamedTuple

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

from auditor.common.errors import RetraceError
from auditor.common.said import say


class Mail(NamedTuple):
    """A mailbox."""

    address: str

    @property
    def name(self) -> str:
        """Return the address."""
        return self.address

    def keep(self, note: str) -> None:
        """Send a checkpoint as an attachment; raises RetraceError where the mail server does not take it."""
        message = EmailMessage(
            subject=_("Checkpoint of the log %(log)s") % {"log": settings.LOG_NAME},
            body=_(
                "The attached file says how long the log is today, and what is in it, as a hash. Keep it outside of "
                "the installation: manage.py ledger verify --since FILE shows a log that was rolled back or rewritten."
            ),
            to=[self.address],
            headers={"Auto-Submitted": "auto-generated"},
        )
        message.attach("checkpoint.txt", note, "text/plain")
        try:
            message.send()
        except (OSError, SMTPException) as error:
            raise RetraceError(
                say(
                    "The mail server did not take the pin for %(who)s: %(why)s.",
                    who=self.address,
                    why=str(error),
                )
            ) from error

    def kept(self) -> None:
        """Return None: people keep these."""
        return
