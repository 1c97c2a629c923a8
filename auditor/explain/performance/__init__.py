"""How well decisions agree with labels: overall, per group and intersection, with intervals and gaps."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from auditor.explain.bootstrap import Bootstrap
from auditor.explain.performance.answers import Answers
from auditor.explain.performance.calibration import calibration
from auditor.explain.performance.documents import Performance
from auditor.explain.performance.gaps import gaps
from auditor.explain.performance.groups import account, by_group, columns_of, crossed
from auditor.explain.performance.metrics import metrics, prevalence
from auditor.explain.plan import Plan

if TYPE_CHECKING:
    from auditor.explain.evidence import ItemRecord

__all__ = ["Answers", "metrics", "performance"]


def performance(records: "Sequence[ItemRecord]", classes: Sequence[str], plan: Plan) -> Performance:
    """Return the performance over all records, by group, by intersection of two groups, and the gaps between groups.

    Groups under the plan's minimum are suppressed, and so are those from which they could be computed.
    """
    answers, minimum, bootstrap = Answers.read(records, classes), plan.minimum_group, Bootstrap.of(plan)
    columns = columns_of([record.entry.groups for record in records], minimum)
    met = crossed(columns, answers, classes, bootstrap, minimum)
    apart, untested = gaps(columns, answers, classes, bootstrap, minimum)
    return Performance(
        overall=metrics(answers, classes, bootstrap, minimum),
        groups=tuple(
            group for column in columns for group in by_group(column, answers, classes, bootstrap, minimum)
        ),
        confusion=tuple(tuple(int(count) for count in row) for row in answers.confusion()),
        prevalence=prevalence(answers, classes, bootstrap),
        calibration=calibration(answers, classes, bootstrap, minimum),
        accounts=(*(account(column) for column in columns), *met.accounts),
        intersections=tuple(met.intersections),
        gaps=tuple(apart),
        left_out=(*met.left_out, *untested),
    )
