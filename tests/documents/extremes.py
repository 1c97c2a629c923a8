"""Snapshots at the edges of what a report has to bear: many findings, long names, many classes, wide tables."""

import json

import numpy as np

from auditor.audits.findings import findings
from auditor.common.store import Store
from auditor.explain import evidence as e
from auditor.explain.counterfactuals.documents import Alternative, Change, CounterfactualRecord
from auditor.explain.counterfactuals.settings import CounterfactualSettings
from auditor.explain.globals import documents as g
from auditor.explain.plans import plan_of
from auditor.explain.robustness.documents import Robustness
from auditor.explain.shortcuts import documents as s
from auditor.explain.spec import ItemEntry
from auditor.explain.trust.documents import MethodTrust
from reports.documents.declared.fields import FIELDS
from reports.documents.declared.followed import DUE, OWNER, WHO
from reports.documents.snapshot import Declaration, FixedPlan, SignOff, Snapshot
from tests.documents import factory, trust_factory
from tests.documents.factory import measure

LONG = "Leukozytenkonzentrationsbestimmungsverfahrensergebnis in the first hour after admission, by hand, corrected"
UNBROKEN = "Leukozytenkonzentrationsbestimmungsverfahrensergebnis" * 2
CURVES = ("partial_dependence", "accumulated_local_effects")
WHEN = "2026-11-24T09:00:00Z"
TITLES = ("Integrated Gradients with SmoothGrad", "KernelSHAP", "Expected Gradients")
MANY = tuple(f"{title} {number}" for title in TITLES for number in range(4))


def with_findings(store: Store, count: int) -> Snapshot:
    """Return a snapshot with so many findings, the first of them long."""
    document = factory.evidence(store, marker=True, trust=trust_factory.trust())
    found = findings(document)
    made = []
    for number in range(count):
        one = found[number % len(found)]
        sentence = one.sentence if number % 3 else f"{one.sentence} {LONG} {UNBROKEN} {one.sentence}"
        made.append(one.model_copy(update={"id": f"{one.id}-{number}", "sentence": sentence}))
    return factory.snapshot(document, findings=tuple(made))


def declared(store: Store, **changes: object) -> Snapshot:
    """Return a snapshot in which every field was declared, at length, and everything was signed."""
    document = factory.evidence(store, trust=trust_factory.trust())
    found = findings(document)
    stated = [_stated(field, document) for field in FIELDS]
    owners = [
        Declaration(
            section=OWNER,
            field=one.id,
            text="",
            rows=({WHO: "Grace Hopper", DUE: "2026-12-03"},),
            by="Ada Lovelace",
            when=WHEN,
        )
        for one in found
    ]
    fields = {
        "declarations": (*stated, *owners),
        "plan": FixedPlan(name="quick", by="Ada Lovelace", when="2026-11-20T10:00:00Z"),
        "sign_off": SignOff(by="Ada Lovelace", when=WHEN, statement=LONG, prepared_by="Grace Hopper"),
        "supersedes": "RT-2026-000000",
    }
    return factory.snapshot(document, **(fields | changes))


def _stated(field, document) -> Declaration:
    rows, text = (), f"{field.name}: {LONG}. " * 3
    if field.kind == "rows":
        row = {name: f"{name} {LONG}" for name in field.columns}
        rows, text = (row, row | {"risk": UNBROKEN, "owner": ""}), ""
    if field.kind == "choice":
        text = next(iter(field.choices))
    if field.name == "in_use":
        text = f"In use since May, SHA-256 {document.model.weights}."
    return Declaration(
        section=field.section, field=field.name, text=text, rows=rows, by="Ada Lovelace", when=WHEN
    )


def crowded(store: Store) -> Snapshot:
    """Return a snapshot about forty classes, twelve methods and groups, all of them with long names."""
    classes = (*tuple(f"{number} {LONG}"[:200] for number in range(38)), UNBROKEN, "no lesion")
    honest = factory.evidence(store, trust=_many_methods())
    spec = honest.model.spec.model_dump(by_alias=True) | {
        "name": UNBROKEN + LONG[:60],
        "version": UNBROKEN[:60],
    }
    spec["output"] = {"classes": classes}
    entries = tuple(_of(entry, classes) for entry in honest.gallery.entries)
    columns = (LONG[:60], UNBROKEN[:60])
    performance = honest.performance.model_copy(
        update={
            "overall": tuple(_metrics(classes)),
            "confusion": tuple(tuple(int(i == j) + (i * j) % 3 for j in range(40)) for i in range(40)),
            "prevalence": tuple(
                e.Metric(name="prevalence", of=name, measure=measure(0.02)) for name in classes
            ),
            "groups": tuple(
                one.model_copy(update={"column": columns[place % 2], "value": f"{place} {LONG}"})
                for place, one in enumerate(honest.performance.groups)
            ),
            "intersections": tuple(
                one.model_copy(update={"columns": columns, "values": (LONG, UNBROKEN)})
                for one in honest.performance.intersections
            ),
            "gaps": tuple(
                factory.gap(column, LONG, -0.06, name="sensitivity", of=classes[3]) for column in columns
            ),
            "left_out": (f"{LONG} {LONG}.",),
        }
    )
    facts = honest.validation_set.model_copy(
        update={"name": UNBROKEN + LONG[:60], "labels": dict.fromkeys(classes, 3)}
    )
    return factory.snapshot(
        honest.model_copy(
            update={
                "model": honest.model.model_copy(
                    update={"spec": type(honest.model.spec).model_validate(spec)}
                ),
                "methods": tuple(_method(name) for name in MANY),
                "performance": performance,
                "validation_set": facts,
                "shortcuts": _shortcuts(columns, classes),
                "gallery": honest.gallery.model_copy(update={"entries": entries}),
            }
        )
    )


