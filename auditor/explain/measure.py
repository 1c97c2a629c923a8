"""A number with what computed it, on how many items, its interval and its seed."""

from auditor.explain.document import Document


class Measure(Document):
    """A number with what computed it, on how many items, its interval and its seed.

    `low` and `high` bound the interval at `confidence`; where there is none, `no_interval` says why.
    `value` is None where the quantity is undefined on these items, and `no_interval` then says why, too.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    confidence: float | None = None
    n: int
    method: str
    seed: int | None = None
    no_interval: str | None = None
