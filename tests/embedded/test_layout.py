"""The data lies under var, or where an unprivileged Postgres can reach it."""

import os
from pathlib import Path

import pytest

from auditor import embedded
from auditor.embedded import layout
from tests.embedded import servers

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has an account to step down to")


@as_root
def test_unreachable_var_moves_the_data_and_remembers_where(var: Path) -> None:
    var.mkdir()
    var.chmod(0o700)
    home = layout.prepare(var).home
    assert home != var
    assert home.stat().st_uid == 0
    var.chmod(0o755)
    assert layout.prepare(var).home == home
    with embedded.environment():
        assert servers.answering(var)
        assert (home / "postgres" / "PG_VERSION").is_file()
    embedded.remove()
    assert not home.exists()


@as_root
def test_servers_do_not_run_as_root(var: Path) -> None:
    with embedded.environment():
        owner = Path(f"/proc/{servers.postmaster(var)}").stat().st_uid
        assert owner != 0
        assert Path(f"/proc/{servers.state(var).redis.pid}").stat().st_uid == owner
