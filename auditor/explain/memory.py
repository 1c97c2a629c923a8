"""Running out of memory is answered by smaller batches, and remembered."""

from collections.abc import Callable
from typing import TypeVar

import torch

from auditor.common.errors import RetraceError

Result = TypeVar("Result")
_SIGNS = ("out of memory", "can't allocate memory", "not enough memory")


def is_out_of_memory(error: BaseException) -> bool:
    """Say whether an error means that memory ran out, on a GPU or on the host."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(sign in str(error) for sign in _SIGNS)


def with_less_memory(call: Callable[[int], Result], batch: int) -> tuple[Result, int]:
    """Return call(batch) and the batch it worked with, halving the batch while memory runs out.

    Raises RetraceError where even one image at a time does not fit; every other error passes through.
    """
    while True:
        try:
            return call(batch), batch
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            if batch == 1:
                raise RetraceError(
                    "The model needs more memory for one image than this worker has; use a larger machine."
                ) from error
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        batch //= 2
