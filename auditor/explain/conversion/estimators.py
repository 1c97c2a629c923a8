"""scikit-learn models from pickles that are trusted, written as skops archives."""

import warnings
from pathlib import Path
from typing import Any

import joblib
import skops.io
from pydantic import JsonValue
from sklearn.exceptions import InconsistentVersionWarning

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain.conversion.checkpoints import unopened, untrusted
from auditor.explain.sniff import Kind

PICKLES = (Kind.PICKLE, Kind.JOBLIB, Kind.COMPRESSED)


def read_estimator(path: Path, kind: Kind, *, trust: bool) -> Any:
    """Return what a pickle holds; it is opened only with `trust`, since that runs what is in it.

    Raises Refused without trust, for one that cannot be opened, and for a model of another version of scikit-learn.
    """
    if not trust:
        raise untrusted(path.name, kind)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", InconsistentVersionWarning)
            return joblib.load(path)
    except InconsistentVersionWarning as found:
        raise Refused(
            say(
                "%(name)s was made with scikit-learn %(made_with)s and %(installed)s is installed; fit "
                "it again with that version, or export it as ONNX.",
                name=path.name,
                made_with=found.original_sklearn_version,
                installed=found.current_sklearn_version,
            )
        ) from None
    except Exception as error:  # a pickle runs its own code, which can fail in any way
        raise unopened(path.name, kind, error) from error


def archived(estimator: Any, name: str) -> bytes:
    """Return an estimator as a skops archive; raises Refused where skops cannot write it."""
    try:
        return bytes(skops.io.dumps(estimator))
    except Exception as error:  # skops and __reduce__ of any type
        what = str(error).strip().split("\n", 1)[0][:200]
        raise Refused(
            say(
                "%(name)s holds a %(type)s that skops cannot write (%(what)s).",
                name=name,
                type=type(estimator).__name__,
                what=what,
            )
        ) from error


def described(estimator: Any, name: str) -> tuple[dict[str, JsonValue], list[str]]:
    """Return the input of model.json with one column a number, and the estimator's classes as strings.

    Raises Refused for what is no fitted classifier.
    """
    try:
        count, classes = int(estimator.n_features_in_), [str(value) for value in estimator.classes_]
    except (AttributeError, TypeError, ValueError):
        raise Refused(
            say(
                "%(name)s holds a %(type)s, which is no fitted scikit-learn classifier.",
                name=name,
                type=type(estimator).__name__,
            )
        ) from None
    names = [
        str(value) for value in getattr(estimator, "feature_names_in_", [f"x{i + 1}" for i in range(count)])
    ]
    columns: list[JsonValue] = [{"name": column} for column in names]
    return {"kind": "table", "columns": columns}, classes
