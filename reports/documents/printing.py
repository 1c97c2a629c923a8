"""HTML to PDF by WeasyPrint. Equal pages give equal bytes in any process."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from auditor.common.environment import variables
from auditor.common.errors import RetraceError
from auditor.common.said import say
from reports.documents.book import SCHEME, Asset
from reports.documents.fonts import address, needed, packaged_only, style, truetype
from reports.documents.html import Page

JOINABLE = "1.4"
"""The last version of PDF without object streams, in which parts of a document are written to be joined."""


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
        raise RetraceError(
            say(
                "The report could not be drawn completely (%(what)s); nothing was issued.", what=complaints[0]
            )
        )
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


def _dated(moment: datetime) -> AbstractContextManager[None]:
    """Return a block inside which everything that stamps a time, font subsets included, uses the time of issue."""
    return variables({"SOURCE_DATE_EPOCH": str(int(moment.timestamp()))})
