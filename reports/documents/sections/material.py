"""The model and the validation set."""

from collections.abc import Sequence
from itertools import groupby

from django.utils.translation import gettext as _

from auditor.explain.evidence import GroupCount, SetFacts, Tier
from auditor.explain.formats.fields import listed
from auditor.explain.material.documents import Copies, MissingLabels, Overlap, Pairs
from auditor.explain.spec import Deidentification, GraphInput, ImageInput, InputSpec, TableInput, VolumeInput
from auditor.language import said
from reports.documents.book import Book
from reports.documents.formats import chance, count, percent, short
from reports.documents.kinds import WORDS

Row = tuple[str, str]
_SMALL, _NAMED = 6, 40


def context(book: Book) -> dict[str, object]:
    """Return what the pages on the model and on the set print."""
    evidence = book.evidence
    facts = evidence.validation_set
    groups = groupby(sorted(facts.groups, key=lambda g: (g.column, g.value)), key=lambda g: g.column)
    return {
        "model": _model(book),
        "set": [
            (_("Name"), facts.name),
            (_("Items"), str(facts.items)),
            (
                str(WORDS[evidence.model.spec.input.kind].marked),
                _("%(n)d of %(of)d") % {"n": facts.masks, "of": facts.items},
            ),
            *_marked(facts),
            (_("Copies of another item"), str(facts.duplicates)),
            (_("Rows without a label (left out)"), _left_out(facts.unlabelled)),
            (_("Items that the model was trained on"), _seen(facts.training)),
        ],
        "missing": _missing(book),
        "seen": _named(facts.training.items, facts.training.seen),
        "copies": _copies(facts.copies),
        "identity": _identity(facts.deidentification) if facts.deidentification else [],
        "labels": [(name, n, percent(n / max(facts.items, 1))) for name, n in sorted(facts.labels.items())],
        "columns": [(name, _members(book, list(members))) for name, members in groups],
    }


def _marked(facts: SetFacts) -> list[Row]:
    """Return the row on boxes, where there are any."""
    return (
        [(_("With marked boxes"), _("%(n)d of %(of)d") % {"n": facts.boxes, "of": facts.items})]
        if facts.boxes
        else []
    )


def _left_out(found: MissingLabels) -> str:
    if not found.missing:
        return "0"
    words = {"n": found.missing, "of": found.rows, "share": percent(found.missing / found.rows)}
    return _("%(n)d of %(of)d (%(share)s)") % words


def _seen(found: Overlap) -> str:
    if found.digest is None:
        return _("not declared: no list of training items was handed in with the model")
    words = _("%(seen)d; compared with %(listed)d declared digests (list %(digest)s…)")
    return words % {"seen": found.seen, "listed": found.listed, "digest": found.digest[:12]}


def _named(ids: Sequence[str], count: int) -> str:
    """Return ids in a line, and how many more there are."""
    more = _(" and %(n)d more") % {"n": count - len(ids)} if count > len(ids) else ""
    return ", ".join(ids) + more


def _missing(book: Book) -> list[tuple[str, str, str, str, str]]:
    """Return column, value, rows, share without a label and p of every group; small groups are not printed."""
    found, minimum = book.evidence.validation_set.unlabelled, book.evidence.plan.minimum_group
    if not found.missing:
        return []
    return [
        (
            group.column,
            group.value,
            str(group.rows),
            percent(group.missing / group.rows),
            _("one value only") if group.p is None else chance(group.p),
        )
        for group in found.groups
        if group.rows >= minimum
    ]


def _copies(found: Copies) -> dict[str, object]:
    """Return what the pages say of items that are in the set twice."""
    kinds = ((_("same content"), found.exact), (_("nearly the same"), found.near))
    return {
        "rule": said(found.rule),
        "unmeasured": said(found.unmeasured) or _("not measured"),
        "counts": [
            (
                words,
                str(pairs.count) if pairs.complete else _("at least %(n)d") % {"n": pairs.count},
                str(pairs.labels),
                _across(pairs),
            )
            for words, pairs in kinds
            if pairs is found.exact or found.rule
        ],
        "listed": [
            (
                words,
                pair.first,
                pair.second,
                _("yes") if pair.labels else _("no"),
                ", ".join(pair.across) or _("none"),
            )
            for words, pairs in kinds
            for pair in pairs.listed
        ],
        "more": sum(pairs.count - len(pairs.listed) for _words, pairs in kinds),
    }


def _across(pairs: Pairs) -> str:
    return ", ".join(f"{one.column}: {one.pairs}" for one in pairs.across) or _("none")