def _of(entry: e.GalleryEntry, classes: tuple[str, ...]) -> e.GalleryEntry:
    scores = tuple(0.61 if name == "no lesion" else 0.01 for name in classes)
    named = entry.item.entry.model_copy(
        update={"id": f"{entry.item.index}{UNBROKEN}"[:200], "label": classes[0]}
    )
    changed = {"entry": named, "scores": scores, "predicted": "no lesion", "target": "no lesion"}
    return entry.model_copy(update={"item": entry.item.model_copy(update=changed)})


def _metrics(classes):
    yield from (
        e.Metric(name=name, of=None, measure=measure(0.9))
        for name in ("accuracy", "balanced_accuracy", "ece")
    )
    for name in ("sensitivity", "specificity", "ppv", "npv", "auroc", "auprc"):
        yield from (e.Metric(name=name, of=one, measure=measure(0.9, n=3)) for one in classes)


def _method(name: str) -> e.MethodSummary:
    return e.MethodSummary(
        card=factory.card(name, name),
        parameters={"steps": 24, "baseline": UNBROKEN},
        applicable=name != MANY[-1],
        reason=LONG if name == MANY[-1] else None,
        outside=measure(0.3),
        completeness=measure(0.01, spread=0.005),
    )


def _many_methods():
    one = trust_factory.trust()
    methods = [
        MethodTrust.model_validate(one.methods[place % 3].model_dump() | {"method": name, "rank": place + 1})
        for place, name in enumerate(MANY)
    ]
    pairs = [
        one.agreement[0].model_copy(update={"first": first, "second": second})
        for place, first in enumerate(MANY)
        for second in MANY[place + 1 :]
    ]
    return one.model_copy(update={"methods": tuple(methods), "agreement": tuple(pairs)})


def _shortcuts(columns: tuple[str, str], classes: tuple[str, ...]) -> s.Shortcuts:
    found = tuple(
        s.Column(
            name=name,
            values=(LONG, UNBROKEN),
            left_out=3,
            separation=measure(0.2),
            associations=tuple(
                s.Association(of=of, effect=measure(0.1), p_value=0.01, adjusted=0.04, permutations=999)
                for of in (*MANY[:3], s.SCORES)
            ),
            within=tuple(
                s.Within(
                    name="auroc", of=of, value=LONG, overall=measure(0.9), within=measure(0.7),
                    drop=measure(0.2), p_value=0.0001,
                )
                for of in classes[-3:]
            ),
            untested=(f"{LONG}: {UNBROKEN}.",),
        )
        for name in columns
    )  # fmt: skip
    lines = tuple(
        s.Line(
            kind="column",
            subject=name,
            outcome="found",
            sentence=f"{LONG}. {UNBROKEN}.",
            pointer=f"/shortcuts/columns/{place}",
        )
        for place, name in enumerate(columns)
    )
    return s.Shortcuts(columns=found, unanswered=(LONG,), verdict=s.Verdict(outcome="found", lines=lines))


def wide(store: Store) -> Snapshot:
    """Return a snapshot about a table of sixty columns with long names, with everything that is said of tables."""
    names = tuple(f"{UNBROKEN[:70]}_{number}" if number % 7 else f"{number} {LONG}" for number in range(60))
    honest = factory.evidence(store, trust=trust_factory.trust())
    columns = [{"name": name, "title": name, "unit": "Million cells a litre"} for name in names]
    spec = honest.model.spec.model_dump(by_alias=True) | {"input": {"kind": "table", "columns": columns}}
    entries = tuple(_row(store, entry, names) for entry in honest.gallery.entries[:4])
    parts = tuple(
        factory.region(name, "column", 0.5 - 0.005 * place, 0.1, 1 / 60, shares={"occlusion": measure(0.1)})
        for place, name in enumerate(names)
    )
    return factory.snapshot(
        honest.model_copy(
            update={
                "model": honest.model.model_copy(
                    update={"spec": type(honest.model.spec).model_validate(spec), "layer": None}
                ),
                "plan": plan_of("quick", "table"),
                "regions": parts,
                "robustness": Robustness(reason="Graded changes of tables were left out."),
                "survey": _survey(names, honest.gallery.entries[0].item.entry.id),
                "surrogate": _tree(names),
                "gallery": honest.gallery.model_copy(update={"entries": entries}),
            }
        )
    )


