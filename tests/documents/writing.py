"""A finished run whose decisions letters can be written about, what they need declared, and the worker's part."""

from datetime import UTC, datetime

from django.contrib.auth.models import User

from auditor.audits.models import Run
from auditor.jobs.work import work
from reports.documents.declared.services import declaration_make
from reports.documents.letter import execution
from reports.documents.models import Letter
from reports.documents.queries import store
from tests import rows
from tests.documents import factory, letters
from tests.documents.trust_factory import trust


def run_with_evidence() -> Run:
    """Return a finished run with methods that passed their tests."""
    run = rows.run()
    run.state, run.started_at = Run.State.FINISHED, datetime.now(UTC)
    run.finished_at = run.started_at
    run.evidence_digest = store().put(factory.evidence(store(), trust=trust()).to_bytes())
    run.save()
    return run


def declare_all(run: Run, by: User) -> None:
    """Declare what a letter cannot be sent without."""
    for (section, field), text in letters.STATED.items():
        declaration_make(run=run, field=f"{section}.{field}", text=text, by=by)


def written(letter: Letter) -> Letter:
    """Write a letter that waits, as a worker does."""
    assert work(Letter, letter.pk, compute=execution.write_letter, settle=execution.keep)
    return Letter.objects.get(pk=letter.pk)
