"""Real models in the store, and decisions that they took, for tests of re-traces."""

from hashlib import sha256
from pathlib import Path

from django.conf import settings
from safetensors.torch import save_file

from auditor.common.store import Store
from auditor.explain.architectures import build
from auditor.explain.arrays import put_array
from auditor.explain.determinism import deterministic
from auditor.explain.methods.base import Question
from auditor.explain.methods.catalog import method
from auditor.explain.modalities import modality_of
from auditor.explain.model import load
from auditor.explain.spec import ModelSpec, OutputSpec
from auditor.registry.execution import model_digest
from auditor.registry.models import Model, ModelVersion
from tests.decisions import drafts
from tests.explain import row_toys, toys
from tests.folders import PHANTOMS

FILM = sorted((PHANTOMS / "validation" / "images").glob("*.png"))[0]
METHOD = "input_x_gradient"


def store() -> Store:
    return Store.at(settings.STORAGE_URL)


def registered(folder: Path) -> ModelVersion:
    """Register a model folder as intake would, without its sandbox."""
    spec = ModelSpec.parse((folder / "model.json").read_bytes(), name="model.json")
    spec_digest, weights = store().put(spec.to_bytes()), store().put_file(folder / spec.weights)
    return ModelVersion.objects.create(
        model=Model.objects.get_or_create(name=spec.name)[0],
        version=spec.version,
        digest=model_digest(spec_digest, weights),
        spec_digest=spec_digest,
        weights_digest=weights,
        spec=spec.model_dump(mode="json", by_alias=True),
        parameters=1,
        weights_bytes=1,
        tier="layers",
    )


def scored(version: ModelVersion, content: bytes) -> dict[str, float]:
    """Return what a model says of an input, asked directly on one thread."""
    return dict(zip(version.document.output.classes, _asked(version, content), strict=True))


def _asked(version: ModelVersion, content: bytes) -> list[float]:
    with deterministic(0):
        model = load(version.document, store().path(version.weights_digest))
        return model.probabilities(modality_of(model.spec.input).read(content, "film")[None])[0].tolist()


def mapped(version: ModelVersion, content: bytes, put) -> str:
    """Keep the map of the class that a model names, and return its digest."""
    with deterministic(0):
        return _mapped(version, content, put)


def _mapped(version: ModelVersion, content: bytes, put) -> str:
    model = load(version.document, store().path(version.weights_digest))
    given = modality_of(model.spec.input).read(content, "film")[None]
    target = model.probabilities(given).argmax(dim=1)
    return put_array(
        method(METHOD).attribute(model, Question(given, target, (0,)), 1).maps[0].numpy(), put
    ).sha256


def digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def decided(version: ModelVersion, content: bytes | None = None, **changes) -> int:
    """Record a decision that a model took about an input, and return its number."""
    content = FILM.read_bytes() if content is None else content
    fields = {
        "model": version.digest,
        "input": {"content": content, "media_type": "image/png"},
        "scores": scored(version, content),
        "environment": {"device": "cpu", "seed": 0, "tolerance": 0.0},
        "threshold": 0.5,
    }
    return drafts.recorded(**fields | changes)


def table_folder(target: Path) -> Path:
    """Write a small network of rows with random weights as a model folder."""
    config = {"numbers": 7, "classes": 3, "hidden": [8]}
    spec = toys.spec(
        architecture="retrace.SmallMLP",
        config=config,
        input=row_toys.TABLE,
        output=OutputSpec(classes=("a", "b", "c"), activation="softmax"),
        weights="weights.safetensors",
    )
    target.mkdir()
    (target / "model.json").write_bytes(spec.to_bytes())
    with deterministic(1):
        save_file(build("retrace.SmallMLP", config).state_dict(), target / "weights.safetensors")
    return target
