"""The worker's side of a run: the only module that brings torch into a process of the application."""

import socket
import time
from functools import lru_cache
from typing import NamedTuple

import torch
from django.conf import settings

from auditor.audits.lifecycle import run_finished
from auditor.audits.models import Assembly, Run, Shard
from auditor.common.clock import utc_now
from auditor.common.store import Store
from auditor.explain.assembly import assemble, set_facts, software
from auditor.explain.evidence import ModelFacts, ShardResult
from auditor.explain.globals.documents import Reference
from auditor.explain.items import ValidationSet as Items
from auditor.explain.material.overlap import overlap
from auditor.explain.model import AuditedModel, load
from auditor.explain.runner import explain_shard
from auditor.explain.shortcuts.analysis import shortcuts
from auditor.explain.spec import Manifest, ModelSpec
from auditor.explain.survey import survey
from auditor.jobs.models import State


class Explained(NamedTuple):
    """A stored shard result, and where and how fast it was made."""

    digest: str
    host: str
    device: str
    seconds: float


def explain(shard: Shard) -> Explained:
    """Explain the items of one shard and return the digest of the stored result."""
    began, store, run = time.monotonic(), _store(), shard.run
    device = _device(run.model_version.document)
    model = _model(run.model_version.spec_digest, run.model_version.weights_digest, device)
    items = Items(_manifest(run.validation_set.manifest_digest), store, model.spec)
    result = explain_shard(model, items, run.plan.document, shard.index, store.put)
    digest = store.put(result.to_bytes())
    return Explained(digest, socket.gethostname(), _device_name(device), time.monotonic() - began)


def keep_shard(shard: Shard, explained: Explained) -> None:
    """Link the result; whoever finds no shard left to do asks for the assembly.

    The run's row is locked, so exactly one of the last shards sees that it is the last.
    """
    run = Run.objects.select_for_update().get(pk=shard.run_id)
    Shard.objects.filter(pk=shard.pk).update(
        result_digest=explained.digest,
        host=explained.host,
        device=explained.device,
        seconds=explained.seconds,
    )
    if run.state == Run.State.EXPLAINING and not run.shards.exclude(state=State.DONE).exists():
        run.state = Run.State.ASSEMBLING
        run.save(update_fields=["state"])
        Assembly.objects.create(run=run).ring()


def make_evidence(assembly: Assembly) -> str:
    """Assemble the evidence of a run and return the digest under which it is stored."""
    store, run = _store(), assembly.run
    version, plan = run.model_version, run.plan.document
    digests = list(run.shards.order_by("index").values_list("result_digest", flat=True))
    shards = [(digest, ShardResult.parse(store.get(digest), name=f"shard {digest}")) for digest in digests]
    manifest = _manifest(run.validation_set.manifest_digest)
    device = _device(version.document)
    model = _model(version.spec_digest, version.weights_digest, device)
    items = Items(manifest, store, version.document)
    facts = ModelFacts(
        digest=version.digest,
        weights=version.weights_digest,
        spec=version.document,
        parameters=version.parameters,
        layer=shards[0][1].layer,
        tier=shards[0][1].tier,
    )
    evidence = assemble(
        facts,
        set_facts(
            manifest,
            run.validation_set.digest,
            run.validation_set.name,
            run.validation_set.description,
            overlap(manifest, version.training_digest or None, store),
        ),
        plan,
        software(device, tf32=plan.tf32),
        shards,
        lambda records, entries: survey(model, items, records, entries, plan, store.put, _reference(run)),
        lambda records, regions: shortcuts(version.document, items, records, regions, plan, store.put),
    )
    return store.put(evidence.to_bytes())


def _reference(run: Run) -> tuple[Reference, Items] | None:
    """Return the set that drift is measured against, where the run has one."""
    found = run.reference
    if found is None:
        return None
    items = Items(_manifest(found.manifest_digest), _store(), run.model_version.document)
    return Reference(digest=found.digest, name=found.name, items=found.items), items


def keep_evidence(assembly: Assembly, digest: str) -> None:
    """Finish the run with its evidence and tell what comes after it."""
    run = Run.objects.select_for_update().get(pk=assembly.run_id)
    if run.state != Run.State.ASSEMBLING:
        return
    run.state, run.evidence_digest, run.finished_at = Run.State.FINISHED, digest, utc_now()
    run.save(update_fields=["state", "evidence_digest", "finished_at"])
    run_finished.announce(run)


def _store() -> Store:
    return Store.at(settings.STORAGE_URL)


def _device(spec: ModelSpec) -> str:
    return "cuda" if torch.cuda.is_available() and spec.format == "safetensors" else "cpu"


def _device_name(device: str) -> str:
    return torch.cuda.get_device_name() if device == "cuda" else "CPU"


@lru_cache(maxsize=1)
def _model(spec_digest: str, weights_digest: str, device: str) -> AuditedModel:
    store = _store()
    spec = ModelSpec.parse(store.get(spec_digest), name="model.json")
    return load(spec, store.checked_path(weights_digest), device=device)


@lru_cache(maxsize=2)
def _manifest(digest: str) -> Manifest:
    return Manifest.parse(_store().get(digest), name="manifest")
