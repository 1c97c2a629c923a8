"""Cover and identity: which report about what, with digests in full."""

from django.utils.translation import gettext as _

from reports.documents.book import ReportBook
from reports.documents.formats import moment, number, short
from reports.documents.sections.declarations import declared

Row = tuple[str, str]


def context(book: ReportBook) -> dict[str, object]:
    """Return what the cover and the identity page print."""
    snapshot = book.snapshot
    evidence = snapshot.evidence
    return {
        "issued": moment(snapshot.issued_at),
        "short": snapshot.evidence_digest[:12],
        "controller": next(one for one in declared(book, "identity") if one.name == "controller"),
        "digests": [
            (_("Evidence"), snapshot.evidence_digest),
            (_("Model (weights and description)"), evidence.model.digest),
            (_("Weights alone"), evidence.model.weights),
            (_("Validation set (Merkle root)"), evidence.validation_set.digest),
            (_("Plan"), evidence.plan_digest),
            (_("Ledger entry of the evidence"), snapshot.ledger.hash),
        ],
        "run": _run(book),
        "thresholds": _thresholds(book),
        "software": sorted(evidence.software.packages.items()),
        "sign_off": _sign_off(book),
    }


def _run(book: ReportBook) -> list[Row]:
    conditions, software = book.snapshot.conditions, book.evidence.software
    seconds = conditions.compute_seconds
    plan = {"name": book.evidence.plan.name, "seed": book.evidence.plan.seed}
    return [
        (_("Report"), book.snapshot.report_id),
        *([(_("Replaces report"), book.snapshot.supersedes)] if book.snapshot.supersedes else []),
        (_("Issued"), moment(book.snapshot.issued_at)),
        (_("Ledger position of the evidence"), str(book.snapshot.ledger.position)),
        (_("Run"), book.snapshot.run_id),
        (_("Started"), moment(conditions.started_at)),
        (_("Finished"), moment(conditions.finished_at)),
        (_("Plan"), _("%(name)s, seed %(seed)d") % plan),
        (_("Plan fixed"), _fixed(book)),
        (_("Software"), f"Retrace {software.retrace}, {software.device_class}, {software.dtype}"),
        (_("Computed on"), ", ".join(conditions.devices) or _("not recorded")),
        (_("Hosts"), ", ".join(conditions.hosts) or _("not recorded")),
        (_("Parts of the run"), str(conditions.shards)),
        (
            _("Computing time"),
            _("not recorded") if seconds is None else _("%(n)s seconds") % {"n": number(seconds, 1)},
        ),
    ]


def _fixed(book: ReportBook) -> str:
    plan = book.snapshot.plan
    if plan is None:
        return _("not recorded")
    words = {"by": plan.by, "when": moment(plan.when)}
    return _("by %(by)s on %(when)s") % words if plan.by else words["when"]


def _thresholds(book: ReportBook) -> list[dict[str, str]]:
    """Return the thresholds that were changed when the plan was made."""
    return [
        {
            "name": change.name,
            "before": short(change.before),
            "after": short(change.after),
            "base": change.base or _("defaults of the product"),
            "by": change.by or _("not recorded"),
            "when": moment(change.when),
        }
        for change in (book.snapshot.plan.changes if book.snapshot.plan else ())
    ]


def _sign_off(book: ReportBook) -> dict[str, str] | None:
    """Return who signed the report off, or None for an interim report."""
    signed = book.snapshot.sign_off
    if signed is None:
        return None
    return {
        "by": signed.by,
        "when": moment(signed.when),
        "statement": signed.statement,
        "prepared_by": signed.prepared_by,
    }
