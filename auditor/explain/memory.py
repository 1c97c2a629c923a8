"""Running out of memory is answered by smaller batches; what was computed already is kept."""

import traceback
from collections.abc import Callable, Iterator
from typing import TypeVar, Union

import torch

from auditor.common.errors import RetraceError
from auditor.common.said import say

Result = TypeVar("Result")
_SIGNS = (
    "out of memory",
    "can't allocate memory",
    "not enough memory",
    "failed to allocate memory",  # onnxruntime
    "status_alloc_failed",  # cuBLAS and cuDNN
)


def is_out_of_memory(error: BaseException) -> bool:
    """Say whether an error means that memory ran out, on a GPU or on the host."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(sign in str(error).lower() for sign in _SIGNS)


class Room:
    """How many inputs go through the model at once: `size`, which is halved when memory runs out and stays so.

    `wanted` is the size that it began with.
    """

    def __init__(self, wanted: int) -> None:
        self.wanted = self.size = wanted

    @classmethod
    def of(cls, batch: Union[int, "Room"]) -> "Room":
        """Return the room itself, or a new one for so many inputs."""
        return batch if isinstance(batch, Room) else cls(batch)

    def each(self, total: int, call: Callable[[slice], Result], cost: int = 1) -> Iterator[Result]:
        """Yield call(part) for one part after the other of `total` units, in their order.

        A unit takes `cost` inputs; a part is as many units as there is room for, or one. Only a part for which memory
        ran out is asked for again, with fewer inputs. Raises RetraceError where even one input at a time does not
        fit; every other error passes through.
        """
        first = 0
        while first < total:
            part = slice(first, min(first + max(1, self.size // cost), total))
            try:
                found = call(part)
            except (MemoryError, RuntimeError) as error:
                if not is_out_of_memory(error):
                    raise
                self._halve(min(self.size, (part.stop - first) * cost), error)
                traceback.clear_frames(error.__traceback__)  # they hold tensors
            else:
                first = part.stop
                yield found
                continue
            if torch.cuda.is_available():
                torch.cuda.empty_cache()

    def _halve(self, used: int, error: Exception) -> None:
        if used <= 1:
            raise RetraceError(
                say("The model needs more memory for one input than this worker has; use a larger machine.")
            ) from error
        while self.size >= used:
            self.size //= 2
