"""The signature: PAdES over the whole file, certified against any later change, from file to file."""

import asyncio
import shutil
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.timestamps import TimestampRequestError
from pyhanko.stamp import NoOpStampStyle

from auditor.common.errors import RetraceError
from auditor.common.said import say
from reports.documents.signing.archive import archive
from reports.documents.signing.asn1 import signer
from reports.documents.signing.attachment import attach
from reports.documents.signing.authority import Authority
from reports.documents.signing.block import Block
from reports.documents.signing.field import NAME, SPEC, dress
from reports.documents.signing.update import CHUNK, DIGEST, Update
from reports.keys.signing import SigningKey

PROOF = "ledger-proof.txt"


class Order(NamedTuple):
    """What a signature is made of: the proof that is attached before it, the block, the key, and the time."""

    proof: str
    block: Block
    key: SigningKey
    moment: datetime
    authority: Authority | None = None


def sign_file(source: Path, target: Path, order: Order) -> None:
    """Write a signed copy of a PDF; the source's bytes are the beginning of it.

    Raises RetraceError where the time-stamp authority does not answer as it should.
    """
    shutil.copyfile(source, target)
    picture = order.block.picture()
    try:
        asyncio.run(_signed(target, order, picture))
    except TimestampRequestError as error:
        raise RetraceError(
            say(
                "The time-stamp authority did not answer as it should (%(why)s); ask for the document again later.",
                why=str(error),
            )
        ) from error


async def _signed(target: Path, order: Order, picture: bytes) -> None:
    with target.open("r+b") as stream:
        await _sign(Update(stream), order, picture)
    if order.authority is not None and order.authority.level == "B-LTA":
        await archive(target, order.key, order.authority)


async def _sign(writer: Update, order: Order, picture: bytes) -> None:
    session = PdfSigner(
        _kind(order),
        signer(order.key),
        timestamper=order.authority.stamper if order.authority else None,
        stamp_style=NoOpStampStyle(),
        new_field_spec=SPEC,
    ).init_signing_session(writer)
    session.system_time = order.moment
    appearance = writer.import_page_as_xobject(PdfFileReader(BytesIO(picture)))
    dress(writer, appearance, order.block.description())
    attach(
        writer,
        name=PROOF,
        content=order.proof.encode(),
        description="Proof that the ledger holds this document (c2sp.org/tlog-proof)",
        moment=order.moment,
    )
    space = await session.estimate_signature_container_size(None)
    document = session.prepare_tbs_document(None, space)
    digest, _ = document.digest_tbs_document(in_place=True, chunk_size=CHUNK)
    await document.perform_signature(
        digest.document_digest, PdfCMSSignedAttributes(signing_time=order.moment)
    )


def _kind(order: Order) -> PdfSignatureMetadata:
    """Return the kind of signature: certified, no change permitted; time stamps may be added all the same."""
    return PdfSignatureMetadata(
        field_name=NAME,
        md_algorithm=DIGEST,
        subfilter=SigSeedSubFilter.PADES,
        name=order.block.installation,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
