"""Evidence with a gallery of any size: drawn films of 224 x 224 pixels and smooth maps, by a seed."""

import io

import numpy as np
from PIL import Image, ImageFilter

from auditor.common.store import Store
from auditor.explain import evidence as e
from auditor.explain.arrays import put_array
from auditor.explain.robustness.catalog import CHANGES
from auditor.explain.robustness.documents import ItemChange
from auditor.explain.spec import ItemEntry
from auditor.explain.trust.documents import ItemAgreement, ItemTrust
from tests.documents import factory, trust_factory

SIDE = 224
METHODS = (
    ("grad_cam", "Grad-CAM"),
    ("integrated_gradients", "Integrated Gradients"),
    ("occlusion", "Occlusion"),
    ("lime", "LIME"),
    ("kernel_shap", "KernelSHAP"),
)
RULES = ("methods disagree", "worst error", "least certain", "typical")
_ROWS, _COLUMNS = np.mgrid[:SIDE, :SIDE].astype(np.float32) / SIDE


def evidence(store: Store, count: int, seed: int = 1) -> e.Evidence:
    """Return evidence whose gallery shows `count` items, each with a map of five methods; all arrays are stored."""
    honest = factory.evidence(store)
    spec = honest.model.spec.model_copy(
        update={"input": honest.model.spec.input.model_copy(update={"height": SIDE, "width": SIDE})}
    )
    entries = tuple(
        e.GalleryEntry(rule=RULES[min(3, 6 * index // max(count, 1))], item=item(store, index, seed))
        for index in range(count)
    )
    methods = tuple(
        honest.methods[0].model_copy(update={"card": factory.card(name, title)}) for name, title in METHODS
    )
    return honest.model_copy(
        update={
            "model": honest.model.model_copy(update={"spec": spec}),
            "methods": methods,
            "trust": trust(),
            "plan": honest.plan.model_copy(update={"gallery": max(count, 1)}),
            "gallery": honest.gallery.model_copy(update={"entries": entries}),
        }
    )


def item(store: Store, index: int, seed: int) -> e.ItemRecord:
    """Return one item with everything that an audit by the standard plan knows of it."""
    random = np.random.default_rng((seed, index))
    label, decision = factory.CLASSES[index % 2], factory.CLASSES[(index // 3) % 2]
    score = float(random.uniform(0.5, 1))
    where = random.uniform(0.25, 0.75, 2)
    maps = {
        name: e.MapRecord(
            array=put_array(attribution(random, where, order), store.put),
            completeness=0.01 if order == 1 else None,
            noise=0.1 if order > 2 else None,
            fit=0.8 if order == 3 else None,
        )
        for order, (name, _title) in enumerate(METHODS)
    }
    fractions = tuple(np.linspace(score, 0.1, 9).round(4).tolist())
    tested = ItemTrust(
        values={
            name: round(float(random.uniform()), 4) for name in ("deletion", "insertion", "gain", "seeds")
        },
        deletion=fractions,
        insertion=fractions[::-1],
        randomised=fractions[:4],
    )
    pairs = [(a, b) for place, (a, _t) in enumerate(METHODS) for b, _u in METHODS[place + 1 :]]
    return e.ItemRecord(
        index=index,
        entry=ItemEntry(
            id=f"film-{index:05d}",
            label=label,
            groups={"sex": "FM"[index % 2], "site": "south" if index % 9 == 0 else "north", "view": "AP"},
            content=store.put(film(random, where)),
            mask=None,
        ),
        scores=(1 - score, score) if decision == factory.CLASSES[1] else (score, 1 - score),
        predicted=decision,
        target=decision,
        maps=maps,
        effects=None,
        features={f"feature_{place}": float(random.normal()) for place in range(12)},
        trust={name: tested for name, _title in METHODS} if index % 4 == 0 else {},
        agreement=tuple(ItemAgreement(first=a, second=b, correlation=0.4) for a, b in pairs),
        changes={
            change.name: ItemChange(scores=((0.5, 0.5),) * 5, flip=4 if index % 2 else None)
            for change in CHANGES["image"]
        },
    )


def film(random: np.random.Generator, where: np.ndarray) -> bytes:
    """Return a film as PNG: two lungs, ribs, a spot and the grain of the device."""
    lungs = sum(np.exp(-(((_COLUMNS - x) / 0.15) ** 4) - ((_ROWS - 0.5) / 0.34) ** 4) for x in (0.3, 0.7))
    ribs = 12 * np.sin(40 * _ROWS + 6 * (_COLUMNS - 0.5) ** 2 + random.uniform(0, 6)) * lungs
    spot = 60 * np.exp(-((_ROWS - where[0]) ** 2 + (_COLUMNS - where[1]) ** 2) / 0.004)
    grain = random.normal(0, 5, (SIDE, SIDE))
    drawn = Image.fromarray(np.clip(170 - 95 * lungs + ribs + spot + grain, 0, 255).astype(np.uint8))
    stream = io.BytesIO()
    drawn.filter(ImageFilter.GaussianBlur(0.7)).save(stream, "PNG", compress_level=1)
    return stream.getvalue()


def attribution(random: np.random.Generator, where: np.ndarray, order: int) -> np.ndarray:
    """Return a map: a positive hill near the spot, a negative one elsewhere, and finer waves of finer methods."""
    away = where + random.normal(0, 0.04, 2)
    hill = np.exp(-((_ROWS - away[0]) ** 2 + (_COLUMNS - away[1]) ** 2) / random.uniform(0.005, 0.02))
    other = random.uniform(0.2, 0.8, 2)
    valley = np.exp(-((_ROWS - other[0]) ** 2 + (_COLUMNS - other[1]) ** 2) / 0.01)
    waves = sum(
        random.normal(0, 0.12) * np.outer(_wave(random, 4 + 2 * order), _wave(random, 6)) for _one in range(4)
    )
    return np.asarray(random.uniform(0.3, 1) * hill - 0.5 * valley + waves, dtype=np.float32)


def _wave(random: np.random.Generator, fastest: int) -> np.ndarray:
    return np.sin(2 * np.pi * random.integers(1, fastest) * _COLUMNS[0] + random.uniform(0, 6))


def trust() -> e.Trust:
    """Return what was tested of the five methods."""
    found = trust_factory.trust()
    more = tuple(found.methods[2].model_copy(update={"method": name}) for name, _title in METHODS[3:])
    return found.model_copy(update={"methods": (*found.methods, *more)})
