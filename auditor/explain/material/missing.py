"""Rows without a label, and whether they fall on all groups alike."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy.stats import fisher_exact

from auditor.explain.globals.drift import holm
from auditor.explain.material.documents import MissingGroup, MissingLabels
from auditor.explain.spec import Manifest

Group = tuple[str, str]


def missing_labels(manifest: Manifest) -> MissingLabels:
    """Return how many rows have no label, in all and by group, with a test of every group against its column's rest."""
    left_out, kept = manifest.unlabelled, manifest.items
    if not left_out.rows:
        return MissingLabels(rows=len(kept))
    missing: Counter[Group] = Counter({(g.column, g.value): g.n for g in left_out.groups})
    labelled = Counter(pair for item in kept for pair in item.groups.items())
    groups = sorted(missing.keys() | labelled.keys())
    found = _tested(groups, missing, labelled)
    return MissingLabels(
        missing=left_out.rows,
        rows=left_out.rows + len(kept),
        groups=tuple(
            MissingGroup(
                column=group[0],
                value=group[1],
                missing=missing[group],
                rows=missing[group] + labelled[group],
                p=found.get(group),
            )
            for group in groups
        ),
    )


def _tested(groups: Sequence[Group], missing: Counter[Group], labelled: Counter[Group]) -> dict[Group, float]:
    """Return the corrected p of each group; the two groups of a column with two values share one test."""
    tests: dict[tuple[Group, ...], float] = {}
    for column in dict.fromkeys(column for column, _ in groups):
        members = [group for group in groups if group[0] == column]
        shared = [tuple(members)] if len(members) == 2 else [(group,) for group in members]
        for one in shared if len(members) > 1 else ():
            rest = [group for group in members if group != one[0]]
            counts = [
                [missing[one[0]], labelled[one[0]]],
                [sum(missing[group] for group in rest), sum(labelled[group] for group in rest)],
            ]
            tests[one] = float(fisher_exact(counts).pvalue)
    corrected = holm(np.array(list(tests.values()))).tolist()
    return {group: p for one, p in zip(tests, corrected, strict=True) for group in one}
