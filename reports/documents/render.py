"""HTML to PDF: alone in knowing WeasyPrint. The same snapshot gives the same bytes in any process."""

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.conf import settings
from weasyprint import HTML, Attachment
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from auditor.common.errors import RetraceError
from auditor.common.store import Store
from reports.documents.book import SCHEME, Asset
from reports.documents.html import page
from reports.documents.snapshot import Snapshot

_FONTS = f"{SCHEME}:fonts/"


class Packaged(URLFetcher):  # type: ignore[misc]
    """Serves the assets of one report and our packaged fonts; every other address stops the rendering."""

    def __init__(self, assets: Mapping[str, Asset]) -> None:
        super().__init__(allowed_protocols=(SCHEME,), allow_redirects=False, fail_on_errors=True)
        self._assets = assets

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        """Return an asset; raises FatalURLFetchingError for any address that is not ours."""
        asset = self._assets.get(url) or self._font(url)
        if asset is None:
            raise FatalURLFetchingError(
                f"A report loads nothing but its own parts, and {url[:200]!r} is none."
            )
        return URLFetcherResponse(url, asset.content, {"Content-Type": asset.kind})

    def _font(self, url: str) -> Asset | None:
        fonts = Path(settings.BASE_DIR) / "auditor" / "static" / "vendor" / "fonts"
        known = {f"{_FONTS}{path.name}": path for path in fonts.glob("*.woff2")}
        return Asset(known[url].read_bytes(), "font/woff2") if url in known else None


def render(snapshot: Snapshot, store: Store) -> bytes:
    """Return the report as a tagged PDF with the evidence attached.

    Raises RetraceError where an array or an image that the evidence names is missing or damaged.
    """
    document = page(snapshot, store)
    issued = datetime.fromisoformat(snapshot.issued_at)
    evidence = Attachment(
        string=snapshot.evidence.to_bytes(),
        name="evidence.json",
        description=f"Evidence {snapshot.evidence_digest}",
        created=issued,
        modified=issued,
    )
    with _dated(issued), _complaints() as complaints:
        content: bytes = HTML(
            string=document.html, base_url=f"{SCHEME}:report", url_fetcher=Packaged(document.assets)
        ).write_pdf(
            font_config=FontConfiguration(),
            pdf_tags=True,
            pdf_identifier=snapshot.document_digest()[:32].encode(),
            attachments=[evidence],
        )
    if complaints:
        raise RetraceError(f"The report could not be drawn completely ({complaints[0]}); nothing was issued.")
    return content


def drawn(html: str, moment: datetime) -> bytes:
    """Return HTML of ours as a PDF whose pages are drawn into another one, fonts embedded.

    Raises RetraceError where it could not be drawn completely.
    """
    with _dated(moment), _complaints() as complaints:
        content: bytes = HTML(
            string=html, base_url=f"{SCHEME}:report", url_fetcher=Packaged({})
        ).write_pdf(font_config=FontConfiguration(), pdf_variant="pdf/a-3u")
    if complaints:
        raise RetraceError(f"The signature could not be drawn ({complaints[0]}); nothing was issued.")
    return content


@contextmanager
def _complaints() -> Iterator[list[str]]:
    """Collect what WeasyPrint would only log: a figure that is missing must not go unseen."""
    heard: list[str] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: heard.append(record.getMessage())  # type: ignore[method-assign]
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
