"""HTML to PDF by WeasyPrint. The same snapshot gives the same bytes in any process."""

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from auditor.common.errors import RetraceError
from auditor.common.store import Store
from reports.documents.attachments import attachments
from reports.documents.book import SCHEME, Asset
from reports.documents.finishing import finish
from reports.documents.fonts import address, needed, packaged_only, style, truetype
from reports.documents.html import Page, page
from reports.documents.snapshot import Snapshot


class Packaged(URLFetcher):  # type: ignore[misc]
    """Serves the assets of one report, its fonts among them; every other address stops the rendering."""

    def __init__(self, assets: Mapping[str, Asset]) -> None:
        super().__init__(allowed_protocols=(SCHEME,), allow_redirects=False, fail_on_errors=True)
        self._assets = assets

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        """Return an asset; raises FatalURLFetchingError for any address that is not ours."""
        asset = self._assets.get(url)
        if asset is None:
            raise FatalURLFetchingError(
                f"A report loads nothing but its own parts, and {url[:200]!r} is none."
            )
        return URLFetcherResponse(url, asset.content, {"Content-Type": asset.kind})


def render(snapshot: Snapshot, store: Store, *, preview: bool = False) -> bytes:
    """Return the report as PDF/A-3a and PDF/UA-1, with evidence, statement and the list of arrays attached.

    A preview says on every page that it is one. Raises RetraceError where an array or an image that the evidence
    names is missing or damaged.
    """
    return drawn(
        page(snapshot, store, preview=preview),
        datetime.fromisoformat(snapshot.issued_at),
        pdf_variant="pdf/a-3a",
        pdf_identifier=snapshot.document_digest()[:32].encode(),
        attachments=attachments(snapshot),
        finisher=finish,
    )


def drawn(document: Page, moment: datetime, **options: object) -> bytes:
    """Return a page of HTML as PDF in packaged typefaces; raises RetraceError where it is not drawn completely."""
    faces = needed(document.html)
    typefaces = {address(face): Asset(truetype(face), "font/ttf") for face in faces}
    fetch = Packaged({**document.assets, **typefaces})
    with _dated(moment), _complaints() as complaints:
        with packaged_only():
            fonts = FontConfiguration()
        content: bytes = HTML(string=document.html, base_url=f"{SCHEME}:report", url_fetcher=fetch).write_pdf(
            stylesheets=[CSS(string=style(faces), url_fetcher=fetch, font_config=fonts)],
            font_config=fonts,
            **options,
        )
    if complaints:
        raise RetraceError(f"The report could not be drawn completely ({complaints[0]}); nothing was issued.")
    return content


@contextmanager
def _complaints() -> Iterator[list[str]]:
    """Collect what WeasyPrint would only log: a figure, a glyph or a typeface that is missing must not go unseen."""
    heard: list[str] = []

    def emit(record: logging.LogRecord) -> None:
        said = record.getMessage()
        if record.levelno >= logging.ERROR or said.startswith((".notdef", "Font-face")):
            heard.append(said)

    handler = logging.Handler(logging.WARNING)
    handler.emit = emit  # type: ignore[method-assign]
    logger = logging.getLogger("weasyprint")
    levels = {name: logging.getLogger(name).level for name in ("weasyprint.progress", "fontTools")}
    logger.addHandler(handler)
    for name in levels:
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        yield heard
    finally:
        logger.removeHandler(handler)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


@contextmanager
def _dated(moment: datetime) -> Iterator[None]:
    """Let everything that stamps a time, font subsets included, use the time of issue."""
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = str(int(moment.timestamp()))
    try:
        yield
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
        else:
            os.environ["SOURCE_DATE_EPOCH"] = before
