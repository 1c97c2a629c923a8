"""Who signed, and is the certificate one that is trusted here?"""

from collections.abc import Sequence
from datetime import UTC, datetime

from asn1crypto import x509
from pyhanko.sign.validation.status import PdfSignatureStatus

from auditor.common.clock import timestamp
from auditor.common.said import Said, say
from reports.documents.verification.answers import Answer, no, unknown, yes

_LONGEST_NAME = 120


def trusted(status: PdfSignatureStatus, anchors: Sequence[x509.Certificate]) -> Answer:
    """Say whether the signer's certificate is trusted, and what the time stamp adds, if there is one."""
    if not (status.intact and status.valid):
        return unknown(
            say("Who signed cannot be said, because the signature does not belong to these bytes.")
        )
    signer = status.signing_cert
    name, digest = _name(signer), signer.sha256.hex()
    if status.trusted and not _valid_then(signer, status.signer_reported_dt):
        return no(
            say(
                "Signed by %(name)s on %(when)s, when its certificate (SHA-256 %(digest)s) was not valid.",
                name=name,
                when=_when(status.signer_reported_dt),
                digest=digest,
            )
        )
    if status.trusted:
        return yes(
            say(
                "Signed by %(name)s on %(when)s with a certificate that is trusted here (SHA-256 %(digest)s).%(stamp)s",
                name=name,
                when=_when(status.signer_reported_dt),
                digest=digest,
                stamp=_stamp(status),
            )
        )
    if any(anchor.subject == signer.subject for anchor in anchors):
        return no(
            say(
                "Signed by somebody who also calls itself %(name)s, but with another certificate (SHA-256 %(digest)s) "
                "than the one that is trusted here.",
                name=name,
                digest=digest,
            )
        )
    return no(
        say(
            "Signed by %(name)s with a certificate that is not trusted here (SHA-256 %(digest)s). Compare it with the "
            "one that its issuer publishes.",
            name=name,
            digest=digest,
        )
    )


def _stamp(status: PdfSignatureStatus) -> str | Said:
    """Return a sentence about the time stamp, with a space before it, or nothing."""
    stamp = status.timestamp_validity
    if stamp is None:
        return ""
    if not (stamp.intact and stamp.valid):
        return say(" Its time stamp does not hold.")
    said = {"who": _name(stamp.signing_cert), "when": _when(stamp.timestamp)}
    if stamp.trusted:
        return say(" %(who)s, which is trusted here, stamped it on %(when)s.", **said)
    return say(" %(who)s, which is not known here, stamped it on %(when)s.", **said)


def _when(moment: datetime | None) -> str:
    return "?" if moment is None else timestamp(moment.astimezone(UTC))


def _valid_then(certificate: x509.Certificate, moment: datetime | None) -> bool:
    """Say whether a certificate was valid, which nobody checks for one that is trusted itself."""
    known = moment is not None and moment.tzinfo is not None
    return known and certificate.not_valid_before <= moment <= certificate.not_valid_after


def _name(certificate: x509.Certificate) -> str:
    """Return the name in a certificate as somebody wrote it there, made harmless for a terminal or a page."""
    named = certificate.subject.native.get("common_name") or certificate.subject.human_friendly
    return "".join(one if one.isprintable() else "\ufffd" for one in str(named))[:_LONGEST_NAME]
