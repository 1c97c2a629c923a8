"""The examination of a file's bytes, pure: held against certificates and keys of logs that are given."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import BinaryIO, NamedTuple

from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import (
    EmbeddedPdfSignature,
    async_validate_pdf_signature,
    async_validate_pdf_timestamp,
)
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from auditor.common.errors import Refused
from auditor.common.said import say
from reports.documents.verification.answers import Answer, Examination, Trust, no, unknown
from reports.documents.verification.container import fills_gap
from reports.documents.verification.contents import attachment, unsigned_lengths
from reports.documents.verification.included import Inclusion, included
from reports.documents.verification.intact import intact, unsigned
from reports.documents.verification.trusted import trusted
from reports.ledger.note import VerifierKey

logger = logging.getLogger(__name__)
PROOF = "ledger-proof.txt"
_USAGE = KeyUsageConstraints(key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False)


class Judged(NamedTuple):
    """The one signature of a document, what became of checking it, and whether each later time stamp holds."""

    signature: EmbeddedPdfSignature
    status: PdfSignatureStatus
    stamps: list[bool]


def examine(stream: BinaryIO, trust: Trust) -> Examination:
    """Return what a file's bytes say; whatever they are, it is sentences.

    Content is read out of the file as it was before signing, and counts only where the log holds those bytes.
    """
    if stream.read(5) != b"%PDF-":
        return _unreadable(say("This is not a PDF; hand in the file as it was downloaded."))
    try:
        reader = PdfFileReader(stream)
        if reader.encrypted:
            return _unreadable(
                say("This PDF is encrypted, and no report or letter is; it is not the file that was issued.")
            )
        return _examined(reader, stream, trust)
    except Refused as error:
        return _unreadable(error.sentence)
    except Exception as error:
        # A hostile file can make a parser fail in any way; each means that this is not what was issued.
        logger.warning("a file could not be examined", exc_info=error)
        return _unreadable(
            say(
                "This file could not be read as the PDF that was issued (%(why)s): it was altered or damaged.",
                why=type(error).__name__,
            )
        )


def _examined(reader: PdfFileReader, stream: BinaryIO, trust: Trust) -> Examination:
    signatures = reader.embedded_regular_signatures
    last = reader.xrefs.total_revisions - 1
    if len(signatures) > 1:
        return _unreadable(
            say(
                "This file carries %(n)s signatures, and a report or a letter has one: others were added.",
                n=len(signatures),
            )
        )
    held = _inclusion(reader, stream, trust, signatures[0].signed_revision if signatures else last)
    found = held._asdict()
    if not signatures:
        nobody = unknown(say("Who issued this file cannot be said, because it carries no signature."))
        return Examination(
            intact=unsigned(attachment(reader, PROOF, last) is not None), trusted=nobody, **found
        )
    anchors = certificates(trust.signers)
    judged = asyncio.run(_judged(reader, stream, anchors, certificates(trust.stamps)))
    return Examination(
        intact=intact(judged.signature, judged.status, judged.stamps, stream),
        trusted=trusted(judged.status, anchors),
        **found,
    )


async def _judged(
    reader: PdfFileReader,
    stream: BinaryIO,
    anchors: Sequence[x509.Certificate],
    stamps: Sequence[x509.Certificate],
) -> Judged:
    (signature,) = reader.embedded_regular_signatures
    at = signature.self_reported_timestamp or datetime.now(UTC)
    status = await async_validate_pdf_signature(
        signature, _context(anchors, at), _context(stamps, at), key_usage_settings=_USAGE
    )
    later = list(reader.embedded_timestamp_signatures)
    held = [await _stamp_holds(one, stamps, at, stream) for one in later]
    if later and later[-1].evaluate_signature_coverage() != SignatureCoverageLevel.ENTIRE_FILE:
        held.append(False)
    return Judged(signature, status, held)


async def _stamp_holds(
    stamp: EmbeddedPdfSignature, roots: Sequence[x509.Certificate], at: datetime, stream: BinaryIO
) -> bool:
    status = await async_validate_pdf_timestamp(stamp, _context(roots, at))
    return bool(status.intact and status.valid and fills_gap(stamp, stream))


def _context(roots: Sequence[x509.Certificate], at: datetime) -> ValidationContext:
    return ValidationContext(
        trust_roots=list(roots), moment=at, allow_fetching=False, revocation_mode="soft-fail"
    )


def _inclusion(reader: PdfFileReader, stream: BinaryIO, trust: Trust, revision: int) -> Inclusion:
    return included(
        attachment(reader, PROOF, revision),
        unsigned_lengths(reader, stream),
        lambda name: attachment(reader, name, 0),
        [VerifierKey.parse(key) for key in trust.logs],
    )


def certificates(text: str) -> list[x509.Certificate]:
    """Return the certificates in PEM text; an empty text has none."""
    if not text:
        return []
    return [x509.Certificate.load(content) for _, _, content in pem.unarmor(text.encode(), multiple=True)]


def _unreadable(sentence: str) -> Examination:
    silent: Answer = unknown(
        say("This cannot be said about a file that could not be read as a signed report or letter.")
    )
    return Examination(intact=no(sentence), trusted=silent, included=silent)
