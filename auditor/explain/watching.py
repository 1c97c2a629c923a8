"""How a benchmark learns how long parts of a run take; nothing that is measured so enters a document."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

Watch = Callable[[str], AbstractContextManager[None]]


def unwatched(what: str) -> AbstractContextManager[None]:
    """Measure nothing."""
    return nullcontext()
