"""A model folder from a file of another format: weights that are data, and the beginning of model.json."""

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import JsonValue

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain.document import Document, Text
from auditor.explain.sniff import Kind, kind_of
from auditor.explain.spec import ModelSpec

_FILL = "FILL IN: "
_INPUT = {
    3: ("image", ("channels", "height", "width")),
    4: ("volume", ("channels", "depth", "height", "width")),
}


class Wishes(Document):
    """What the owner of a model says about it; `shape` is (channels, height, width), with depth before for volumes."""

    name: str
    version: str = "1"
    architecture: str = ""
    config: dict[str, JsonValue] = {}
    classes: tuple[str, ...] = ()
    shape: tuple[int, ...] = ()
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    activation: Literal["softmax", "sigmoid", "none"] | None = None
    trust: bool = False


class Converted(Document):
    """What was written, and which fields of model.json a person has to fill in or look at."""

    files: tuple[str, ...] = ()
    fill_in: tuple[str, ...] = ()
    note: Text = ""
    refused: Text | None = None


def convert(source: Path, into: Path, wishes: Wishes) -> Converted:
    """Return what was written into a folder for a model in another format.

    Only with `wishes.trust` is a file opened that can run code. Raises Refused with one sentence where the file needs
    trust, is no model, does not fit the architecture that is wished for (the first difference is named), or where
    the folder that came of it would be refused.
    """
    from auditor.explain.conversion.checkpoints import CHECKPOINTS, PROGRAMS
    from auditor.explain.conversion.estimators import PICKLES

    kind = kind_of(source)
    if kind in PICKLES:
        weights, described = _estimator(source, kind, into, wishes)
    elif kind in (*CHECKPOINTS, *PROGRAMS) or (kind is None and source.suffix == ".safetensors"):
        weights, described = _network(source, kind, into, wishes)
    else:
        what = kind.said if kind else say("of a format that needs no conversion or is not known")
        raise Refused(
            say(
                "%(name)s is %(what)s; PyTorch checkpoints, TorchScript and torch.export archives and "
                "pickles of scikit-learn are converted.",
                name=source.name,
                what=what,
            )
        )
    text = json.dumps(described, indent=2, ensure_ascii=False) + "\n"
    (into / "model.json").write_text(text, encoding="utf-8")
    fill_in = tuple(_unknown(described))
    if not fill_in:
        _check(text, into / weights)
    return Converted(files=(weights, "model.json"), fill_in=fill_in, note=_note(described))


def _estimator(source: Path, kind: Kind, into: Path, wishes: Wishes) -> tuple[str, dict[str, Any]]:
    from auditor.explain.conversion.estimators import archived, described, read_estimator

    estimator = read_estimator(source, kind, trust=wishes.trust)
    given, classes = described(estimator, source.name)
    (into / "model.skops").write_bytes(archived(estimator, source.name))
    output = {"classes": list(wishes.classes) or classes, "activation": "none"}
    return "model.skops", {
        **_head(wishes),
        "format": "skops",
        "weights": "model.skops",
        "input": given,
        "output": output,
    }


def _network(source: Path, kind: Kind | None, into: Path, wishes: Wishes) -> tuple[str, dict[str, Any]]:
    from auditor.explain.conversion.checkpoints import on_meta, read_tensors, without_prefix, write_tensors
    from auditor.explain.weights import check_fit

    network = on_meta(wishes.architecture, wishes.config) if wishes.architecture else None
    tensors = without_prefix(read_tensors(source, kind, trust=wishes.trust), network)
    if network is not None:
        check_fit(network, tensors, source.name)
    write_tensors(tensors, into / "weights.safetensors", source.name)
    return "weights.safetensors", {
        **_head(wishes),
        "architecture": wishes.architecture or f"{_FILL}python -m auditor.explain.architectures lists them",
        "config": wishes.config,
        "weights": "weights.safetensors",
        "input": _input(wishes),
        "output": {
            "classes": list(wishes.classes) or f"{_FILL}a list of the classes in the order of the scores",
            "activation": wishes.activation or f"{_FILL}softmax, sigmoid or none (probabilities)",
        },
    }


def _head(wishes: Wishes) -> dict[str, Any]:
    return {"schema": "retrace-model/1", "name": wishes.name, "version": wishes.version, "description": ""}


def _input(wishes: Wishes) -> dict[str, Any]:
    kind, names = _INPUT.get(len(wishes.shape), _INPUT[3])
    sides: dict[str, Any] = dict(zip(names, wishes.shape, strict=False))
    return {
        "kind": kind,
        **{name: sides.get(name, f"{_FILL}a whole number") for name in names},
        "mean": list(wishes.mean) or f"{_FILL}what is subtracted from values in 0 to 1, one number a channel",
        "std": list(wishes.std) or f"{_FILL}what they are divided by then, one number a channel",
    }


def _unknown(value: Any, place: str = "") -> list[str]:
    if isinstance(value, dict):
        return [
            found for key, inner in value.items() for found in _unknown(inner, f"{place}.{key}".lstrip("."))
        ]
    return [place] if isinstance(value, str) and value.startswith(_FILL) else []


def _note(described: dict[str, Any]) -> str:
    if described["input"]["kind"] != "table":
        return ""
    return say(
        "Compare input.columns in model.json with the table that the model was fitted on: one number a column, in its "
        "order; x1, x2, ... stand where the model knows no names."
    )


def _check(text: str, weights: Path) -> None:
    from auditor.explain.model import load

    load(ModelSpec.parse(text.encode(), name="model.json"), weights)
