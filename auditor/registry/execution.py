"""The worker's side of intake: examine the upload, then register it whole in one transaction."""

from collections.abc import Iterator

from django.conf import settings

from auditor.common.digest import digest_of
from auditor.common.store import Store
from auditor.explain.spec import Manifest
from auditor.registry.intake.accepted import AcceptedModel, AcceptedSet
from auditor.registry.intake.sandbox import examined
from auditor.registry.models import Intake, Model, ModelVersion, ValidationSet


def examine(intake: Intake) -> AcceptedModel | AcceptedSet:
    """Examine an upload and keep its accepted content under digests that this process computed itself."""
    store = Store.at(settings.STORAGE_URL)
    with examined(intake.kind, store.path(intake.upload_digest), intake.filename) as (accepted, staged):
        for digest in _content(accepted, staged):
            kept = store.put_file(staged.path(digest))
            if kept != digest:
                raise ValueError(f"the child named {digest} what is {kept}")
    return accepted


def _content(accepted: AcceptedModel | AcceptedSet, staged: Store) -> Iterator[str]:
    if isinstance(accepted, AcceptedModel):
        yield from (accepted.spec_digest, accepted.weights_digest)
        if accepted.training_digest is not None:
            yield accepted.training_digest
        return
    for item in Manifest.parse(staged.get(accepted.manifest_digest), name="manifest").items:
        yield item.content
        if item.mask is not None:
            yield item.mask
    yield accepted.manifest_digest


def register(intake: Intake, accepted: AcceptedModel | AcceptedSet) -> None:
    """Register what was accepted; content that is registered already is answered with what there is."""
    if isinstance(accepted, AcceptedModel):
        intake.model_version = _register_model(intake, accepted)
    else:
        intake.validation_set = _register_set(intake, accepted)
    intake.save(update_fields=["model_version", "validation_set"])


def model_digest(spec_digest: str, weights_digest: str, training_digest: str | None = None) -> str:
    """Return the digest of a model version: of its description, its weights and its training list together."""
    parts = {"spec": spec_digest, "weights": weights_digest, "training": training_digest}
    return digest_of({name: digest for name, digest in parts.items() if digest is not None})


def _register_model(intake: Intake, accepted: AcceptedModel) -> ModelVersion:
    model, _ = Model.objects.get_or_create(name=accepted.spec.name)
    version, made = ModelVersion.objects.get_or_create(
        digest=model_digest(accepted.spec_digest, accepted.weights_digest, accepted.training_digest),
        defaults={
            "model": model,
            "version": accepted.spec.version,
            "spec_digest": accepted.spec_digest,
            "weights_digest": accepted.weights_digest,
            "spec": accepted.spec.model_dump(mode="json", by_alias=True),
            "parameters": accepted.parameters,
            "tier": accepted.tier,
            "training_digest": accepted.training_digest or "",
            "training_items": accepted.training_items,
            "weights_bytes": accepted.weights_bytes,
            "registered_by": intake.received_by,
        },
    )
    if not made and not version.tier:
        version.tier = accepted.tier
        version.save(update_fields=["tier"])
    return version


def _register_set(intake: Intake, accepted: AcceptedSet) -> ValidationSet:
    fields = accepted.model_dump(mode="json", exclude={"kind", "digest"})
    validation_set, _ = ValidationSet.objects.get_or_create(
        digest=accepted.digest, defaults={**fields, "registered_by": intake.received_by}
    )
    return validation_set
