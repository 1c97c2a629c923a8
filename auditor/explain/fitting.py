"""Whether a validation set fits a model: kind, columns and labels; without torch, so that the web can ask."""

import difflib
from collections.abc import Sequence

from auditor.common.errors import Refused
from auditor.common.said import count, say, some_of
from auditor.explain import words
from auditor.explain.spec import GraphInput, Manifest, ModelSpec, TableInput


def check_fit(manifest: Manifest, spec: ModelSpec) -> None:
    """Raise Refused naming what differs: the kind of item, a column, or a label that is none of the classes."""
    if manifest.kind != spec.input.kind:
        raise Refused(
            say(
                "The set holds items of the kind %(set)s and the model %(model)s takes items of the kind "
                "%(kind)s; choose a set that fits.",
                set=words.KINDS[manifest.kind],
                model=repr(spec.name),
                kind=words.KINDS[spec.input.kind],
            )
        )
    if isinstance(spec.input, TableInput):
        check_columns(manifest.columns, spec.input, say("The set's table"))
    if isinstance(spec.input, GraphInput):
        wanted = [feature.name for feature in spec.input.features]
        check_names(manifest.columns, wanted, say("Every graph of the set"), features=True)
    whole = not manifest.unlabelled.rows
    for row, item in enumerate(manifest.items, start=2):
        if item.label not in spec.output.classes:
            where = say("row %(row)s", row=row) if whole else say("id %(id)s", id=repr(item.id))
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
    check_names(names, [column.name for column in spec.columns], where)


def check_names(names: Sequence[str], wanted: Sequence[str], where: str, *, features: bool = False) -> None:
    """Raise Refused naming every one of the wanted names that is lacking, with the nearest that is there."""
    lacking = [name for name in wanted if name not in names]
    if not lacking:
        return
    near = difflib.get_close_matches(lacking[0], [name for name in names if name not in wanted], n=1)
    meant = (
        say(" (is %(near)s meant for %(lacking)s?)", near=repr(near[0]), lacking=repr(lacking[0]))
        if near
        else ""
    )
    named = some_of([repr(name) for name in lacking], 5)
    raise Refused(
        count(
            "%(where)s lacks the feature %(named)s that model.json names%(meant)s; rename the features or add them.",
            "%(where)s lacks the features %(named)s that model.json names%(meant)s; rename the features or add them.",
            len(lacking),
            where=where,
            named=named,
            meant=meant,
        )
        if features
        else count(
            "%(where)s lacks the column %(named)s that model.json names%(meant)s; rename the columns or add them.",
            "%(where)s lacks the columns %(named)s that model.json names%(meant)s; rename the columns or add them.",
            len(lacking),
            where=where,
            named=named,
            meant=meant,
        )
    )