def _identity(account: Deidentification) -> list[Row]:
    return [
        (_("Rule"), said(account.profile)),
        (_("Files"), str(account.files)),
        (_("Fields removed or emptied (files)"), listed(account.removed) or _("none")),
        (_("Fields replaced (files)"), listed(account.replaced) or _("none")),
        (
            _("Files that may have text drawn into the picture"),
            _("%(n)d of %(files)d, by what their headers say")
            % {"n": account.burned_in, "files": account.files},
        ),
    ]


def _members(book: Book, members: list[GroupCount]) -> list[tuple[str, str, str]]:
    """Return the rows of one column; many small groups share one row."""
    minimum = book.evidence.plan.minimum_group
    small = [member for member in members if member.n < minimum]
    if len(small) <= _SMALL:
        return [_group(book, member) for member in members]
    rows = [_group(book, member) for member in members if member.n >= minimum]
    words = _("%(count)d values, each on fewer than %(minimum)d") % {"count": len(small), "minimum": minimum}
    return [*rows, (words, str(sum(member.n for member in small)), _("not measured"))]


def _group(book: Book, member: GroupCount) -> tuple[str, str, str]:
    """Return the row of one value; neither small counts are printed nor those from which they would follow."""
    evidence, value, n = book.evidence, member.value, member.n
    if n < evidence.plan.minimum_group:
        return (
            value,
            _("fewer than %(minimum)d") % {"minimum": evidence.plan.minimum_group},
            _("not measured"),
        )
    suppressed = {(one.column, one.value) for one in evidence.performance.groups if one.suppressed}
    if (member.column, value) in suppressed:
        return value, _("not printed"), _("not measured")
    return value, str(n), percent(n / max(evidence.validation_set.items, 1))


def _model(book: Book) -> list[Row]:
    model = book.evidence.model
    spec = model.spec
    return [
        (_("Name"), spec.name),
        (_("Version"), spec.version),
        (_("Network"), spec.network),
        (_("Lets the audit read"), _tier(model.tier)),
        (_("Parameters"), count(model.parameters)),
        *_input(spec.input),
        (
            _("Output"),
            _("%(n)d classes, %(activation)s")
            % {"n": len(spec.output.classes), "activation": spec.output.activation},
        ),
        (_("Classes"), _classes(spec.output.classes)),
        *([(_("Layer that Grad-CAM reads"), model.layer or _("none"))] if _has_layers(spec.input) else []),
    ]


def _tier(tier: Tier) -> str:
    return {
        "predictions": _("its answers"),
        "gradients": _("its answers and their gradients"),
        "layers": _("its answers, their gradients and its layers"),
    }[tier]


def _classes(names: Sequence[str]) -> str:
    shown = ", ".join(name[:60] for name in names[:_NAMED])
    if len(names) <= _NAMED:
        return shown
    return _("%(names)s and %(n)d more") % {"names": shown, "n": len(names) - _NAMED}


def _has_layers(given: InputSpec) -> bool:
    """Return whether Grad-CAM could read a layer of the model's kind."""
    return isinstance(given, ImageInput | VolumeInput)


def _input(given: InputSpec) -> list[Row]:
    if isinstance(given, GraphInput):
        return _graph(given)
    axes = {
        "image": _("channels, height, width"),
        "volume": _("channels, depth, height, width"),
        "table": _("numbers"),
    }
    rows = [(_("Input"), f"{' × '.join(map(str, given.shape))} ({axes[given.kind]})")]
    if isinstance(given, ImageInput | VolumeInput):
        return [*rows, (_("Scaling"), _per_channel(given.mean, given.std))]
    if isinstance(given, TableInput):
        names = [column.label for column in given.columns]
        fixed = [column.label for column in given.columns if column.fixed]
        return [
            *rows,
            (_("Columns"), f"{len(names)}: {'; '.join(names[:40])}{'; …' if len(names) > 40 else ''}"),
            (_("Columns that a person cannot change"), "; ".join(fixed) or _("none named")),
        ]
    return rows


def _graph(given: GraphInput) -> list[Row]:
    names = [feature.label for feature in given.features]
    about = {"graph": _("the whole graph"), "node": _("one node of it")}
    scaling = _per_channel(given.mean, given.std)
    return [
        (_("Input"), _("a graph of at most %(n)d nodes") % {"n": given.nodes}),
        (_("Answers about"), about[given.about]),
        (_("Features of a node"), f"{len(names)}: {'; '.join(names[:40])}{'; …' if len(names) > 40 else ''}"),
        (_("Scaling of the features"), scaling),
    ]


def _per_channel(mean: tuple[float, ...], std: tuple[float, ...]) -> str:
    pairs = [f"(x − {short(m)}) / {short(s)}" for m, s in zip(mean, std, strict=True)]
    return ", ".join(pairs[:4]) + (", …" if len(pairs) > 4 else "")
