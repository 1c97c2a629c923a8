"""Rows that stand for registered things where a test is not about how they came in."""

from pathlib import Path

from django.conf import settings

from auditor.audits.models import Plan, Run
from auditor.audits.services import plan_named, run_start
from auditor.common.digest import digest_of, sha256
from auditor.common.store import Store
from auditor.explain.spec import ItemEntry, Manifest
from auditor.registry.models import Intake, Kind, Model, ModelVersion, ValidationSet
from tests.explain import toys


def intake() -> Intake:
    return Intake.objects.create(kind=Kind.SET, filename="set.zip", upload_digest=sha256(b""))


def model_version(version: str = "1", model: str = "toy") -> ModelVersion:
    spec = toys.spec()
    owner, _ = Model.objects.get_or_create(name=model)
    return ModelVersion.objects.create(
        model=owner,
        version=version,
        digest=digest_of({"model": model, "version": version}),
        spec_digest=spec.document_digest(),
        weights_digest=sha256(b"weights"),
        spec=spec.model_dump(mode="json", by_alias=True),
        parameters=10,
        weights_bytes=7,
    )


def validation_set(*labels: str) -> ValidationSet:
    labels = labels or toys.CLASSES * 20
    items = tuple(
        ItemEntry(id=f"i{number}", label=label, groups={}, content=sha256(b"image"), mask=None)
        for number, label in enumerate(labels)
    )
    manifest = Manifest(items=items)
    return ValidationSet.objects.create(
        name="toys",
        digest=digest_of(list(labels)),
        manifest_digest=Store.at(settings.STORAGE_URL).put(manifest.to_bytes()),
        items=len(labels),
        labels={label: labels.count(label) for label in labels},
        groups={},
        masks=0,
        unlisted=0,
    )


def plan() -> Plan:
    return plan_named("quick")


def run() -> Run:
    return run_start(model_version=model_version(), validation_set=validation_set(), plan=plan())


def path_of(digest: str) -> Path:
    return Store.at(settings.STORAGE_URL).path(digest)
