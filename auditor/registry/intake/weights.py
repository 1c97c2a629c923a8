"""Checking a model folder: nothing in it is a program, and its weights fit its architecture."""

from pathlib import Path

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.common.store import Store
from auditor.explain.sniff import check_not_pickle
from auditor.explain.spec import ModelSpec
from auditor.registry.intake.accepted import AcceptedModel
from auditor.registry.intake.training import read_training


def accept_model(folder: Path, staging: Store) -> AcceptedModel:
    """Return the accepted model with its files staged; raises Refused with the first thing that is wrong."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            check_not_pickle(path, path.relative_to(folder).as_posix())
    description = folder / "model.json"
    if not description.is_file():
        raise Refused(
            say(
                "The model folder has no model.json; it names the architecture, the input and the classes, and "
                "examples/README.md shows one."
            )
        )
    spec = ModelSpec.parse(description.read_bytes(), name="model.json")
    weights = folder / spec.weights
    if not weights.is_file():
        raise Refused(
            say("model.json, field weights: the folder has no file %(file)s.", file=repr(spec.weights))
        )
    training = None if spec.training is None else read_training(folder / spec.training, spec.training)
    from auditor.explain.model import load  # torch takes seconds, and a refusal above does not need it

    content = _content(spec, weights)
    model = load(spec, content, device="cpu")
    return AcceptedModel(
        spec=spec,
        spec_digest=staging.put(spec.to_bytes()),
        weights_digest=staging.put(content) if isinstance(content, bytes) else staging.put_file(content),
        weights_bytes=len(content) if isinstance(content, bytes) else content.stat().st_size,
        parameters=model.parameters,
        tier=model.tier,
        training_digest=None if training is None else staging.put("\n".join(training).encode()),
        training_items=None if training is None else len(training),
    )


def _content(spec: ModelSpec, weights: Path) -> bytes | Path:
    """Return what is stored under one digest: the file itself, or an ONNX model with its data folded in."""
    if spec.format != "onnx":
        return weights
    from auditor.explain.onnx_folding import folded

    return folded(weights)
