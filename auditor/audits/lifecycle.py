"""What happens after a run has finished, said by those who come after it."""

from collections.abc import Callable

from auditor.audits.models import Run


class Announcement:
    """A list of callables that hear of a run, inside the transaction that changes it."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[Run], None]] = []

    def listen(self, listener: Callable[[Run], None]) -> None:
        """Call `listener` with each run from now on; apps do this once, when they are ready."""
        self._listeners.append(listener)

    def announce(self, run: Run) -> None:
        """Tell every listener; an error in one takes the whole transaction back."""
        for listener in self._listeners:
            listener(run)


run_finished = Announcement()
