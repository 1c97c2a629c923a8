"""Every test gets a data directory of its own, and leaves no server behind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor import embedded

NAMES = ("DATABASE_URL", "CELERY_BROKER_URL", "STORAGE_URL", "RETRACE_KEYS", "RETRACE_SECRET_KEY")


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    directory = (tmp_path / "var").resolve()
    monkeypatch.setenv("RETRACE_VAR", str(directory))
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    yield directory
    embedded.remove()
