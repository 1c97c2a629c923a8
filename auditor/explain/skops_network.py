"""scikit-learn classifiers through skops: predictions only, from a closed list of types."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import skops.io
import torch
from sklearn.exceptions import InconsistentVersionWarning
from torch import Tensor, nn

from auditor.common.errors import Refused, RetraceError
from auditor.common.said import say
from auditor.explain.classes import check_classes
from auditor.explain.estimators.accepted import TYPES, check_types
from auditor.explain.estimators.archive import Archive
from auditor.explain.estimators.soundness import settle
from auditor.explain.estimators.trees import check_trees
from auditor.explain.spec import ModelSpec, TableInput


class SkopsNetwork(nn.Module):
    """A classifier that answers and has no gradients; `size` is the number of values in its arrays.

    Rows reach it as they are encoded: it brings its own scaling, and the means and deviations of model.json describe
    columns only. Raises Refused for a file that is no skops archive, names a type that is not on the list, was made
    with another version of scikit-learn, gives no probabilities, or does not fit model.json.
    """

    predictions_only = True
    scales_itself = True

    def __init__(self, source: bytes | Path, spec: ModelSpec) -> None:
        super().__init__()
        content = source if isinstance(source, bytes) else source.read_bytes()
        archive = Archive(content, spec.weights)
        check_types(archive)
        check_trees(archive)
        self.size = archive.size
        self._estimator = _loaded(archive.checked(), spec.weights)
        _check_fit(self._estimator, spec)

    def forward(self, rows: Tensor) -> Tensor:
        """Return probabilities (batch, classes), float32."""
        values = rows.detach().cpu().numpy().astype(np.float32, copy=False)
        with warnings.catch_warnings():
            warnings.filterwarnings(
                "ignore", message="X does not have valid feature names", category=UserWarning
            )
            try:
                found = self._estimator.predict_proba(values)
            except Exception as error:  # whatever a part meets in data or attributes that are not its own
                raise RuntimeError(str(error).strip().split("\n", 1)[0][:150]) from error
        return torch.from_numpy(np.array(found, dtype=np.float32))


def _loaded(content: bytes, name: str) -> Any:
    with _refusals(name):
        untrusted = skops.io.get_untrusted_types(data=content)
        unknown = [found for found in untrusted if found not in TYPES]
        if unknown:
            raise Refused(
                say(
                    "%(name)s holds %(unknown)s, which is not among the scikit-learn types that are read.",
                    name=name,
                    unknown=unknown[0],
                )
            )
        estimator = skops.io.loads(content, trusted=untrusted)
        settle(estimator, name)
    return estimator


@contextmanager
def _refusals(name: str) -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", InconsistentVersionWarning)
            yield
    except RetraceError:
        raise
    except InconsistentVersionWarning as found:
        raise Refused(
            say(
                "%(name)s was made with scikit-learn %(made_with)s and %(installed)s is installed; fit "
                "it again with that version, or export it as ONNX.",
                name=name,
                made_with=found.original_sklearn_version,
                installed=found.current_sklearn_version,
            )
        ) from None
    except Exception as error:  # a forged archive can make any part of skops or scikit-learn stumble
        what = str(error).strip().split("\n", 1)[0][:150] or type(error).__name__
        raise Refused(
            say(
                "%(name)s cannot be read as a scikit-learn model (%(what)s); save it again.",
                name=name,
                what=what,
            )
        ) from error


def _check_fit(estimator: Any, spec: ModelSpec) -> None:
    name, kind = spec.weights, type(estimator).__name__
    with _refusals(name):
        answers, numbers = hasattr(estimator, "predict_proba"), getattr(estimator, "n_features_in_", None)
    if not answers:
        raise Refused(
            say(
                "%(name)s holds a %(kind)s that gives no probabilities; fit one with predict_proba, or "
                "wrap it in CalibratedClassifierCV.",
                name=name,
                kind=kind,
            )
        )
    wanted = spec.input.shape[0]
    if numbers is not None and numbers != wanted:
        raise Refused(
            say(
                "%(name)s holds a %(kind)s for %(numbers)s numbers a row and the columns in model.json "
                "make %(wanted)s; correct input.columns.",
                name=name,
                kind=kind,
                numbers=numbers,
                wanted=wanted,
            )
        )
    with _refusals(name):
        check_classes(np.asarray(estimator.classes_).tolist(), spec.output.classes, name)
        _check_order(getattr(estimator, "feature_names_in_", None), spec)


def _check_order(names: Any, spec: ModelSpec) -> None:
    """Refuse the same columns in another order: the numbers would change places without a sign of it."""
    if names is None or not isinstance(spec.input, TableInput):
        return
    ours, theirs = [column.name for column in spec.input.columns], [str(name) for name in names]
    if sorted(ours) == sorted(theirs) and ours != theirs:
        first = next(index for index, pair in enumerate(zip(ours, theirs, strict=True)) if pair[0] != pair[1])
        raise Refused(
            say(
                "%(name)s was fitted with %(theirs)s as column %(place)s and model.json has %(ours)s "
                "there; put input.columns in the order of the fit.",
                name=spec.weights,
                theirs=repr(theirs[first]),
                place=first + 1,
                ours=repr(ours[first]),
            )
        )
