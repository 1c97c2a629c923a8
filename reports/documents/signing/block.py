"""The visible block of a signature: who signed, who signed off, and when, in the document's language."""

from datetime import datetime
from typing import Literal, NamedTuple, Self

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from auditor.common.clock import timestamp
from reports.documents.fonts import STACK, covered
from reports.documents.formats import moment
from reports.documents.html import Page
from reports.documents.printable import printable
from reports.documents.printing import drawn
from reports.documents.signing.field import HEIGHT_MM, WIDTH_MM
from reports.documents.snapshot import SignOff
from reports.keys.signing import SigningKey


class Signable(NamedTuple):
    """What the block says of a document itself; a report without a sign-off is an interim one."""

    kind: Literal["report", "letter"]
    language: str
    sign_off: SignOff | None = None


class Block(NamedTuple):
    """What the block says."""

    document: Signable
    installation: str
    fingerprint: str
    moment: datetime
    entry: int

    @classmethod
    def of(cls, document: Signable, key: SigningKey, entry: int, at: datetime) -> Self:
        """Return the block of a document: signed by the holder of the key, recorded in the ledger as that entry."""
        return cls(
            document=document,
            installation=name_in(key.certificate),
            fingerprint=key.certificate.fingerprint(SHA256()).hex(),
            moment=at,
            entry=entry,
        )

    def picture(self) -> bytes:
        """Return the block as one PDF page of the field's size, fonts embedded."""
        with override(self.document.language):
            html = render_to_string(
                "documents/signature.html",
                {
                    "block": self,
                    "moment": moment(timestamp(self.moment)),
                    "typefaces": STACK,
                    "width": WIDTH_MM,
                    "height": HEIGHT_MM,
                },
            )
        return drawn(Page(printable(html, covered()), {}), self.moment, pdf_variant="pdf/a-3u")

    def description(self) -> str:
        """Return the block as one sentence, for whoever hears the page instead of seeing it."""
        with override(self.document.language):
            return _("Signature of %(installation)s, ledger position %(entry)s, %(moment)s") % {
                "installation": self.installation,
                "entry": self.entry,
                "moment": moment(timestamp(self.moment)),
            }


def name_in(certificate: x509.Certificate) -> str:
    """Return the name that people know the holder of a certificate by."""
    named = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(named[0].value) if named else certificate.subject.rfc4514_string()
