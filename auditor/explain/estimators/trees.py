"""Trees as arrays: every child lies inside of the tree, below its parent, and every column exists.

scikit-learn walks these arrays in C without looking whether they make sense, so a forged one would read elsewhere.
"""

import json
from typing import Any

import numpy as np

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain.estimators.archive import Archive, State


def check_trees(archive: Archive) -> None:
    """Return if every tree of an archive can be built and walked; raises Refused for the first that cannot."""
    for state in archive.states():
        if state["__loader__"] == "TreeNode" and not _is_sound(archive, state):
            raise Refused(
                say(
                    "%(name)s holds a decision tree that leads out of itself; save it again.",
                    name=archive.name,
                )
            )


def is_walkable(
    left: np.ndarray, right: np.ndarray, feature: np.ndarray, inner: np.ndarray, features: int
) -> bool:
    """Say whether each inner node has children after it and inside of the arrays, and asks one of the features."""
    place, count = np.arange(len(inner))[inner], len(inner)
    children = np.stack((left[inner], right[inner])).astype(np.int64)
    asked = feature[inner].astype(np.int64)
    return bool(
        (children > place).all() and (children < count).all() and ((asked >= 0) & (asked < features)).all()
    )


def _is_sound(archive: Archive, state: State) -> bool:
    try:
        features, classes, outputs = state["__reduce__"]["args"]["content"]
        fields = _fields(state["content"])
        return _fits(
            archive.array(classes),
            archive.array(fields["nodes"]),
            archive.array(fields["values"]),
            features=_number(features),
            outputs=_number(outputs),
            count=_number(fields["node_count"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        return False


def _fits(
    classes: np.ndarray, nodes: np.ndarray, values: np.ndarray, *, features: int, outputs: int, count: int
) -> bool:
    if classes.shape != (outputs,) or outputs < 1 or not 1 <= classes.min() <= classes.max() <= 100_000:
        return False
    if nodes.shape != (count,) or count < 1 or values.shape != (count, outputs, classes.max()):
        return False
    inner = nodes["left_child"] != -1
    return is_walkable(nodes["left_child"], nodes["right_child"], nodes["feature"], inner, features)


def _fields(state: State) -> State:
    """Return the fields of a described dictionary; skops would leave out those without a type of their key."""
    kinds = [(kind["__loader__"], kind["__class__"]) for kind in state["key_types"]["content"]]
    if kinds != [("TypeNode", "str")] * len(state["content"]):
        raise ValueError("every key needs to be a string")
    return dict(state["content"])


def _number(state: dict[str, Any]) -> int:
    value = json.loads(state["content"]) if state["__loader__"] == "JsonNode" else None
    if type(value) is not int:
        raise ValueError("a whole number is needed")
    return value
