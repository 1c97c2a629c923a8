"""What every room's tests use: a store and keys of their own, folders to hand in, and two people."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import translation
from xdist.scheduler import LoadScopeScheduling

from tests import folders

if "PYTEST_XDIST_WORKER" in os.environ:
    # Read by torch when it is imported, and by what tests start.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    # Ignored there, which what tests start would inherit.
    signal.signal(signal.SIGINT, signal.default_int_handler)


class _ByRoom(LoadScopeScheduling):
    """A file's tests run in one process, and so do all that share the installation of the end-to-end tests."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "tests/e2e" if file.startswith("tests/e2e/") else file


@pytest.hookimpl(optionalhook=True)  # so that -p no:xdist works
def pytest_xdist_make_scheduler(config: pytest.Config, log) -> _ByRoom:
    return _ByRoom(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Beside other processes the end-to-end tests go first: they are the longest part that one process has to do."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: not item.nodeid.startswith("tests/e2e/"))


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
