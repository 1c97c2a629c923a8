"""A missing server is one sentence that names what to install."""

import subprocess
import sys
from pathlib import Path

import pytest

from auditor.embedded import binaries, layout


@pytest.fixture
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(binaries, "POSTGRES_HOMES", tmp_path)


@pytest.mark.usefixtures("bare_machine")
@pytest.mark.parametrize("find", [binaries.postgres_tools, binaries.redis_server])
def test_missing_server_names_the_packages(find) -> None:
    with pytest.raises(binaries.ServiceMissingError, match="apt-get install postgresql redis-server"):
        find()


@pytest.mark.usefixtures("bare_machine")
def test_newest_complete_postgres_wins(tmp_path: Path) -> None:
    for version, tools in {"9": 4, "15": 4, "16": 2}.items():
        home = tmp_path / version / "bin"
        home.mkdir(parents=True)
        for tool in binaries.POSTGRES_TOOLS[:tools]:
            (home / tool).touch()
    assert binaries.postgres_tools() == tmp_path / "15" / "bin"


def test_command_line_says_it_in_one_line(var: Path, tmp_path: Path) -> None:
    source = (
        "import pathlib, sys; from auditor.embedded import __main__, binaries; from auditor.embedded.entry "
        f"import guarded; binaries.POSTGRES_HOMES = pathlib.Path({str(tmp_path)!r}); "
        "sys.argv[1:] = ['exec', '--', 'true']; sys.exit(guarded(__main__.main))"
    )
    done = subprocess.run(
        [sys.executable, "-c", source],
        env={"PATH": str(tmp_path), "RETRACE_VAR": str(var)},
        cwd=layout.checkout(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "apt-get install postgresql redis-server" in done.stderr
