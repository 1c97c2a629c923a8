"""Are these the bytes that were signed?"""

from typing import BinaryIO

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.validation import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel

from auditor.common.said import say
from reports.documents.verification.answers import Answer, no, yes
from reports.documents.verification.container import is_exact


def unsigned(proven: bool) -> Answer:
    """Return the answer for a file without a signature; `proven` where the ledger's proof is in it all the same."""
    if proven:
        return no(
            say(
                "The signature was taken out of this file: the ledger's proof that is attached with it is still there."
            )
        )
    return no(
        say(
            "This file carries no signature: it was taken away, or this is not the file that was issued. Ask its "
            "issuer for the original."
        )
    )


def intact(
    signature: EmbeddedPdfSignature, status: PdfSignatureStatus, stamps: list[bool], stream: BinaryIO
) -> Answer:
    """Say whether the signature holds for the whole file; `stamps` say of each later time stamp whether it holds."""
    if not status.intact or not status.valid:
        return no(
            say("This file was altered after it was signed: the signature does not belong to these bytes.")
        )
    if not is_exact(signature, stream):
        return no(
            say("The place of the signature in this file was altered, or is not as this software writes it.")
        )
    if status.coverage == SignatureCoverageLevel.ENTIRE_FILE:
        return yes(say("These are the bytes that were signed: the signature covers the whole file."))
    return _later(signature, status, stamps)


def _later(signature: EmbeddedPdfSignature, status: PdfSignatureStatus, stamps: list[bool]) -> Answer:
    """Say what was added after signing: nothing but time stamps may be."""
    added = _bytes_after(signature)
    if status.coverage != SignatureCoverageLevel.ENTIRE_REVISION:
        return no(
            say(
                "%(n)s bytes of this file are not covered by the signature: they were added after signing.",
                n=added,
            )
        )
    result = status.diff_result
    archival = isinstance(result, DiffResult) and result.modification_level in {
        ModificationLevel.NONE,
        ModificationLevel.LTA_UPDATES,
    }
    if not archival or not stamps:
        return no(
            say(
                "The signed bytes are in this file, but %(n)s bytes were added after signing and change what it "
                "says or shows.",
                n=added,
            )
        )
    if not all(stamps):
        return no(
            say("A time stamp that was added after signing does not hold: the file was altered after it.")
        )
    return yes(
        say(
            "These are the bytes that were signed; what was added after signing are time stamps that cover the whole "
            "file."
        )
    )


def _bytes_after(signature: EmbeddedPdfSignature) -> int:
    _, _, after, length = (int(one) for one in signature.byte_range)
    reader: PdfFileReader = signature.reader
    return int(reader.stream.seek(0, 2)) - after - length
