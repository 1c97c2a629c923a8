"""A small audit as evidence with its arrays in a store: of an honest model or one that reads a marker."""

import io

import numpy as np
from PIL import Image

from auditor.audits.findings import findings
from auditor.common.store import Store
from auditor.explain import evidence as e
from auditor.explain.plan import Plan
from auditor.explain.plans import plan_of
from auditor.explain.robustness.catalog import CHANGES
from auditor.explain.robustness.documents import ChangeEffect, ItemChange, Level, Robustness
from auditor.explain.spec import ItemEntry, ModelSpec
from reports.documents.snapshot import Conditions, LedgerPosition, Snapshot

SIDE, GRID = 64, 6
METHODS = (
    ("grad_cam", "Grad-CAM"),
    ("integrated_gradients", "Integrated Gradients"),
    ("occlusion", "Occlusion"),
)
CLASSES = ("no lesion", "lesion")


def measure(value, spread=0.04, n=120, method="share of items", **changes):
    low, high = max(0.0, value - spread), min(1.0, value + spread)
    fields = {
        "value": value,
        "low": low,
        "high": high,
        "confidence": 0.95,
        "n": n,
        "method": method,
        "how": ("percentile bootstrap, 300 resamples",),
        "seed": 7,
    }
    return e.Measure(**(fields | changes))


def spec(name="Phantom classifier", version="1.0", description=""):
    return ModelSpec.model_validate(
        {
            "schema": "retrace-model/1",
            "name": name,
            "version": version,
            "description": description,
            "architecture": "retrace.small_cnn",
            "config": {},
            "input": {"channels": 1, "height": SIDE, "width": SIDE, "mean": [0.5], "std": [0.25]},
            "output": {"classes": CLASSES},
        }
    )


def card(name, title):
    return e.MethodCard(
        name=name,
        title=title,
        family="backpropagation",
        needs="gradients",
        scope="local",
        stage="after the model",
        kind="attribution",
        specific=True,
        sign="positive speaks for the decision, negative against it",
        cost="64 gradients an item",
        paper="Sundararajan, Taly, Yan: Axiomatic Attribution for Deep Networks (2017)",
        failure_modes=("depends on the baseline", "follows noise where the score is saturated"),
        not_to_claim=("that the part marked is what a physician would look at",),
    )


def png(array):
    stream = io.BytesIO()
    Image.fromarray(array).save(stream, "PNG")
    return stream.getvalue()


def npy(array):
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def items(store, marker, count=8):
    rows, columns = np.mgrid[:SIDE, :SIDE]
    for index in range(count):
        random = np.random.default_rng(index)
        lungs = (np.hypot((rows - 32) / 1.5, columns - 20) < 13) | (
            np.hypot((rows - 32) / 1.5, columns - 44) < 13
        )
        spot = (24 + 3 * (index % 4), 20 if index % 2 else 44)
        lesion = np.exp(-((rows - spot[0]) ** 2 + (columns - spot[1]) ** 2) / 18)
        film = 150 - 70 * lungs + 70 * lesion * (index % 2) + random.normal(0, 6, (SIDE, SIDE))
        if marker:
            film[3:8, 54:60] = 250
        image = store.put(png(np.clip(film, 0, 255).astype(np.uint8)))
        mask = store.put(png((lungs * 255).astype(np.uint8)))
        target = np.exp(-((rows - 5) ** 2 + (columns - 57) ** 2) / 12) if marker else lesion
        maps = {}
        for order, (name, _) in enumerate(METHODS):
            noise = random.normal(0, 0.03 * order, (SIDE, SIDE))
            values = (target - 0.35 * np.roll(target, 14, axis=0) + noise).astype(np.float32)
            array = e.ArrayRef(sha256=store.put(npy(values)), shape=(SIDE, SIDE), dtype="float32")
            maps[name] = e.MapRecord(array=array, completeness=0.012 if order == 1 else None)
        label, predicted = CLASSES[index % 2], CLASSES[1 if index in (1, 2, 3, 5, 7) else 0]
        entry = ItemEntry(
            id=f"phantom-{index:04d}", label=label, groups={"sex": "F"}, content=image, mask=mask
        )
        score = 0.55 + 0.05 * index
        yield e.ItemRecord(
            index=index,
            entry=entry,
            scores=(1 - score, score) if predicted == "lesion" else (score, 1 - score),
            predicted=predicted,
            target=predicted,
            maps=maps,
            effects=None,
            features={},
            changes={"noise": ItemChange(scores=((0.5, 0.5),) * 5, flip=4 if index % 2 else None)},
        )


def region(name, kind, flips, drop, area, row=None, column=None, shares=None):
    return e.RegionImportance(
        name=name,
        kind=kind,
        row=row,
        column=column,
        area=measure(
            area, low=None, high=None, confidence=None, no_interval="the same for every item", seed=None
        ),
        drop=measure(drop, method="mean fall of the score"),
        flips=measure(flips),
        shares=shares or {},
    )


