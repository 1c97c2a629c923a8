"""The signature: PAdES over the whole file, certified against any later change, from file to file."""

import asyncio
import shutil
from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.timestamps import TimestampRequestError
from pyhanko.stamp import NoOpStampStyle
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from auditor.common.errors import RetraceError
from auditor.common.said import say
from reports.documents.signing.attachment import attach
from reports.documents.signing.authority import Authority
from reports.documents.signing.block import Block
from reports.documents.signing.field import NAME, SPEC, dress
from reports.keys.signing import SigningKey

PROOF = "ledger-proof.txt"
_DIGEST = "sha256"
_CHUNK = 2**20


class Order(NamedTuple):
    """What a signature is made of: the proof that is attached before it, the block, the key, and the time."""

    proof: str
    block: Block
    key: SigningKey
    moment: datetime
    authority: Authority | None = None


class Update(IncrementalPdfFileWriter):
    """An update that leaves the document's metadata alone, with its declarations of PDF/A and PDF/UA."""

    def _update_meta(self) -> None:
        pass


def sign_file(source: Path, target: Path, order: Order) -> None:
    """Write a signed copy of a PDF; the source's bytes are the beginning of it.

    Raises RetraceError where the time-stamp authority does not answer as it should.
    """
    shutil.copyfile(source, target)
    with target.open("r+b") as stream:
        writer = Update(stream)
        attach(
            writer,
            name=PROOF,
            content=order.proof.encode(),
            description="Proof that the ledger holds this report (c2sp.org/tlog-proof)",
            moment=order.moment,
        )
        try:
            asyncio.run(_sign(writer, order))
        except TimestampRequestError as error:
            raise RetraceError(
                say(
                    "The time-stamp authority did not answer as it should (%(why)s); ask for the report again later.",
                    why=str(error),
                )
            ) from error


async def _sign(writer: Update, order: Order) -> None:
    signer = PdfSigner(
        _metadata(order),
        _simple(order.key),
        timestamper=order.authority.stamper if order.authority else None,
        stamp_style=NoOpStampStyle(),
        new_field_spec=SPEC,
    )
    session = signer.init_signing_session(writer)
    picture = writer.import_page_as_xobject(PdfFileReader(BytesIO(order.block.picture())))
    dress(writer, picture, order.block.description())
    session.system_time = order.moment
    known = await session.perform_presign_validation(writer)
    space = await session.estimate_signature_container_size(known, tight=False)
    document = session.prepare_tbs_document(known, space)
    digest, output = document.digest_tbs_document(in_place=True, chunk_size=_CHUNK)
    signed = await document.perform_signature(
        digest.document_digest, PdfCMSSignedAttributes(signing_time=order.moment)
    )
    await signed.post_signature_processing(output, chunk_size=_CHUNK)


def _metadata(order: Order) -> PdfSignatureMetadata:
    """Return the kind of signature: certified, no change permitted; time stamps may be added all the same."""
    archival = order.authority is not None and order.authority.level == "B-LTA"
    return PdfSignatureMetadata(
        field_name=NAME,
        md_algorithm=_DIGEST,
        subfilter=SigSeedSubFilter.PADES,
        name=order.block.installation,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        embed_validation_info=archival,
        use_pades_lta=archival,
        validation_context=_archival(order) if archival else None,
        signer_key_usage=set(),
    )


def _archival(order: Order) -> ValidationContext:
    assert order.authority is not None
    roots = [*order.authority.roots, *(order.key.issuers[-1:] or (order.key.certificate,))]
    return ValidationContext(
        trust_roots=[_asn1(root) for root in roots],
        other_certs=[_asn1(one) for one in order.key.issuers],
        allow_fetching=True,
        revocation_mode="soft-fail",
    )


def _simple(key: SigningKey) -> SimpleSigner:
    private = key.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return SimpleSigner(
        signing_cert=_asn1(key.certificate),
        signing_key=asn1_keys.PrivateKeyInfo.load(private),
        cert_registry=SimpleCertificateStore.from_certs(_all(key.issuers)),
    )


def _all(certificates: Iterable[x509.Certificate]) -> list[asn1_x509.Certificate]:
    return [_asn1(one) for one in certificates]


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
