"""Numbers as they are printed: a value, its interval, its n, and a mark that leads to method and seed."""

import string
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from django.utils.translation import gettext as _

from auditor.explain.evidence import Measure
from auditor.language import said
from reports.documents.formats import number, percent, short


class Number(NamedTuple):
    """A printed number; `interval` is text even where there is none, and then says so."""

    value: str
    interval: str
    n: int
    mark: str


class Notes:
    """The footnotes of one section: what computed each number and with which seed."""

    def __init__(self) -> None:
        self._texts: dict[tuple[str, str], str] = {}

    def share(self, measure: Measure) -> Number:
        """Print a share as a percentage."""
        return self._number(measure, percent, lambda share: number(100 * share, 1))

    def plain(self, measure: Measure) -> Number:
        """Print a number with three decimals."""
        return self._number(measure, number, number)

    @property
    def texts(self) -> list[tuple[str, str]]:
        """Return the marks with their texts, in the order of their first use.

        What most of them say of intervals and seeds is said once at the end, under a sign that no number has.
        """
        tails = Counter(tail for _, tail in self._texts)
        common, times = tails.most_common(1)[0] if tails else ("", 0)
        shared = times > 2
        found = [
            (mark, what if shared and tail == common else f"{what}; {tail}")
            for (what, tail), mark in self._texts.items()
        ]
        rest = _("unless said otherwise: %(tail)s") % {"tail": common}
        return [*found, ("*", rest)] if shared else found

    def _number(self, measure: Measure, whole: Callable[[float], str], end: Callable[[float], str]) -> Number:
        if measure.value is None:
            return Number("–", _("undefined"), measure.n, self._mark(measure))
        if measure.low is None or measure.high is None:
            interval = _("no interval")
        else:
            interval = f"{end(measure.low)} – {end(measure.high)}"
        return Number(whole(measure.value), interval, measure.n, self._mark(measure))

    def _mark(self, measure: Measure) -> str:
        text = self._text(measure)
        if text not in self._texts:
            count = len(self._texts)
            first = string.ascii_lowercase[count // 26 - 1] if count >= 26 else ""
            self._texts[text] = first + string.ascii_lowercase[count % 26]
        return self._texts[text]

    def _text(self, measure: Measure) -> tuple[str, str]:
        """Return what was computed, and how its interval came about."""
        parts = [said(one) for one in measure.how]
        if measure.confidence is not None and measure.low is not None:
            parts.append(_("interval at %(confidence)s %%") % {"confidence": short(100 * measure.confidence)})
        if measure.no_interval:
            parts.append(_("no interval: %(why)s") % {"why": said(measure.no_interval)})
        parts.append(
            _("seed %(seed)d") % {"seed": measure.seed}
            if measure.seed is not None
            else _("no chance involved")
        )
        return said(measure.method), "; ".join(parts)
