"""Changes of pictures written out place by place."""

import math

import numpy as np


def blurred(plane: np.ndarray, down: float, right: float) -> np.ndarray:
    """A Gaussian cut off at four standard deviations, first along columns, then along rows."""

    def along(line: np.ndarray, sigma: float) -> list[float]:
        reach = int(4 * sigma + 0.5)
        weights = [math.exp(-0.5 * (step / sigma) ** 2) for step in range(-reach, reach + 1)]
        total = sum(weights)
        return [
            sum(
                weight / total * line[min(max(at + step, 0), len(line) - 1)]
                for weight, step in zip(weights, range(-reach, reach + 1), strict=True)
            )
            for at in range(len(line))
        ]

    columns = np.array([along(column, down) for column in plane.T.astype(float)]).T
    return np.array([along(row, right) for row in columns])


def at(plane: np.ndarray, row: float, column: float) -> float:
    """The bilinear value between places; beyond the border it is the border's."""
    row = min(max(row, 0.0), plane.shape[0] - 1.0)
    column = min(max(column, 0.0), plane.shape[1] - 1.0)
    top, left = min(int(row), plane.shape[0] - 2), min(int(column), plane.shape[1] - 2)
    down, right = row - top, column - left
    return float(
        (1 - down) * ((1 - right) * plane[top, left] + right * plane[top, left + 1])
        + down * ((1 - right) * plane[top + 1, left] + right * plane[top + 1, left + 1])
    )


def rotated(plane: np.ndarray, degrees: float) -> np.ndarray:
    """Turned about the middle of the plane."""
    angle, middle = math.radians(degrees), [(side - 1) / 2 for side in plane.shape]
    found = np.zeros(plane.shape)
    for row, column in np.ndindex(*plane.shape):
        y, x = row - middle[0], column - middle[1]
        found[row, column] = at(
            plane,
            middle[0] + math.cos(angle) * y + math.sin(angle) * x,
            middle[1] - math.sin(angle) * y + math.cos(angle) * x,
        )
    return found


def shifted(plane: np.ndarray, down: float, right: float) -> np.ndarray:
    """Every place takes the value from so much higher up and further left."""
    found = np.zeros(plane.shape)
    for row, column in np.ndindex(*plane.shape):
        found[row, column] = at(plane, row - down, column - right)
    return found
