"""HTML to PDF: alone in knowing WeasyPrint. Equal pages give equal bytes in any process."""

import io
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path

from django.conf import settings
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from weasyprint import HTML, Attachment
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from auditor.common.errors import RetraceError
from reports.documents.book import SCHEME, Asset
from reports.documents.html import Page

_FONTS = f"{SCHEME}:fonts/"
_PLAIN = "1.4"  # the last version without object streams, so that parts can be joined


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
        return Asset(_unpacked(known[url]), "font/ttf") if url in known else None


@cache
def _unpacked(path: Path) -> bytes:
    """Return a packaged font as TrueType: WeasyPrint would unpack it anew for every part of a report."""
    font, stream = TTFont(path, recalcTimestamp=False), io.BytesIO()
    font.flavor = None
    font.save(stream)
    return stream.getvalue()


def printed(
    page: Page,
    issued: datetime,
    identifier: bytes,
    attachments: Sequence[Attachment] = (),
    *,
    part: bool = False,
) -> bytes:
    """Return a document as a tagged PDF; `part` says that it will be joined with others.

    Raises RetraceError where something of it could not be drawn.
    """
    with _dated(issued), _complaints() as complaints:
        content: bytes = HTML(
            string=page.html, base_url=f"{SCHEME}:report", url_fetcher=Packaged(page.assets)
        ).write_pdf(
            font_config=FontConfiguration(),
            pdf_tags=True,
            pdf_identifier=identifier,
            pdf_version=_PLAIN if part else None,
            attachments=list(attachments),
        )
    if complaints:
        raise RetraceError(f"The report could not be drawn completely ({complaints[0]}); nothing was issued.")
    return content


def attached(content: bytes, name: str, description: str, issued: datetime) -> Attachment:
    """Return bytes as a file that a PDF carries."""
    return Attachment(string=content, name=name, description=description, created=issued, modified=issued)


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
