"""Loaded estimators whose parts must fit each other, because compiled code would trust that they do."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier
from sklearn.ensemble._forest import ForestClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import OneHotEncoder
from sklearn.svm import SVC, NuSVC
from sklearn.tree import BaseDecisionTree
from sklearn.tree._tree import Tree

from auditor.common.errors import Refused
from auditor.common.said import Said, say
from auditor.explain.estimators.trees import is_walkable

_METRICS = {
    "euclidean",
    "sqeuclidean",
    "manhattan",
    "cityblock",
    "l1",
    "l2",
    "chebyshev",
    "minkowski",
    "cosine",
}
_SETTLED = {"n_jobs": 1, "verbose": 0, "memory": None}


def settle(estimator: Any, name: str) -> None:
    """Check every part of a loaded estimator, and take away what would write, start processes or draw at random.

    Raises Refused where a part replaces what its class defines, or where its arrays contradict each other.
    """
    for part in _parts(estimator):
        attributes = getattr(part, "__dict__", {})
        for key, value in list(attributes.items()):
            if any(key in vars(base) for base in type(part).__mro__):
                raise Refused(
                    say(
                        "%(name)s: the %(type)s in it replaces its own %(key)s; save it again.",
                        name=name,
                        type=type(part).__name__,
                        key=repr(key),
                    )
                )
            if key in _SETTLED:
                setattr(part, key, _SETTLED[key])
            if isinstance(value, np.random.RandomState | np.random.Generator):
                setattr(part, key, None)
    for part in _parts(estimator):
        for kinds, fitted, is_sound, about in _CHECKS:
            if isinstance(part, kinds) and fitted in vars(part) and not _holds(is_sound, part):
                raise Refused(
                    say(
                        "%(name)s: the %(type)s in it uses what is not read, or its numbers contradict each "
                        "other (%(about)s); save it again.",
                        name=name,
                        type=type(part).__name__,
                        about=about,
                    )
                )


def _holds(is_sound: Callable[[Any], bool], part: Any) -> bool:
    try:
        return is_sound(part)
    except (AttributeError, TypeError, ValueError, IndexError, KeyError):
        return False


def _parts(estimator: Any) -> Iterator[Any]:
    seen: set[int] = set()
    waiting = [estimator]
    while waiting:
        part = waiting.pop()
        if id(part) in seen or isinstance(part, type | str):
            continue
        seen.add(id(part))
        yield part
        if isinstance(part, dict):
            waiting.extend(part.values())
        elif isinstance(part, list | tuple) or (isinstance(part, np.ndarray) and part.dtype == object):
            waiting.extend(np.ravel(part) if isinstance(part, np.ndarray) else part)
        waiting.extend(getattr(part, "__dict__", {}).values())


def _tree(part: Any) -> bool:
    """each tree has nodes and reads as many columns as its estimator"""
    return (
        type(part.tree_) is Tree
        and part.tree_.node_count > 0
        and part.tree_.n_features == part.n_features_in_
    )


def _forest(part: Any) -> bool:
    """all trees read the same columns"""
    return all(
        isinstance(e, BaseDecisionTree) and e.n_features_in_ == part.n_features_in_ for e in part.estimators_
    )


def _boosting(part: Any) -> bool:
    """one tree a class in each round, on one starting point"""
    each, trees = part.n_trees_per_iteration_, part.estimators_
    if (
        trees.ndim != 2
        or trees.shape[1] != each
        or not (part.init_ == "zero" or type(part.init_) is DummyClassifier)
    ):
        return False
    fit = all(
        t.n_features_in_ == part.n_features_in_ and t.tree_.value.shape[1:] == (1, 1) for t in trees.flat
    )
    return fit and part._raw_predict_init(np.zeros((1, part.n_features_in_), np.float32)).shape == (1, each)


def _hist_boosting(part: Any) -> bool:
    """trees on the estimator's columns, without splits by category"""
    features, mapper = part.n_features_in_, part._bin_mapper
    if part.is_categorical_ is not None or part._preprocessor is not None:
        return False
    if mapper.is_categorical_.shape != (features,) or mapper.is_categorical_.any():
        return False
    nodes = [predictor.nodes for stage in part._predictors for predictor in stage]
    return all(
        len(n) > 0
        and not n["is_categorical"].any()
        and is_walkable(n["left"], n["right"], n["feature_idx"], n["is_leaf"] == 0, features)
        for n in nodes
    )


