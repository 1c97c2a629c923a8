"""Whether a validation set fits a model: kind, columns and labels; without torch, so that the web can ask."""

import difflib
from collections.abc import Sequence

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain.spec import GraphInput, Manifest, ModelSpec, TableInput


def check_fit(manifest: Manifest, spec: ModelSpec) -> None:
    """Raise Refused naming what differs: the kind of item, a column, or a label that is none of the classes."""
    if manifest.kind != spec.input.kind:
        raise Refused(
            say(
                "The set holds items of the kind %(set)s and the model %(model)s takes items of the kind "
                "%(kind)s; choose a set that fits.",
                set=manifest.kind,
                model=repr(spec.name),
                kind=spec.input.kind,
            )
        )
    if isinstance(spec.input, TableInput):
        check_columns(manifest.columns, spec.input, "The set's table")
    if isinstance(spec.input, GraphInput):
        wanted = [feature.name for feature in spec.input.features]
        check_names(manifest.columns, wanted, "feature", "Every graph of the set")
    whole = not manifest.unlabelled.rows
    for row, item in enumerate(manifest.items, start=2):
        if item.label not in spec.output.classes:
            where = f"row {row}" if whole else f"id {item.id!r}"
            raise Refused(
                say(
                    "labels.csv, %(where)s: the label %(label)s is none of the model's classes, which are "
                    "%(classes)s; correct the label or choose the model that was trained for this set.",
                    where=where,
                    label=repr(item.label),
                    classes=spec.output.classes[:20],
                )
            )


def check_columns(names: Sequence[str], spec: TableInput, where: str) -> None:
    """Raise Refused naming every column of the model that a table lacks, with the nearest that it has.

    Columns that the model does not know are no fault; they are not read.
    """
    check_names(names, [column.name for column in spec.columns], "column", where)


def check_names(names: Sequence[str], wanted: Sequence[str], what: str, where: str) -> None:
    """Raise Refused naming every one of the wanted names that is lacking, with the nearest that is there."""
    lacking = [name for name in wanted if name not in names]
    if not lacking:
        return
    near = difflib.get_close_matches(lacking[0], [name for name in names if name not in wanted], n=1)
    hint = f" (is {near[0]!r} meant for {lacking[0]!r}?)" if near else ""
    more = f" and {len(lacking) - 5} more" if len(lacking) > 5 else ""
    raise Refused(
        f"{where} lacks the {what if len(lacking) == 1 else f'{what}s'} "
        f"{', '.join(map(repr, lacking[:5]))}{more} that model.json names{hint}; rename the {what}s or add them."
    )
