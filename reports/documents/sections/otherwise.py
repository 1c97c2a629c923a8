"""How decisions of the gallery would have gone otherwise: other values, or regions filled in."""

import numpy as np
from PIL import Image

from auditor.common.said import say
from auditor.explain.counterfactuals.documents import (
    Alternative,
    Answer,
    RegionAlternative,
    RegionRecord,
)
from auditor.explain.globals.documents import Counterfactual
from reports.documents.book import Book
from reports.documents.figures.overlay import encoded, fitted, outline
from reports.documents.figures.source import Bytes, attribution
from reports.documents.formats import number, percent
from reports.documents.sections.changed import changed

_LONGEST = 12


def context(book: Book) -> dict[str, object]:
    """Return what the page on counterfactuals prints; raises RetraceError where a picture is missing."""
    found = book.evidence.survey.counterfactuals
    return {
        "items": [_item(book, one) for one in found[:_LONGEST]],
        "left": max(0, len(found) - _LONGEST),
        "rows": any(one.row for one in found),
    }


def _item(book: Book, found: Counterfactual) -> dict[str, object]:
    answer: Answer | None = found.row or found.regions
    if answer is None:
        raise ValueError("a counterfactual holds neither rows nor regions")
    return {
        "id": found.item,
        "predicted": answer.predicted,
        "score": _score(book, answer.predicted, answer.probabilities),
        "refused": answer.refused,
        "exhaustive": answer.exhaustive,
        "searched_to": answer.searched_to,
        "tried": answer.tried,
        "rows": [_row(book, one) for one in found.row.alternatives] if found.row else [],
        "pictures": [_picture(book, found.regions, one) for one in found.regions.alternatives]
        if found.regions
        else [],
    }


def _row(book: Book, one: Alternative) -> dict[str, object]:
    return {
        "changes": [changed(book.evidence, change) for change in one.changes],
        "predicted": one.predicted,
        "score": _score(book, one.predicted, one.probabilities),
        "distance": number(one.distance),
    }


def _score(book: Book, predicted: str, probabilities: tuple[float, ...]) -> str:
    classes = book.evidence.model.spec.output.classes
    return percent(probabilities[classes.index(predicted)])


def _picture(book: Book, record: RegionRecord, one: RegionAlternative) -> dict[str, object]:
    if one.filled is None or record.parts is None:
        raise ValueError("the counterfactual holds no picture")
    filled = attribution(book.store, one.filled, say("The filled picture"))  # (channels, *places)
    parts = attribution(book.store, record.parts, say("The regions of a picture"))
    drawn = _drawn(filled, np.isin(parts, one.regions))
    return {
        "url": book.asset(encoded(drawn, "JPEG"), "image/jpeg"),
        "predicted": one.predicted,
        "score": _score(book, one.predicted, one.probabilities),
        "regions": len(one.regions),
        "area": percent(one.area),
    }


def _drawn(filled: np.ndarray, region: np.ndarray) -> Bytes:
    """Return the filled picture with the filled regions outlined; of a volume the plane that has most of them."""
    if region.ndim == 3:
        plane = int(region.sum(axis=(1, 2)).argmax())
        filled, region = filled[:, plane], region[plane]
    grey = (np.clip(filled.mean(axis=0), 0, 1) * 255).round().astype(np.uint8)
    size = fitted(grey.shape)
    large = np.asarray(Image.fromarray(grey).convert("RGB").resize(size, Image.Resampling.BILINEAR))
    mask = (
        np.asarray(Image.fromarray((region * 255).astype(np.uint8)).resize(size, Image.Resampling.NEAREST))
        > 0
    )
    return outline(large, mask)
