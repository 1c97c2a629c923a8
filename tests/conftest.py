"""What every room's tests use: a store and keys of their own, and folders to hand in."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from tests import folders


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, settings) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGE_URL = (tmp_path / "store").as_uri()
    settings.KEYS_DIR = tmp_path / "keys"


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """Leave no language behind: the middleware activates one for the thread that a test runs in."""
    yield
    translation.deactivate()


@pytest.fixture
def model_folder(tmp_path: Path) -> Path:
    return folders.model(tmp_path / "model")


@pytest.fixture
def set_folder(tmp_path: Path) -> Path:
    return folders.validation_set(tmp_path / "set", 8)
