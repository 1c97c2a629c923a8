"""Which items two runs share, and what each run said of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from auditor.audits.comparison.documents import Pairing
from auditor.common.said import Said, Value, count, say, sentences
from auditor.explain.evidence import ItemRecord
from auditor.explain.performance import Answers


@dataclass(frozen=True)
class Pairs:
    """The records of both runs about the same items, in the later run's order."""

    before: tuple[ItemRecord, ...]
    after: tuple[ItemRecord, ...]
    classes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.after)

    @cached_property
    def answers(self) -> tuple[Answers, Answers]:
        """What both runs answered."""
        return Answers.read(self.before, self.classes), Answers.read(self.after, self.classes)


def pair(before: Sequence[ItemRecord], after: Sequence[ItemRecord], classes: tuple[str, ...]) -> Pairs:
    """Return the items that both runs have, by content; the k-th copy of an item goes with the k-th copy."""
    earlier = dict(zip(_keys(before), before, strict=True))
    both = [(earlier[key], one) for key, one in zip(_keys(after), after, strict=True) if key in earlier]
    return Pairs(tuple(one for one, _ in both), tuple(one for _, one in both), classes)


def pairing(pairs: Pairs, before: int, after: int, fewest: int) -> Pairing:
    """Return how many of the items that each run has are paired, and whether that is enough."""
    n, used = len(pairs), len(pairs) >= fewest
    relabelled = sum(
        one.entry.label != other.entry.label for one, other in zip(pairs.before, pairs.after, strict=True)
    )
    return Pairing(
        paired=n,
        only_before=before - n,
        only_after=after - n,
        relabelled=relabelled,
        used=used,
        said=_said(n, before, after, fewest, relabelled),
    )


def _said(n: int, before: int, after: int, fewest: int, relabelled: int) -> Said:
    if n == 0:
        return say(
            "The two audits share no item, so nothing can be compared item by item; numbers are compared by the "
            "intervals of both audits, and the items themselves may differ."
        )
    values: dict[str, Value] = {"before": before, "after": after, "fewest": fewest}
    if n < fewest:
        return count(
            "%(n)s item is in both audits, of %(before)s in the earlier and %(after)s in the later one. That is fewer "
            "than %(fewest)s, so numbers are compared by the intervals of both audits.",
            "%(n)s items are in both audits, of %(before)s in the earlier and %(after)s in the later one. That is "
            "fewer than %(fewest)s, so numbers are compared by the intervals of both audits.",
            n,
            **values,
        )
    labels = count(
        "%(n)s of them carries another label than before.",
        "%(n)s of them carry another label than before.",
        relabelled,
    )
    return sentences(
        count(
            "%(n)s item is in both audits, of %(before)s in the earlier and %(after)s in the later one; differences "
            "are measured on it.",
            "%(n)s items are in both audits, of %(before)s in the earlier and %(after)s in the later one; differences "
            "are measured on these, item by item.",
            n,
            **values,
        ),
        labels if relabelled else "",
    )


def _keys(records: Sequence[ItemRecord]) -> list[tuple[str, int]]:
    seen: Counter[str] = Counter()
    keys = []
    for record in records:
        keys.append((record.entry.content, seen[record.entry.content]))
        seen[record.entry.content] += 1
    return keys