def _row(store: Store, entry: e.GalleryEntry, names: tuple[str, ...]) -> e.GalleryEntry:
    item = entry.item
    values = np.random.default_rng(item.index).normal(size=len(names)).astype(np.float32)
    array = e.ArrayRef(sha256=store.put(factory.npy(values)), shape=values.shape, dtype="float32")
    content = store.put(json.dumps(dict.fromkeys(names, "123456.789")).encode())
    named = ItemEntry(id=f"row-{item.index}", label=item.entry.label, groups={}, content=content, mask=None)
    changed = {"entry": named, "maps": {name: e.MapRecord(array=array) for name in item.maps}, "changes": {}}
    return entry.model_copy(update={"item": item.model_copy(update=changed)})


def _tree(names: tuple[str, ...]) -> e.Surrogate:
    found = factory.surrogate(accepted=True)
    features = tuple(
        one.model_copy(update={"title": title, "unit": "Million cells a litre"})
        for one, title in zip(found.features, names, strict=False)
    )
    rule = e.Rule(
        leaf=2, conditions=(), decision="lesion", n=32, agreeing=30, held_out=20, agreement=measure(0.9, n=20),
        text=f"If {names[0]} is above 0.31 and {names[1]} at most 118.2: lesion.",
    )  # fmt: skip
    return found.model_copy(update={"features": features, "rules": (rule,) * 3})


def _survey(names: tuple[str, ...], item: str) -> g.Survey:
    importance = tuple(
        g.Importance(name=name, title=name, permutation=measure(0.2), sage=measure(0.1)) for name in names
    )
    return g.Survey(
        importance=g.SetImportance(columns=importance, loss=measure(0.4), orders=20, background=8),
        curves=tuple(curve(name, kind) for name in names[:8] for kind in CURVES),
        attributions={
            name: tuple(g.Attribution(name=one, absolute=measure(0.2), signed=measure(0.1)) for one in names)
            for name, _title in factory.METHODS
        },
        spaces=(_space(names),),
        reference=g.Reference(digest="f" * 64, name=LONG, items=900),
        counterfactuals=(_otherwise(names, item),),
        unanswered=(f"{LONG}: {UNBROKEN}.",),
    )  # fmt: skip


def curve(name: str, kind: str) -> g.Curve:
    at = tuple(np.linspace(0, 123456, 9).tolist())
    values = tuple(0.5 + 0.04 * step for step in range(9))
    return g.Curve(
        name=name, title=name, unit="Million cells a litre", of="lesion", kind=kind, at=at, values=values,
        low=tuple(value - 0.1 for value in values), high=tuple(value + 0.1 for value in values),
        confidence=0.95, n=120, method="mean over items", how=("percentile bootstrap",), seed=7,
    )  # fmt: skip


def _space(names: tuple[str, ...]) -> g.Space:
    random = np.random.default_rng(0)
    scores = random.normal(size=(40, 3))
    loadings = np.linalg.qr(random.normal(size=(60, 3)))[0].T
    drift = g.Drift(
        reference=900, new=120, energy=0.31, p_value=0.0004, permutations=999, seed=7, limit=2.0,
        beyond=measure(0.08), moved=names[:3], imputed=2, method="energy distance of the components",
        components=tuple(
            g.ComponentDrift(component=n, shift=measure(0.3), statistic=0.2, p_value=0.01, adjusted=0.0003)
            for n in range(3)
        ),
    )  # fmt: skip
    return g.Space(
        name="columns",
        components=g.Components(
            scaling="standardised", n=120, columns=names, fixed={}, imputed=2, mean=(0.0,) * 60, scale=(1.0,) * 60,
            loadings=tuple(map(tuple, loadings.tolist())), variances=(3.0, 2.0, 1.0),
            explained=(measure(0.4), measure(0.2), measure(0.1)), items=tuple(range(40)),
            scores=tuple(map(tuple, scores.tolist())),
        ),
        labels=("lesion", "no lesion") * 20,
        decisions=("lesion",) * 40,
        drift=drift,
    )  # fmt: skip


def _otherwise(names: tuple[str, ...], item: str) -> g.Counterfactual:
    changes = tuple(
        Change(column=name, before=123456.789, after="a category with a long name") for name in names[:3]
    )
    return g.Counterfactual(
        item=item,
        row=CounterfactualRecord(
            predicted="lesion", probabilities=(0.2, 0.8), target=None, tried=900, altering=12, searched_to=2,
            exhaustive=False, compared=100, bound=0.4, nearness=0.2, seed=7, refused=None,
            settings=CounterfactualSettings(),
            alternatives=(
                Alternative(
                    changes=changes, distance=0.1, nearness=0.2, predicted="no lesion", probabilities=(0.7, 0.3)
                ),
            ),
        ),
    )  # fmt: skip
