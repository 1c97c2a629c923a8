"""What is asked once, after all shards: the model as a whole, and how decisions of the gallery could have gone."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
import torch

from auditor.common.errors import Refused
from auditor.explain.arrays import Put, put_array
from auditor.explain.bootstrap import Bootstrap, Floats
from auditor.explain.counterfactuals.neighbourhood import Neighbourhood
from auditor.explain.counterfactuals.regions import looks_of, region_counterfactual
from auditor.explain.counterfactuals.tables import Support, counterfactuals
from auditor.explain.determinism import deterministic
from auditor.explain.evidence import ItemRecord
from auditor.explain.gallery import gallery
from auditor.explain.globals.documents import Counterfactual, Feature, SetImportance, Space, Survey
from auditor.explain.globals.drift import drift_of_sets
from auditor.explain.globals.images import brightness, concept_dependence, region_importance_of_images
from auditor.explain.globals.pca import principal_components
from auditor.explain.globals.whole import table_importance
from auditor.explain.items import ValidationSet
from auditor.explain.memory import Room
from auditor.explain.modalities import modality_of
from auditor.explain.model import AuditedModel
from auditor.explain.plan import Plan
from auditor.explain.runner import seed_of
from auditor.explain.spec import ImageInput, TableInput, VolumeInput

Answer = TypeVar("Answer")
_LIKE_THESE = 200  # items that filled images are compared with, drawn by the seed


def survey(
    model: AuditedModel,
    items: ValidationSet,
    records: Sequence[ItemRecord],
    plan: Plan,
    put: Put,
    reference: ValidationSet | None = None,
) -> Survey:
    """Return what the plan asks about the model as a whole; arrays go through `put` as .npy bytes.

    Only items with a record are asked about. What cannot be answered is said in a sentence in `unanswered`. The
    result depends on the model, the items, the plan and the reference alone.
    """
    with deterministic(plan.seed, tf32=plan.tf32):
        return _Survey(model, items, [record.index for record in records], plan, put).answer(
            gallery(records, plan).entries, reference
        )


class _Survey:
    def __init__(
        self, model: AuditedModel, items: ValidationSet, indices: Sequence[int], plan: Plan, put: Put
    ) -> None:
        self.model, self.items, self.indices, self.plan, self.put = model, items, indices, plan, put
        self.bootstrap, self.room = Bootstrap.of(plan), Room(plan.batch_size)
        self.unanswered: list[str] = []

    def answer(self, entries: Sequence[object], reference: ValidationSet | None) -> Survey:
        raise NotImplementedError
