"""What every room's tests use: a store and keys of their own, folders to hand in, and two people."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
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


@pytest.fixture
def ada(db) -> User:
    return User.objects.create_user("ada", first_name="Ada", last_name="Lovelace")


@pytest.fixture
def bea(db) -> User:
    return User.objects.create_user("bea", first_name="Bea", last_name="Worth")
