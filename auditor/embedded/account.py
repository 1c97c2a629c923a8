"""Who runs the services: ourselves, or nobody when we are root, because Postgres refuses root."""

import os
import pwd
import subprocess
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TypedDict

UNPRIVILEGED = "nobody"


class Identity(TypedDict, total=False):
    """The identity arguments of subprocess.Popen; empty for "stay who we are"."""

    user: int
    group: int
    extra_groups: list[int]


def identity() -> Identity:
    """Return the subprocess arguments that drop root, or none where we are not root."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam(UNPRIVILEGED)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def give(path: Path) -> None:
    """Make the service account the owner of one path."""
    wanted = identity()
    if wanted:
        os.chown(path, wanted["user"], wanted["group"], follow_symlinks=False)


def private_directory(path: Path) -> Path:
    """Create a directory that only the service account (and root) can read; return it."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    give(path)
    return path


def reaches(directory: Path) -> bool:
    """Return whether the service account can traverse to a directory."""
    probe = subprocess.run(["/usr/bin/test", "-x", str(directory)], cwd="/", check=False, **identity())
    return probe.returncode == 0


def run(
    argv: Sequence[str | Path],
    *,
    stdin: str = "",
    environ: dict[str, str] | None = None,
    log: Path | None = None,
    seconds: float = 60,
) -> subprocess.CompletedProcess[str]:
    """Run a service's own tool as the service account, with a bare environment; return what it said.

    The output goes to `log` where one is given (a daemon inherits it), else into the result.
    Raises subprocess.TimeoutExpired.
    """
    bare = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", **(environ or {})}
    with ExitStack() as stack:
        sink = stack.enter_context(log.open("ab")) if log else subprocess.PIPE
        return subprocess.run(
            [str(part) for part in argv],
            input=stdin,
            stdout=sink,
            stderr=sink,
            env=bare,
            cwd="/",
            text=True,
            timeout=seconds,
            check=False,
            **identity(),
        )
