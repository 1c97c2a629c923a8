"""What is running for this checkout: one small file that only its owner can read."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Service:
    """One running server: its loopback port, its generated password and its process id."""

    port: int
    password: str
    pid: int


@dataclass(frozen=True)
class State:
    """Both services, as last started."""

    postgres: Service
    redis: Service


def load(path: Path) -> State | None:
    """Return the recorded state, or None where there is none or it was cut short by a crash."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return State(postgres=Service(**document["postgres"]), redis=Service(**document["redis"]))
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None


def save(path: Path, state: State) -> None:
    """Replace the recorded state in one step; the file is mode 0600 from its first byte."""
    write_private(path, json.dumps(asdict(state), indent=1))


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, replacing an older one in one step."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    beside.replace(path)
