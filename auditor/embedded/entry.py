"""How a command line of ours ends: everything is unwound, and a person reads one line, not a traceback."""

import signal
import sys
from collections.abc import Callable
from types import FrameType

from auditor.common.errors import RetraceError

INTERRUPTED = 130  # 128 + SIGINT, as shells count


def guarded(command: Callable[[], int]) -> int:
    """Run a command and return its exit status; SIGTERM and Ctrl-C unwind its context managers."""
    signal.signal(signal.SIGTERM, _leave)
    try:
        return command()
    except RetraceError as error:
        sys.stderr.write(f"{error.sentence}\n")
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED


def _leave(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
