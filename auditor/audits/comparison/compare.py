"""Two runs side by side."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from auditor.audits.comparison.changes import Run, finding_changes
from auditor.audits.comparison.documents import ChangedDecision, Comparison, Decisions, Side, Way
from auditor.audits.comparison.metrics import metric_changes
from auditor.audits.comparison.pairs import Pairs, pair, pairing
from auditor.audits.findings import findings
from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain.bootstrap import Bootstrap
from auditor.explain.evidence import Evidence, ItemRecord, Region, ShardResult
from auditor.explain.spec import ModelSpec
from auditor.explain.words import KINDS

_CHANGED = say("share of paired items that were decided otherwise")


@dataclass(frozen=True)
class Given:
    """One run as it is given to a comparison: its id, its evidence and its shards in their order."""

    run: str
    evidence: Evidence
    digest: str
    shards: tuple[ShardResult, ...]

    @property
    def records(self) -> tuple[ItemRecord, ...]:
        """Everything measured on single items."""
        return tuple(record for shard in self.shards for record in shard.items)

    @property
    def regions(self) -> tuple[Region, ...]:
        """The regions that the effects of its records are parallel to."""
        return self.shards[0].regions if self.shards else ()


def check_alike(before: ModelSpec, after: ModelSpec) -> None:
    """Raise Refused for models whose decisions cannot be laid side by side."""
    if before.input.kind != after.input.kind:
        raise Refused(
            say(
                "Audits are compared where both models take the same kind of input; these take "
                "%(after)s and %(before)s.",
                after=KINDS[after.input.kind],
                before=KINDS[before.input.kind],
            )
        )
    if before.output.classes != after.output.classes:
        raise Refused(
            say(
                "Audits are compared where both models know the same classes in the same order; one knows %(after)s, "
                "the other %(before)s.",
                after=after.output.classes,
                before=before.output.classes,
            )
        )


def compare(before: Given, after: Given) -> Comparison:
    """Return what changed from an earlier run to a later one.

    Numbers are compared item by item on what both runs have, if that is at least the later plan's smallest group.
    Raises Refused for runs whose models cannot be compared.
    """
    check_alike(before.evidence.model.spec, after.evidence.model.spec)
    plan, classes = after.evidence.plan, after.evidence.model.spec.output.classes
    earlier, later = before.records, after.records
    pairs = pair(earlier, later, classes)
    said = pairing(pairs, len(earlier), len(later), plan.minimum_group)
    used = pairs if said.used else None
    return Comparison(
        before=_side(before),
        after=_side(after),
        pairing=said,
        findings=finding_changes(_run(before), _run(after), used),
        metrics=metric_changes(before.evidence, after.evidence, used),
        decisions=None if used is None else _decisions(used, Bootstrap.of(plan)),
    )


def _run(given: Given) -> Run:
    return Run(given.evidence, {found.id: found for found in findings(given.evidence)}, given.regions)


def _side(given: Given) -> Side:
    evidence = given.evidence
    return Side(
        run=given.run,
        evidence=given.digest,
        model=evidence.model.spec.name,
        version=evidence.model.spec.version,
        model_digest=evidence.model.digest,
        set_name=evidence.validation_set.name,
        set_digest=evidence.validation_set.digest,
        plan=evidence.plan.name,
        items=evidence.validation_set.items,
    )


def _decisions(pairs: Pairs, bootstrap: Bootstrap) -> Decisions:
    one, other = pairs.answers
    changed = np.flatnonzero(one.decided != other.decided)
    ways = Counter((int(one.decided[i]), int(other.decided[i])) for i in changed)
    return Decisions(
        changed=bootstrap.share(len(changed), len(pairs), _CHANGED),
        ways=tuple(
            _way(pairs, way, n) for way, n in sorted(ways.items(), key=lambda entry: (-entry[1], entry[0]))
        ),
        items=tuple(
            ChangedDecision(
                item=pairs.after[i].entry.id,
                label=pairs.after[i].entry.label,
                before=pairs.before[i].predicted,
                after=pairs.after[i].predicted,
            )
            for i in changed
        ),
    )


def _way(pairs: Pairs, way: tuple[int, int], n: int) -> Way:
    one, other = pairs.answers
    gone = (one.decided == way[0]) & (other.decided == way[1])
    return Way(
        before=pairs.classes[way[0]],
        after=pairs.classes[way[1]],
        n=n,
        right_before=int(one.right[gone].sum()),
        right_after=int(other.right[gone].sum()),
    )
