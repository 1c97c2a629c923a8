"""The worker's side of a re-trace: the only module of the register that brings torch into a process."""

from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import torch
from django.conf import settings
from torch import Tensor

import auditor
from auditor.common.clock import utc_now
from auditor.common.errors import Corrupt, NotFound, Refused
from auditor.common.said import say
from auditor.common.store import Store
from auditor.explain.again import Answer, answered_again, read_again
from auditor.explain.model import AuditedModel, load
from auditor.explain.spec import ModelSpec
from reports.decisions.actors import officer
from reports.decisions.models import Decision, Retracing
from reports.decisions.recording.draft import DecisionDraft
from reports.decisions.retracing.asking import refuse_restricted
from reports.decisions.retracing.compare import Verdict, compared
from reports.decisions.retracing.documents import Explained, RetraceReport, Terms, Why
from reports.decisions.retracing.explaining import explained
from reports.decisions.retracing.missing import Missing, facts_of, material_of, missing_as, refused_as
from reports.decisions.retracing.sealed import opened_reason, report_kept
from reports.decisions.retracing.surroundings import packages_now, surroundings_differ
from reports.decisions.state import Actor, ActorKind, Outcome, Retraced
from reports.decisions.transitions import event_apply
from reports.keys.subjects import subject_key


class Traced(NamedTuple):
    """What came of a re-trace: its outcome, why, the digest of its report if one can be kept, and a reason in words."""

    outcome: Outcome
    why: tuple[Why, ...]
    report: str
    reason: str


def retrace(job: Retracing) -> Traced:
    """Compute a decision again and return what came of it; the report is in the store.

    Raises EventRefused where its processing was restricted since the schedule asked.
    """
    decision = job.decision
    refuse_restricted(decision, asked_by_person=job.by_id is not None)
    try:
        facts = facts_of(decision)
    except Missing as missing:
        return Traced(Outcome.NOT_REPRODUCIBLE, (missing.why,), "", missing.sentence)
    now = utc_now()
    try:
        report = _report(job, decision, facts, now)
    except Missing as missing:
        report = _bare(job, now, missing.why, missing.sentence)
    key = subject_key(decision.subject_id)
    reason = opened_reason(job, key) or report.detail
    return Traced(report.outcome, report.why, report_kept(job, report, key), reason)


def keep(job: Retracing, traced: Traced) -> None:
    """File what came of a re-trace with the decision, unless that can take no event any more."""
    entry = None
    if traced.report:
        actor = officer(job.by) if job.by else Actor(ActorKind.CLOCK)
        event = Retraced(actor=actor, outcome=traced.outcome, reason=traced.reason, evidence=traced.report)
        entry = event_apply(job.decision_id, event).entry
    Retracing.objects.filter(pk=job.pk).update(
        outcome=traced.outcome.value,
        why=[why.value for why in traced.why],
        report=traced.report,
        entry=entry,
    )


def _report(job: Retracing, decision: Decision, facts: DecisionDraft, now: datetime) -> RetraceReport:
    content = material_of(decision, facts).content
    version, seed = decision.model_version, facts.environment.seed or 0
    device = _device(facts, version.document)
    with missing_as({NotFound: Why.MODEL_GONE, Corrupt: Why.MODEL_CORRUPT, Refused: Why.MODEL_UNUSABLE}):
        model = _model(version.spec_digest, version.weights_digest, device)
    if unknown := sorted(facts.scores.keys() - set(model.classes)):
        raise Missing(
            Why.SCORES_UNKNOWN,
            say(
                "The recorded score %(name)s is none of the model's classes, which are %(classes)s.",
                name=repr(unknown[0]),
                classes=model.classes[:8],
            ),
        )
    with missing_as(refused_as(Why.INPUT_UNREADABLE)):
        given = read_again(
            content, model.spec.input, say("the input of %(decision)s", decision=str(decision))
        )
    answer = answered_again(model, given, seed)
    terms = Terms.model_validate(job.terms)
    scale, scores = _scale(facts, answer)
    explanations = _explained(model, given, facts, seed)
    verdict = compared(
        facts.scores, scores, threshold=facts.threshold, terms=terms, explanations=explanations
    )
    if verdict.outcome is Outcome.NOT_REPRODUCIBLE:
        raise Missing(verdict.why[0], say("The model's scores are not numbers."))
    return _whole(job, now, verdict, explanations).model_copy(
        update={
            "scale": scale,
            "differences": surroundings_differ(facts, version.spec_digest, device),
            "packages": packages_now(),
            "device": device,
        }
    )


def _explained(model: AuditedModel, given: Tensor, facts: DecisionDraft, seed: int) -> tuple[Explained, ...]:
    return () if facts.explanation is None else explained(model, given, facts, seed, _store())


def _whole(
    job: Retracing, now: datetime, verdict: Verdict, explanations: tuple[Explained, ...]
) -> RetraceReport:
    return RetraceReport(
        **_facts(job, now),
        outcome=verdict.outcome,
        why=verdict.why,
        scores=verdict.scores,
        largest=verdict.largest,
        flips=verdict.flips,
        explanations=explanations,
    )


def _bare(job: Retracing, now: datetime, why: Why, sentence: str) -> RetraceReport:
    return RetraceReport(**_facts(job, now), outcome=Outcome.NOT_REPRODUCIBLE, why=(why,), detail=sentence)


def _facts(job: Retracing, now: datetime) -> dict[str, Any]:
    return {
        "decision": job.decision_id,
        "model": job.decision.model_version.digest,
        "asked_at": job.asked_at,
        "made_at": now,
        "terms": Terms.model_validate(job.terms),
        "retrace": auditor.__version__,
    }


def _scale(facts: DecisionDraft, answer: Answer) -> tuple[str, dict[str, float]]:
    """Return which numbers of the model the recorded ones are: what lies outside [0, 1] is no probability."""
    if any(not 0 <= score <= 1 for score in facts.scores.values()):
        return "logits", dict(answer.logits)
    return "probabilities", dict(answer.probabilities)


def _device(facts: DecisionDraft, spec: ModelSpec) -> str:
    """Return the class of device that was recorded, or a GPU where none was, as far as there is one that is used."""
    wanted = facts.environment.device.lower()
    gpu = torch.cuda.is_available() and spec.format == "safetensors" and not wanted.startswith("cpu")
    return "cuda" if gpu else "cpu"


def _store() -> Store:
    return Store.at(settings.STORAGE_URL)


def _model(spec_digest: str, weights_digest: str, device: str) -> AuditedModel:
    """Return a model after checking that its bytes are in the store still."""
    store = _store()
    spec, weights = store.get(spec_digest), store.checked_path(weights_digest)
    return _loaded(spec, str(weights), device)


@lru_cache(maxsize=1)
def _loaded(spec: bytes, weights: str, device: str) -> AuditedModel:
    return load(ModelSpec.parse(spec, name="model.json"), Path(weights), device=device)
