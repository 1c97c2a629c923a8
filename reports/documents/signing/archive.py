"""What lets a signature be checked for decades: the certificates behind it, and a time stamp over the whole file."""

from pathlib import Path

from cryptography import x509
from pyhanko.sign.fields import InvisSigSettings
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper, TimestampDSSContentSettings
from pyhanko.sign.validation import DocumentSecurityStore
from pyhanko_certvalidator import CertificateValidator, ValidationContext

from reports.documents.signing.asn1 import asn1
from reports.documents.signing.authority import Authority
from reports.documents.signing.update import CHUNK, DIGEST, Update
from reports.keys.signing import SigningKey


async def archive(target: Path, key: SigningKey, authority: Authority) -> None:
    """Bring a signed and stamped PDF to PAdES B-LTA by one more update, which the time stamp covers.

    Whether a certificate was revoked is asked for by network where it says whom to ask.
    """
    context = _context(key, authority)
    others = [asn1(one) for one in key.issuers]
    signer = CertificateValidator(asn1(key.certificate), others, validation_context=context)
    path = await signer.async_validate_usage(set())
    with target.open("r+b") as stream:
        writer = Update(stream)
        DocumentSecurityStore.supply_dss_in_writer(
            writer, sig_contents=None, paths=[path], validation_context=context
        )
        stamper = PdfTimeStamper(authority.stamper, invis_settings=InvisSigSettings(box_out_of_bounds=True))
        await stamper.async_timestamp_pdf(
            writer,
            DIGEST,
            context,
            in_place=True,
            chunk_size=CHUNK,
            dss_settings=TimestampDSSContentSettings(include_vri=False, update_before_ts=True),
        )


def _context(key: SigningKey, authority: Authority) -> ValidationContext:
    roots: list[x509.Certificate] = [*authority.roots, *(key.issuers[-1:] or (key.certificate,))]
    return ValidationContext(
        trust_roots=[asn1(root) for root in roots],
        other_certs=[asn1(one) for one in key.issuers],
        allow_fetching=True,
        revocation_mode="soft-fail",
    )
