"""The rows: cell nuclei in needle aspirates, thirty measurements each, benign or malignant."""

import csv
import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

CLASSES = ("malignant", "benign")
GROUP = "nucleus_size"
_STATISTICS = {"mean": "{}, mean", "error": "{}, standard error", "worst": "{}, mean of the three largest"}


@dataclass(frozen=True)
class Rows:
    """Some rows: values (rows, 30), labels (rows,) as positions in CLASSES, and where each row stood."""

    values: NDArray[np.float64]
    labels: NDArray[np.int64]
    numbers: NDArray[np.int64]


def split(seed: int = 0) -> tuple[Rows, Rows]:
    """Return rows to learn from and rows to validate on, 60 to 40, stratified."""
    found = load_breast_cancer()
    learn, check = train_test_split(
        np.arange(len(found.target)), test_size=0.4, stratify=found.target, random_state=seed
    )
    made = [Rows(found.data[chosen], found.target[chosen], chosen) for chosen in (learn, check)]
    return made[0], made[1]


def columns(rows: Rows) -> list[dict[str, JsonValue]]:
    """Return the columns as model.json describes them, scaled by the rows that are learnt from."""
    return [
        {
            "name": name.replace(" ", "_"),
            "title": title(name),
            "mean": float(rows.values[:, index].mean()),
            "std": float(rows.values[:, index].std()),
        }
        for index, name in enumerate(names())
    ]


def names() -> list[str]:
    """Return the columns' names as scikit-learn gives them, such as "mean radius" or "radius error"."""
    return [str(name) for name in load_breast_cancer().feature_names]


def title(name: str) -> str:
    """Return a column's name in words: "Radius, mean of the three largest"."""
    statistic = next(word for word in _STATISTICS if word in name.split())
    what = " ".join(word for word in name.split() if word != statistic)
    return _STATISTICS[statistic].format(what.capitalize())


def group_of(radius: float) -> str:
    """Return the group of a row by its mean radius."""
    return "small" if radius < 12 else "medium" if radius < 15 else "large"


def as_csv(rows: Rows) -> bytes:
    """Return rows.csv."""
    stream = io.StringIO()
    table = csv.writer(stream, lineterminator="\n")
    table.writerow(["id", *(name.replace(" ", "_") for name in names())])
    for number, values in zip(rows.numbers, rows.values, strict=True):
        table.writerow([f"case-{number:03d}", *(repr(float(value)) for value in values)])
    return stream.getvalue().encode()
