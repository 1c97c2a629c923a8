"""Progress on a console: a bar on a terminal, plain lines in a log."""

from typing import TextIO

from tqdm import tqdm


class Console:
    """Says each step on a line of its own; draws a bar only where somebody can see it move."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._bar: tqdm[None] | None = None
        self._done = -1

    def say(self, sentence: str) -> None:
        """Write a sentence."""
        self._stream.write(f"{sentence}\n")
        self._stream.flush()

    def advance(self, done: int, total: int) -> None:
        """Show how many parts are done; the bar goes when all are."""
        if done == self._done:
            return
        self._done = done
        if self._stream.isatty():
            self._draw(done, total)
        else:
            self.say(f"  {done} of {total} parts explained")

    def _draw(self, done: int, total: int) -> None:
        if self._bar is None:
            self._bar = tqdm(total=total, file=self._stream, unit="part", leave=False, dynamic_ncols=True)
        self._bar.n = done
        self._bar.refresh()
        if done >= total:
            self._bar.close()
            self._bar = None
