"""Where the embedded services keep their data: under var/, or where the service account can reach."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from auditor.embedded import account, locks

REACHABLE = Path("/var/tmp")  # noqa: S108 - only mkdtemp is used below it
GATE = "embedded.start"


def checkout() -> Path:
    """Return the root of this checkout."""
    return Path(__file__).resolve().parents[2]


def var_directory() -> Path:
    """Return the data directory: RETRACE_VAR where set, else var/ of the checkout. It may not exist yet."""
    return Path(os.environ.get("RETRACE_VAR") or checkout() / "var").resolve()


@dataclass(frozen=True)
class Layout:
    """The files of one embedded installation: ours under var, the services' own under home."""

    var: Path
    home: Path

    @property
    def gate(self) -> Path:
        """Whoever starts or stops the servers holds this file's lock alone."""
        return self.var / GATE

    @property
    def state(self) -> Path:
        """Ports, passwords and process ids; mode 0600."""
        return self.var / "embedded.json"

    @property
    def logs(self) -> Path:
        """What the servers and the workers say."""
        return self.var / "log"

    @property
    def postgres(self) -> Path:
        """The Postgres data directory, owned by the service account."""
        return self.home / "postgres"

    @property
    def redis(self) -> Path:
        """The Redis working directory, owned by the service account."""
        return self.home / "redis"


def prepare(var: Path) -> Layout:
    """Create the directories of an installation and return where they are; the choice is made once."""
    var.mkdir(parents=True, exist_ok=True)
    with locks.exclusive(var / GATE):
        layout = Layout(var, _home(var))
    layout.logs.mkdir(exist_ok=True)
    return layout


def _home(var: Path) -> Path:
    elsewhere = var / "embedded.home"
    if elsewhere.exists():
        recorded = Path(elsewhere.read_text(encoding="utf-8").strip())
        if recorded.is_dir():
            return recorded
    elif (var / "postgres").exists() or account.reaches(var):
        return var
    created = _reachable(var)
    elsewhere.write_text(f"{created}\n", encoding="utf-8")
    return created


def _reachable(var: Path) -> Path:
    name = hashlib.sha256(os.fsencode(var)).hexdigest()[:12]
    created = Path(tempfile.mkdtemp(prefix=f"retrace-{name}-", dir=REACHABLE))
    created.chmod(0o755)
    return created
