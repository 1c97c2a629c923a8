"""The whole job without a browser: hand the folders in, audit, and wait for the report."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol, TypeVar

from django.contrib.auth.models import User

from auditor.audits.models import Plan, Run
from auditor.audits.queries import progress_of
from auditor.audits.services import run_cancel, run_start
from auditor.common.clock import utc_now
from auditor.common.errors import Refused, RetraceError
from auditor.common.said import say
from auditor.embedded.processes import log_directory
from auditor.jobs.models import Job, State
from auditor.jobs.reconcile import reconcile
from auditor.registry.models import Intake, Kind, ModelVersion, ValidationSet
from auditor.registry.services import intake_create_from_folder
from reports.documents.declared.services import declarations_make
from reports.documents.declared.statements import Statement
from reports.documents.models import Report

J = TypeVar("J", bound=Job)
POLL_SECONDS, RECONCILE_SECONDS = 0.2, 5.0


class Watcher(Protocol):
    """Whoever wants to hear how far the job is."""

    def say(self, sentence: str) -> None:
        """Hear of the next step."""

    def advance(self, done: int, total: int) -> None:
        """Hear how many parts of the audit are done."""


class Headless:
    """One caller's way through the job; `workers_alive` says whether there is anybody to wait for."""

    def __init__(self, watcher: Watcher, workers_alive: Callable[[], bool]) -> None:
        self._watcher = watcher
        self._alive = workers_alive
        self._reconciled = time.monotonic()

    def model(self, folder: Path) -> ModelVersion:
        """Register the model in a folder and return its version; raises Refused with what is wrong."""
        version = self._taken_in(Kind.MODEL, folder).model_version
        if version is None:
            raise RetraceError(
                say(
                    "%(folder)s was read but no model was registered; see the worker's log.",
                    folder=str(folder),
                )
            )
        return version

    def validation_set(self, folder: Path) -> ValidationSet:
        """Register the validation set in a folder and return it; raises Refused with what is wrong."""
        registered = self._taken_in(Kind.SET, folder).validation_set
        if registered is None:
            raise RetraceError(
                say(
                    "%(folder)s was read but no set was registered; see the worker's log.", folder=str(folder)
                )
            )
        return registered

    def audit(
        self,
        version: ModelVersion,
        items: ValidationSet,
        plan: Plan,
        language: str,
        reference: ValidationSet | None = None,
        compare_with: Run | None = None,
        by: User | None = None,
        declared: Mapping[str, Statement] | None = None,
    ) -> Report:
        """Audit and return the issued report, in which `declared` stands; what interrupts the wait cancels the run."""
        self._watcher.say(f"Auditing {version} on {items.name} ({items.items} items), plan {plan.name}")
        run = run_start(
            model_version=version,
            validation_set=items,
            plan=plan,
            language=language,
            reference=reference,
            compare_with=compare_with,
            by=by,
        )
        try:
            if declared and by:
                declarations_make(run=run, made=declared, by=by)
            self._explained(run)
        except BaseException:
            run.refresh_from_db()
            if run.active:
                run_cancel(run)
            raise
        self._watcher.say("Writing the report")
        report = self.done(Report.objects.get(run=run))
        if report.state != State.DONE:
            raise RetraceError(say("The report was not written: %(why)s", why=report.error))
        return report

    def _taken_in(self, kind: Kind, folder: Path) -> Intake:
        self._watcher.say(f"Reading the {kind.label} in {folder}")
        intake = self.done(intake_create_from_folder(kind=kind, folder=folder, by=None))
        if intake.state != State.DONE:
            raise Refused(intake.error)
        return intake

    def _explained(self, run: Run) -> None:
        while run.active:
            progress = progress_of(run, utc_now())
            self._watcher.advance(progress.done, progress.total)
            self._wait()
            run.refresh_from_db()
        if run.state != Run.State.FINISHED:
            raise RetraceError(say("The audit ended without evidence: %(why)s", why=run.error or run.state))
        self._watcher.advance(*(progress_of(run, utc_now()).total,) * 2)

    def done(self, job: J) -> J:
        """Return a job when nothing will happen to it any more."""
        while not job.finished:
            self._wait()
            job.refresh_from_db()
        return job

    def _wait(self) -> None:
        if not self._alive():
            raise RetraceError(
                say(
                    "The worker ended while it was needed; %(log)s says why.",
                    log=str(log_directory() / "worker.log"),
                )
            )
        if time.monotonic() - self._reconciled > RECONCILE_SECONDS:
            reconcile()
            self._reconciled = time.monotonic()
        time.sleep(POLL_SECONDS)
