"""A number with what computed it, on how many items, its interval and its seed."""

from auditor.explain.document import Document, Text


class Measure(Document):
    """A number with what computed it, on how many items, its interval and its seed.

    `method` says what was computed, and each text of `how` something of how the interval came about. `low` and `high`
    bound the interval at `confidence`; where there is none, `no_interval` says why. `value` is None where the quantity
    is undefined on these items, and `no_interval` then says why, too.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    confidence: float | None = None
    n: int
    method: Text
    how: tuple[Text, ...] = ()
    seed: int | None = None
    no_interval: Text | None = None
