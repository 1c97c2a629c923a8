"""One stored input asked again: scores and maps, as an audit of a set would read, load and ask."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain.cards import why_not
from auditor.explain.determinism import deterministic
from auditor.explain.formats.volume import encode_volume, read_nifti
from auditor.explain.methods.base import Question
from auditor.explain.methods.catalog import METHODS, method
from auditor.explain.modalities import modality_of
from auditor.explain.model import AuditedModel
from auditor.explain.spec import InputSpec, TableInput, VolumeInput


@dataclass(frozen=True)
class Answer:
    """What a model answers about one input: probabilities and logits by class."""

    probabilities: Mapping[str, float]
    logits: Mapping[str, float]


def read_again(content: bytes, spec: InputSpec, name: str) -> Tensor:
    """Return bytes that a sending system handed in as the model's input, (1, *shape); raises Refused naming it.

    They are what intake takes for the kind: an image or DICOM file, a NIfTI volume, a graph in JSON, or a row as a
    JSON object by column, whose numbers may be written as numbers.
    """
    if isinstance(spec, VolumeInput):
        content = encode_volume(read_nifti(content, name))
    if isinstance(spec, TableInput):
        content = _row(content, name)
    return modality_of(spec).read(content, name)[None]


def answered_again(model: AuditedModel, given: Tensor, seed: int) -> Answer:
    """Return the model's answer about one input (1, *shape), computed as audits compute."""
    with deterministic(seed), torch.inference_mode():
        logits = model.logits(given.to(model.device))
        found = torch.softmax(logits, dim=1)[0].tolist(), logits[0].tolist()
    probabilities, scores = (dict(zip(model.classes, row, strict=True)) for row in found)
    return Answer(probabilities, scores)


def explained_again(
    model: AuditedModel, given: Tensor, target: str, name: str, seed: int
) -> NDArray[np.float32] | str:
    """Return a method's map (*places) of one input for a class, or why the method cannot be asked: a sentence."""
    if name not in METHODS:
        return say("There is no method of this name.")
    made = method(name)
    if reason := why_not(made.card, model.tier, model.spec.input.kind):
        return reason
    if made.compares:
        return say("The method compares with other items, and which ones was not recorded.")
    question = Question(
        given.to(model.device),
        torch.tensor([model.classes.index(target)], device=model.device),
        (seed,),
    )
    with deterministic(seed):
        found = made.attribute(model, question, 1)
    return modality_of(model.spec.input).trimmed(found.maps[0].detach().cpu().numpy(), given[0])


def _row(content: bytes, name: str) -> bytes:
    """Return a row with all its values as text, which is how sets store them."""
    try:
        row = json.loads(content)
    except ValueError:
        row = None
    if not isinstance(row, dict) or not all(_plain(value) for value in row.values()):
        raise Refused(say("%(name)s is no row: a JSON object with a text or number a column.", name=name))
    return json.dumps({column: _text(value) for column, value in row.items()}).encode()


def _plain(value: object) -> bool:
    return value is None or (isinstance(value, str | int | float) and not isinstance(value, bool))


def _text(value: str | float | None) -> str:
    return "" if value is None else value if isinstance(value, str) else repr(value)


def target_of(scores: Mapping[str, float], classes: Sequence[str]) -> str:
    """Return the class with the highest score, the first of several."""
    return max(classes, key=lambda name: scores.get(name, -np.inf))
