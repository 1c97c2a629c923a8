"""Graded changes: dose-response curves, their numbers, one item under each change, and where single decisions flip."""

import numpy as np
from django.utils.translation import gettext as _
from PIL import Image

from auditor.common.said import say
from auditor.explain.evidence import Evidence, GalleryEntry, ItemRecord, Measure
from auditor.explain.robustness.changes import Apply, changes_of, generator
from auditor.explain.robustness.documents import ChangeEffect, Level, Robustness
from auditor.explain.spec import ImageInput
from auditor.language import said
from reports.documents.book import Book
from reports.documents.figures.doses import Line, Panel, dose_panels
from reports.documents.figures.overlay import SIZE, encoded
from reports.documents.figures.source import Bytes, picture
from reports.documents.formats import short
from reports.documents.numbers import Notes

_GAP, _ACROSS = 6, 3
_NOTHING = Measure(value=0.0, n=0, method=say("no change"))


def context(book: Book) -> dict[str, object]:
    """Return what the chapter on graded changes prints; raises RetraceError where an image is missing."""
    found, notes, examples = book.evidence.robustness, Notes(), _examples(book)
    return {
        "changes": [_change(book, one, notes) for one in found.changes],
        "items": found.items,
        "accuracy": notes.share(found.accuracy) if found.accuracy else None,
        "any": notes.share(found.harmless) if found.harmless else None,
        "curves": book.asset(_curves(found), "image/svg+xml") if found.changes else None,
        "similar": [_similar(book, one, notes) for one in found.changes if one.similarity],
        "methods": _methods(book),
        "examples": [examples[first : first + _ACROSS] for first in range(0, len(examples), _ACROSS)],
        "example": _shown(book).item.entry.id if examples else "",
        "reason": found.reason,
        "notes": notes.texts,
    }


def flips(evidence: Evidence, item: ItemRecord) -> list[str] | None:
    """Return from which dose of which change an item is decided otherwise; None for an item that was not changed."""
    if not item.changes:
        return None
    found = []
    for change in evidence.robustness.changes:
        own = item.changes.get(change.name)
        if own is not None and own.flip is not None:
            words = {
                "title": said(change.title),
                "dose": short(change.levels[own.flip - 1].dose),
                "unit": said(change.unit),
                "level": own.flip,
            }
            found.append((own.flip, _("%(title)s %(dose)s %(unit)s (level %(level)d)") % words))
    return [said for _level, said in sorted(found, key=lambda one: one[0])]


def _change(book: Book, change: ChangeEffect, notes: Notes) -> dict[str, object]:
    return {
        "title": change.title,
        "unit": change.unit,
        "because": change.because,
        "flip": notes.plain(change.flip) if change.flip.value is not None else None,
        "flip_dose": None if change.flip.value is None else short(change.flip.value),
        "levels": [
            _level(level, place < change.harmless, notes) for place, level in enumerate(change.levels)
        ],
    }


def _level(level: Level, harmless: bool, notes: Notes) -> dict[str, object]:
    return {
        "dose": short(level.dose),
        "harmless": harmless,
        "numbers": [
            notes.share(level.accuracy),
            notes.share(level.changed),
            notes.share(level.flipped),
            notes.plain(level.moved),
        ],
    }


def _curves(found: Robustness) -> bytes:
    panels = [
        Panel(
            said(change.title),
            said(change.unit),
            tuple(level.dose for level in change.levels),
            change.harmless,
            (
                Line(_("accuracy"), _from(found.accuracy, [level.accuracy for level in change.levels])),
                Line(_("decisions altered"), _from(_NOTHING, [level.changed for level in change.levels])),
            ),
        )
        for change in found.changes
    ]
    return dose_panels(panels, _("harmless doses"))


def _from(first: Measure | None, measures: list[Measure]) -> tuple[Measure, ...]:
    return (first or _NOTHING, *measures)


def _methods(book: Book) -> list[tuple[str, str]]:
    """Return the methods whose maps were computed again, by name and title."""
    titles = {method.card.name: said(method.card.title) for method in book.evidence.methods}
    names = dict.fromkeys(name for one in book.evidence.robustness.changes for name in one.similarity)
    return [(name, titles.get(name, name)) for name in names]


def _similar(book: Book, change: ChangeEffect, notes: Notes) -> dict[str, object]:
    dose = short(change.levels[change.harmless - 1].dose)
    found = [change.similarity.get(name) for name, _title in _methods(book)]
    return {
        "title": change.title,
        "dose": f"{dose} {said(change.unit)}",
        "numbers": [notes.plain(measure) if measure else None for measure in found],
    }


def _shown(book: Book) -> GalleryEntry:
    """Return the first typical item of the gallery, or its first."""
    entries = book.evidence.gallery.entries
    return next((entry for entry in entries if entry.rule == "typical"), entries[0])


def _examples(book: Book) -> list[dict[str, object]]:
    """Return one image of the gallery under each change, at the harmless and at the strongest dose side by side."""
    spec = book.evidence.model.spec.input
    if not isinstance(spec, ImageInput) or not book.evidence.gallery.entries:
        return []
    item = _shown(book).item
    image = picture(
        book.store, item.entry.content, (spec.width, spec.height), f"image of item {item.entry.id!r}"
    )
    apply = changes_of(spec)
    made: list[dict[str, object]] = []
    for change in book.evidence.robustness.changes:
        doses = change.levels[change.harmless - 1].dose, change.levels[-1].dose
        draws = [generator(book.evidence.plan.seed, item.index, change.name) for _dose in doses]
        both = [
            _changed(image, spec, apply[change.name], dose, draw)
            for dose, draw in zip(doses, draws, strict=True)
        ]
        made.append(
            {
                "url": book.asset(encoded(_beside(*both), "JPEG"), "image/jpeg"),
                "title": change.title,
                "unit": change.unit,
                "doses": [short(dose) for dose in doses],
            }
        )
    return made


def _changed(image: Bytes, spec: ImageInput, apply: Apply, dose: float, draw: np.random.Generator) -> Bytes:
    """Return an image (height, width, 3) under a change of what the model sees, which may be grey."""
    seen = np.atleast_3d(np.asarray(Image.fromarray(image).convert("RGB" if spec.channels == 3 else "L")))
    given = np.asarray(seen.transpose(2, 0, 1) / 255, dtype=np.float32)  # (3 or 1, height, width)
    found = (apply(given, dose, draw) * 255).round().astype(np.uint8)
    return np.ascontiguousarray(np.broadcast_to(found.transpose(1, 2, 0), image.shape))


def _beside(first: Bytes, second: Bytes) -> Bytes:
    """Return two images side by side with a white gap, enlarged to the size of other pictures."""
    height, width = first.shape[:2]
    factor = SIZE / max(height, width)
    size = max(1, round(width * factor)), max(1, round(height * factor))
    large = [
        np.asarray(Image.fromarray(one).resize(size, Image.Resampling.BILINEAR)) for one in (first, second)
    ]
    gap = np.full((size[1], _GAP, 3), 255, dtype=np.uint8)
    return np.concatenate((large[0], gap, large[1]), axis=1)
