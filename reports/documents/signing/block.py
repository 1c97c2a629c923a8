"""The visible block of a signature: who signed, who signed off, and when, in the report's language."""

from datetime import UTC, datetime
from typing import NamedTuple

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from reports.documents.fonts import STACK, covered
from reports.documents.html import Page
from reports.documents.printable import printable
from reports.documents.render import drawn
from reports.documents.signing.field import HEIGHT_MM, WIDTH_MM
from reports.documents.snapshot import SignOff


class Block(NamedTuple):
    """What the block says; a report without a sign-off is an interim one."""

    language: str
    installation: str
    fingerprint: str
    moment: datetime
    entry: int
    sign_off: SignOff | None

    def picture(self) -> bytes:
        """Return the block as one PDF page of the field's size, fonts embedded."""
        with override(self.language):
            html = render_to_string(
                "documents/report/signature.html",
                {
                    "block": self,
                    "moment": self.moment.astimezone(UTC),
                    "typefaces": STACK,
                    "width": WIDTH_MM,
                    "height": HEIGHT_MM,
                },
            )
        return drawn(Page(printable(html, covered()), {}), self.moment, pdf_variant="pdf/a-3u")

    def description(self) -> str:
        """Return the block as one sentence, for whoever hears the page instead of seeing it."""
        with override(self.language):
            return _("Signature of %(installation)s, ledger position %(entry)s, %(moment)s") % {
                "installation": self.installation,
                "entry": self.entry,
                "moment": self.moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC"),
            }
