"""How a PDF is updated by us, and with which digest its signatures and time stamps are made."""

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

DIGEST = "sha256"
CHUNK = 2**20


class Update(IncrementalPdfFileWriter):
    """An update that leaves the document's metadata alone, with its declarations of PDF/A and PDF/UA."""

    def _update_meta(self) -> None:
        pass
