"""One explained item on its way through the tests of a run."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from auditor.explain.modalities.base import Mask


@dataclass(frozen=True)
class Case:
    """An explained item: its index in the set, its input (*shape), the classes decided and explained, and its maps.

    `maps` (*places) hold numbers alone and no places that only pad the item; `whole` are the same as the methods gave
    them, with such places. `mask` and `boxes` (*places) are the relevant region and what people marked.
    """

    index: int
    given: Tensor
    decided: int
    target: int
    maps: Mapping[str, NDArray[np.float32]]
    whole: Mapping[str, Tensor] = field(default_factory=dict)
    mask: Mask | None = None
    boxes: Mask | None = None
