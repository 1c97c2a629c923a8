"""A whole installation beside the tests': servers, database, store and commands of its own, with short leases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import folders
from tests.e2e.installation import Installation, installed


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installed(tmp_path_factory.mktemp("installation") / "var") as found:
        yield found


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folders.validation_set(tmp_path_factory.mktemp("films") / "set", 32)


@pytest.fixture(scope="session")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folders.model(tmp_path_factory.mktemp("honest") / "model")


@pytest.fixture(scope="session")
def undisturbed(installation: Installation, films: Path, honest: Path, tmp_path_factory) -> Path:
    """The report of an audit from the command line, which registers the model and the set as well."""
    out = tmp_path_factory.mktemp("undisturbed") / "report.pdf"
    done = installation.audit(honest, films, out)
    assert done.returncode == 0, done.stderr
    return out
