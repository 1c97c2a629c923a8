"""Fitted scikit-learn models, their archives, and archives that were edited by hand."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import skops.io

from auditor.explain.spec import ModelSpec

CLASSES = ("a", "b", "c")
COLUMNS = 6


def rows(count: int = 90, classes: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Positive rows, float32, and the class of each by name."""
    rng = np.random.default_rng(0)
    features = rng.random((count, COLUMNS), dtype=np.float32)
    numbers = (features[:, :2].sum(axis=1) * classes / 2.001).astype(int)
    return features, np.array(CLASSES)[numbers]


def spec(classes: tuple[str, ...] = CLASSES, columns: int = COLUMNS, **more: object) -> ModelSpec:
    described: dict[str, object] = {
        "schema": "retrace-model/1",
        "name": "toy",
        "version": "1",
        "format": "skops",
        "weights": "model.skops",
        "input": {"kind": "table", "columns": [{"name": f"x{i}", "mean": 3.0} for i in range(columns)]},
        "output": {"classes": classes, "activation": "none"},
    }
    return ModelSpec.model_validate(described | more)


def edited(
    estimator: Any, change: Callable[[dict[str, Any]], object], members: Mapping[str, bytes] | None = None
) -> bytes:
    """An archive whose schema was changed in place (or replaced by what `change` returns), with more members."""
    with zipfile.ZipFile(io.BytesIO(skops.io.dumps(estimator))) as source:
        kept = {name: source.read(name) for name in source.namelist()}
    schema = json.loads(kept.pop("schema.json"))
    replaced = change(schema)
    if isinstance(replaced, dict):
        schema = replaced | {"protocol": schema["protocol"], "_skops_version": schema["_skops_version"]}
    return zipped(kept | dict(members or {}) | {"schema.json": json.dumps(schema).encode()})


def zipped(members: Mapping[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def array(values: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, values)
    return stream.getvalue()


def states(value: Any, loader: str = "") -> Iterator[dict[str, Any]]:
    """The described objects of a schema, or those of one loader."""
    if isinstance(value, dict):
        if value.get("__loader__", "") == loader or (not loader and "__loader__" in value):
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from states(inner, loader)


def attributes(schema: dict[str, Any]) -> dict[str, Any]:
    """The attributes of the outermost estimator."""
    found: dict[str, Any] = schema["content"]["content"]
    return found


def literal(value: object) -> dict[str, Any]:
    return {
        "__class__": "str",
        "__module__": "builtins",
        "__loader__": "JsonNode",
        "content": json.dumps(value),
    }


def described(path: str, loader: str, **more: object) -> dict[str, Any]:
    module, _, name = path.rpartition(".")
    return {"__class__": name, "__module__": module, "__loader__": loader, **more}
