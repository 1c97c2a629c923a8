"""Facts of letters for tests: a decision about a picture or a row, with or without methods that passed."""

import numpy as np

from auditor.common.canonical import canonical
from auditor.explain.counterfactuals.documents import Alternative, Change, CounterfactualRecord
from auditor.explain.counterfactuals.settings import CounterfactualSettings
from auditor.explain.evidence import ArrayRef, MapRecord, Survey
from auditor.explain.globals.documents import Counterfactual
from auditor.explain.spec import CategoryColumn, NumberColumn, TableInput
from reports.documents.letter.facts import LetterFacts
from reports.documents.snapshot import Declaration
from tests.documents import factory
from tests.documents.trust_factory import trust

STATED = {
    ("identity", "controller"): "City Hospital, 1 Main Street, 12345 Sampletown",
    ("purpose", "automation"): "supported",
    ("purpose", "human_role"): "A doctor looks at every picture and decides.",
    ("rights", "channels"): "City Hospital, 1 Main Street, 12345 Sampletown. Phone: 0123 456",
    ("rights", "authority"): "Data Protection Authority, 2 Law Square, 12345 Sampletown",
}


def declarations(**changes) -> tuple[Declaration, ...]:
    return tuple(
        Declaration(
            section=section,
            field=field,
            text=changes.get(field, text),
            by="Ada Officer",
            when="2026-11-20T09:00:00Z",
        )
        for (section, field), text in STATED.items()
        if changes.get(field, text)
    )


def facts(evidence, *, language="en", item=1, stated=None) -> LetterFacts:
    return LetterFacts(
        number="RL-2026-000001",
        salt="5a" * 32,
        written_at="2026-11-25T10:00:00Z",
        language=language,
        item=item,
        evidence=evidence,
        evidence_digest=evidence.document_digest(),
        declarations=declarations() if stated is None else stated,
    )


def about_a_picture(store, *, tested=True, **changes) -> LetterFacts:
    evidence = factory.evidence(store, **({"trust": trust()} if tested else {}))
    return facts(evidence, **changes)


def about_a_row(store, *, alternatives=True, **changes) -> LetterFacts:
    """A decision about a loan: the income spoke for it, the age against it."""
    evidence = factory.evidence(store, trust=trust())
    table = TableInput(
        kind="table",
        columns=(
            NumberColumn(name="age", fixed=True, unit="years"),
            NumberColumn(name="income", title="Monthly income", unit="€"),
            CategoryColumn(kind="category", name="home", values=("owned", "rented")),
            NumberColumn(name="unused"),
        ),
    )
    spec = evidence.model.spec.model_copy(update={"input": table})
    written = {"age": "41", "income": "2450.5", "home": "rented", "unused": "1"}
    values = np.array([-0.4, 0.8, 0.1, 0.0], dtype=np.float32)
    array = ArrayRef(sha256=store.put(factory.npy(values)), shape=(4,), dtype="float32")
    known = evidence.gallery.entries[1].item
    entry = known.entry.model_copy(
        update={
            "id": "loan-17",
            "content": store.put(canonical(written)),
            "mask": None,
            "groups": {"sex": "F", "view": "AP"},
        }
    )
    item = known.model_copy(update={"entry": entry, "maps": {"occlusion": MapRecord(array=array)}})
    record = CounterfactualRecord(
        predicted=item.predicted, probabilities=item.scores, target=None, tried=40, altering=3, searched_to=2,
        exhaustive=True, compared=100, bound=0.2, nearness=0.1, seed=7, refused=None if alternatives else "none found",
        settings=CounterfactualSettings(),
        alternatives=(
            Alternative(
                changes=(
                    Change(column="income", before=2450.5, after=3100.0),
                    Change(column="home", before="rented", after="owned"),
                ),
                distance=0.1, nearness=0.1, predicted="no lesion", probabilities=(0.7, 0.3),
            ),
        ) if alternatives else (),
    )  # fmt: skip
    evidence = evidence.model_copy(
        update={
            "model": evidence.model.model_copy(update={"spec": spec}),
            "gallery": evidence.gallery.model_copy(
                update={"entries": (evidence.gallery.entries[1].model_copy(update={"item": item}),)}
            ),
            "survey": Survey(counterfactuals=(Counterfactual(item="loan-17", row=record),)),
        }
    )
    return facts(evidence, **changes)