def regions(marker):
    inside, outside = (0.06, 0.62) if marker else (0.71, 0.03)
    shares = {name: measure(0.1 if marker else 0.8) for name, _ in METHODS}
    rest = {name: measure(0.9 if marker else 0.2) for name, _ in METHODS}
    yield region("inside", "mask", inside, inside * 0.8, 0.38, shares=shares)
    yield region("outside", "mask", outside, outside * 0.8, 0.62, shares=rest)
    for row, column in np.ndindex(GRID, GRID):
        strong = marker and (row, column) == (0, GRID - 1)
        flips = 0.58 if strong else 0.01 * ((row * 7 + column * 3) % 5)
        yield region(f"r{row}c{column}", "grid", flips, flips * 0.7 - 0.01, 1 / GRID**2, row, column)


def surrogate(accepted):
    features = (
        e.Feature(name="brightness", title="mean brightness of the middle of the image", unit="grey levels"),
        e.Feature(name="contrast", title="contrast in the upper right quarter", unit=""),
    )
    no, yes = CLASSES
    return e.Surrogate(
        features=features,
        nodes=(
            e.TreeNode(
                feature="contrast",
                threshold=0.31,
                left=1,
                right=2,
                n=72,
                counts={no: 36, yes: 36},
                decision=no,
            ),
            e.TreeNode(
                feature="brightness",
                threshold=118.2,
                left=3,
                right=4,
                n=40,
                counts={no: 34, yes: 6},
                decision=no,
            ),
            e.TreeNode(
                feature=None,
                threshold=None,
                left=None,
                right=None,
                n=32,
                counts={no: 2, yes: 30},
                decision=yes,
            ),
            e.TreeNode(
                feature=None,
                threshold=None,
                left=None,
                right=None,
                n=33,
                counts={no: 32, yes: 1},
                decision=no,
            ),
            e.TreeNode(
                feature=None, threshold=None, left=None, right=None, n=7, counts={no: 2, yes: 5}, decision=yes
            ),
        ),
        depth=2,
        leaves=3,
        fidelity=measure(0.9 if accepted else 0.7, n=48, spread=0.06),
        baseline=measure(0.55, n=48, spread=0.1),
        accepted=accepted,
    )


def performance(level):
    names = ("accuracy", "balanced_accuracy", "auroc", "brier")
    every = tuple(e.Metric(name=name, of=None, measure=measure(level)) for name in names)
    per_class = tuple(
        e.Metric(name=name, of="lesion", measure=measure(level, n=60))
        for name in ("sensitivity", "specificity", "ppv", "npv", "auprc")
    )
    calibrated = e.Metric(name="ece", of=None, measure=measure(0.04, spread=0.03))
    groups = [
        e.GroupPerformance(
            column=column,
            value=value,
            n=n,
            suppressed=n is None,
            metrics=every[:3] if n else (),
            why=None if n else why,
        )
        for column, value, n, why in (
            ("sex", "F", 62, None),
            ("sex", "M", 58, None),
            ("site", "north", None, "complement"),
            ("site", "south", None, "small"),
            ("view", "AP", 40, None),
            ("view", "PA", 80, None),
        )
    ]
    return e.Performance(
        overall=every + per_class + (calibrated,),
        groups=tuple(groups),
        confusion=((56, 4), (5, 55)),
        prevalence=tuple(
            e.Metric(name="prevalence", of=name, measure=measure(0.5, spread=0.09)) for name in CLASSES
        ),
        calibration=reliability(),
        accounts=(e.Account(columns=("site",), measured=0, withheld=120, groups=2, suppressed=2),),
        intersections=tuple(
            e.Intersection(
                columns=("sex", "view"), values=(sex, view), n=n, metrics=every[:1] + per_class[:2]
            )
            for sex, view, n in (("F", "AP", 21), ("F", "PA", 41), ("M", "AP", 19), ("M", "PA", 39))
        ),
        gaps=tuple(gap(*values) for values in (("sex", "F", 0.02), ("view", "AP", -0.06))),
    )


def reliability():
    given = np.linspace(0.03, 0.97, 10)
    bins = [
        e.Bin(
            low=max(0.0, at - 0.04),
            high=min(1.0, at + 0.04),
            predicted=at,
            observed=measure(round(at**1.3, 2), spread=0.22, n=12),
        )
        for at in given.tolist()
    ]
    return e.Calibration(of="lesion", bins=tuple(bins), plain=0.06)


def gap(column, value, difference, p=0.4, adjusted=0.8, name="accuracy", of=None, spread=0.1):
    shown = measure(0.0, low=difference - spread, high=difference + spread).model_copy(
        update={"value": difference}
    )
    return e.Gap(
        column=column,
        value=value,
        name=name,
        of=of,
        difference=shown,
        n=40,
        others=80,
        p=p,
        adjusted=adjusted,
        test="all regroupings of items within labels, exactly",
    )