def _support_vectors(part: Any) -> bool:
    """dense support vectors, with one coefficient for each and each pair of classes"""
    classes, count = len(part.classes_), len(part.support_)
    pairs = classes * (classes - 1) // 2
    return bool(
        part._sparse is False
        and part.kernel in ("linear", "poly", "rbf", "sigmoid")
        and part.support_vectors_.shape == (count, part.n_features_in_)
        and part._n_support.shape == (classes,)
        and (part._n_support >= 0).all()
        and part._n_support.sum() == count
        and part._dual_coef_.shape == (classes - 1, count)
        and part._intercept_.shape == (pairs,)
        and part._probA.shape == part._probB.shape
        and part._probA.shape in ((pairs,), (0,))
    )


def _neighbours(part: Any) -> bool:
    """neighbours by algorithm="brute", one label a row, a plain metric"""
    rows, labels, parameters = part._fit_X, part._y, part.effective_metric_params_ or {}
    return bool(
        part._fit_method == "brute"
        and {part.metric, part.effective_metric_} <= _METRICS
        and part.metric_params in (None, {})
        and set(parameters) <= {"p"}
        and part.outputs_2d_ is False
        and rows.ndim == 2
        and rows.shape[1] == part.n_features_in_
        and labels.shape == (len(rows),)
        and labels.dtype.kind in "iu"
        and 0 <= labels.min() <= labels.max() < len(part.classes_)
        and 1 <= part.n_neighbors <= len(rows)
    )


def _one_hot(part: Any) -> bool:
    """sorted numbers as categories, and one column for each that is not dropped or rare"""
    dropped = part._drop_idx_after_grouping
    rare = (
        part._default_to_infrequent_mappings if part._infrequent_enabled else [None] * len(part.categories_)
    )
    widths = part._compute_n_features_outs()
    if widths != part._n_features_outs or len(rare) != len(part.categories_):
        return False
    for index, categories in enumerate(part.categories_):
        known = categories[~np.isnan(categories)] if categories.dtype.kind == "f" else categories
        drop = None if dropped is None else dropped[index]
        count = widths[index] + (drop is not None)
        if categories.dtype.kind not in "biuf" or (np.diff(known.astype(float)) <= 0).any():
            return False
        if drop is not None and not 0 <= drop < count:
            return False
        mapping = rare[index]
        if mapping is not None and not (
            mapping.shape == categories.shape and 0 <= mapping.min() <= mapping.max() < count
        ):
            return False
    return True


def _constant(part: Any) -> bool:
    """answers that are not drawn at random"""
    return part.strategy in ("prior", "most_frequent", "constant")


_CHECKS: tuple[tuple[type | tuple[type, ...], str, Callable[[Any], bool], Said], ...] = (
    (BaseDecisionTree, "tree_", _tree, say("each tree has nodes and reads as many columns as its estimator")),
    (ForestClassifier, "estimators_", _forest, say("all trees read the same columns")),
    (
        GradientBoostingClassifier,
        "estimators_",
        _boosting,
        say("one tree a class in each round, on one starting point"),
    ),
    (
        HistGradientBoostingClassifier,
        "_predictors",
        _hist_boosting,
        say("trees on the estimator's columns, without splits by category"),
    ),
    (
        (SVC, NuSVC),
        "support_",
        _support_vectors,
        say("dense support vectors, with one coefficient for each and each pair of classes"),
    ),
    (
        KNeighborsClassifier,
        "_fit_X",
        _neighbours,
        say('neighbours by algorithm="brute", one label a row, a plain metric'),
    ),
    (
        OneHotEncoder,
        "categories_",
        _one_hot,
        say("sorted numbers as categories, and one column for each that is not dropped or rare"),
    ),
    (DummyClassifier, "strategy", _constant, say("answers that are not drawn at random")),
)
"""Of which types a fitted part is checked, what shows that it is fitted, how, and what a sentence calls this."""
