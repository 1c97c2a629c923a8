"""The explanation of a decision again, against the one that was recorded."""

import io

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from auditor.common.digest import sha256
from auditor.common.errors import RetraceError
from auditor.common.said import say
from auditor.common.store import Store
from auditor.explain.again import explained_again, target_of
from auditor.explain.arrays import put_array
from auditor.explain.model import AuditedModel
from auditor.explain.trust.ranks import spearman
from reports.decisions.recording.draft import DecisionDraft
from reports.decisions.retracing.documents import Explained

_LARGEST = 2**28


def explained(
    model: AuditedModel, given: Tensor, facts: DecisionDraft, seed: int, store: Store
) -> tuple[Explained, ...]:
    """Return for each method that was recorded how its map now compares with the recorded explanation.

    That is the map's array as .npy bytes, by its digest; where several methods were recorded with one digest, only
    the one whose map has it is identical. Maps are for the class with the highest recorded score.
    """
    if facts.explanation is None:
        return ()
    digest, names = facts.explanation.digest, facts.explanation.methods
    recorded = _recorded(store, digest) if len(names) == 1 else say("One digest names several explanations.")
    target = target_of(facts.scores, model.classes)
    return tuple(_one(model, given, target, name, seed, digest, recorded) for name in names)


def _one(
    model: AuditedModel,
    given: Tensor,
    target: str,
    name: str,
    seed: int,
    digest: str,
    recorded: NDArray[np.float64] | str,
) -> Explained:
    try:
        found = explained_again(model, given, target, name, seed)
    except RetraceError as error:
        found = error.sentence
    if isinstance(found, str):
        return Explained(method=name, not_compared=found)
    if put_array(found, sha256).sha256 == digest:
        return Explained(method=name, identical=True, correlation=spearman(*2 * (_flat(found),)))
    if isinstance(recorded, str):
        return Explained(method=name, not_compared=recorded)
    if recorded.shape != found.shape:
        return Explained(method=name, not_compared=say("The recorded explanation has other places."))
    correlation = spearman(_flat(found), _flat(recorded))
    if correlation is None:
        return Explained(
            method=name, not_compared=say("One of the explanations puts its places in no order.")
        )
    return Explained(method=name, correlation=correlation)


def _flat(values: NDArray[np.generic]) -> NDArray[np.float64]:
    return np.asarray(values, dtype=np.float64).ravel()


def _recorded(store: Store, digest: str) -> NDArray[np.float64] | str:
    if not store.has(digest):
        return say("The recorded explanation is known by its digest alone.")
    try:
        content = store.get(digest)
        if len(content) > _LARGEST:
            raise ValueError
        found = np.load(io.BytesIO(content), allow_pickle=False)
        return np.asarray(found, dtype=np.float64)
    except (ValueError, EOFError, TypeError):
        return say("The recorded explanation is no array.")
    except RetraceError as error:
        return error.sentence