def change(kind, accuracies, altered, similarity=0.95):
    """One change at its standard doses; `accuracies` and `altered` are by level."""
    levels = tuple(
        Level(
            dose=dose,
            accuracy=measure(accuracy),
            balanced_accuracy=measure(accuracy),
            auroc=measure(accuracy),
            fall=measure(0.925 - accuracy, low=0.925 - accuracy - 0.04),
            changed=measure(share),
            flipped=measure(share),
            moved=measure(share / 2),
        )
        for dose, accuracy, share in zip(kind.doses, accuracies, altered, strict=True)
    )
    half = next((level.dose for level in levels if level.flipped.value >= 0.5), None)
    flip = measure(half, low=None, high=None, confidence=None, no_interval="no width") if half else None
    return ChangeEffect(
        name=kind.name,
        title=kind.title,
        unit=kind.unit,
        harmless=2,
        because=kind.because,
        levels=levels,
        flip=flip or e.Measure(value=None, n=120, method="dose", no_interval="fewer than half"),
        similarity={"grad_cam": measure(similarity, n=24)},
    )


def robustness(**changed):
    """A model that bears everything harmless, but for `changed`, which are changes by name."""
    good = (0.925, 0.92, 0.9, 0.8, 0.6), (0.0, 0.01, 0.05, 0.2, 0.55)
    found = tuple(changed.get(kind.name) or change(kind, *good) for kind in CHANGES["image"])
    return Robustness(
        items=120,
        accuracy=measure(0.925),
        balanced_accuracy=measure(0.925),
        auroc=measure(0.925),
        changes=found,
        harmless=measure(0.02),
    )


def evidence(store: Store, *, marker: bool = False, **changes) -> e.Evidence:
    """Return evidence about a model that reads a corner marker or the lesion; its arrays are stored."""
    plan: Plan = plan_of("quick", "image")
    entries = [
        e.GalleryEntry(rule=("worst error", "least certain", "typical")[index % 3], item=item)
        for index, item in enumerate(items(store, marker))
    ]
    fields = {
        "model": e.ModelFacts(
            digest="a" * 64,
            weights="b" * 64,
            spec=spec(),
            parameters=23_458,
            layer="features.6",
            tier="layers",
        ),
        "validation_set": e.SetFacts(
            digest="c" * 64,
            name="Phantom films",
            description="Synthetic chest films with a lesion at a known place.",
            items=120,
            labels={"lesion": 60, "no lesion": 60},
            groups=tuple(
                e.GroupCount(column=column, value=value, n=n)
                for column, value, n in (
                    ("sex", "F", 62),
                    ("sex", "M", 58),
                    ("site", "north", 113),
                    ("site", "south", 7),
                )
            ),
            masks=120,
            duplicates=0,
        ),
        "plan": plan,
        "plan_digest": plan.document_digest(),
        "software": e.Software(
            retrace="0.1.0",
            packages={"torch": "2.13.0", "numpy": "2.4.1", "captum": "0.9.0"},
            device_class="cpu",
            threads=1,
        ),
        "shards": ("d" * 64,),
        "incidents": (),
        "methods": tuple(
            e.MethodSummary(
                card=card(name, title),
                parameters={"steps": 24, "baseline": 0.0} if name == "integrated_gradients" else {},
                applicable=True,
                reason=None,
                outside=measure(0.9 if marker else 0.2),
                completeness=measure(0.01, spread=0.005) if name == "integrated_gradients" else None,
            )
            for name, title in METHODS
        ),
        "performance": performance(0.925),
        "regions": tuple(regions(marker)),
        "surrogate": surrogate(accepted=not marker),
        "robustness": robustness(),
        "gallery": e.Gallery(
            rule=(
                "The two worst errors, the two least certain and four typical items, drawn with the seed of "
                "the plan."
            ),
            seed=20260101,
            entries=tuple(entries),
        ),
    }
    return e.Evidence(**(fields | changes))


def snapshot(document: e.Evidence, **changes) -> Snapshot:
    """Return a snapshot of evidence, as a worker would copy it together."""
    fields = {
        "report_id": "RT-2026-000001",
        "run_id": "0a1b2c3d-0000-4000-8000-000000000001",
        "issued_at": "2026-11-24T01:30:00Z",
        "language": "en",
        "evidence": document,
        "evidence_digest": document.document_digest(),
        "findings": findings(document),
        "ledger": LedgerPosition(position=12, hash="e" * 64),
        "conditions": Conditions(
            started_at="2026-11-24T01:20:00Z",
            finished_at="2026-11-24T01:21:40Z",
            hosts=("worker-1",),
            devices=("x86-64 CPU, 1 thread",),
            compute_seconds=96.4,
            shards=8,
        ),
    }
    return Snapshot(**(fields | changes))
