"""The child that reads an upload: it limits itself first, then parses, and answers with one JSON document."""

import ctypes
import os
import resource
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditor.common.store import Store
    from auditor.registry.intake.accepted import AcceptedModel, AcceptedSet

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000


def main(kind: str, upload: str, name: str, salt: str, staging: str, memory: str, seconds: str) -> None:
    """Check one upload; the answer goes to standard output, staged content under `staging`.

    `salt` (hexadecimal) keys the pseudonyms that stand in for people; it is made for this upload alone.
    """
    network = limit(int(memory), int(seconds))
    if not network:
        print("the network could not be taken away from this process", file=sys.stderr)  # noqa: T201
    sys.stdout.write(_answer(kind, Path(upload), name, bytes.fromhex(salt), Path(staging)))


def limit(memory: int, seconds: int) -> bool:
    """Bound memory, processor time, file size and open files; return whether the network is gone, too."""
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 64 * 2**30),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    flags = _CLONE_NEWNET if os.geteuid() == 0 else _CLONE_NEWUSER | _CLONE_NEWNET
    return bool(ctypes.CDLL(None).unshare(flags) == 0)


def _answer(kind: str, upload: Path, name: str, salt: bytes, staging: Path) -> str:
    from auditor.common.errors import RetraceError
    from auditor.common.store import Store
    from auditor.explain.sniff import check_not_pickle
    from auditor.registry.intake.accepted import Outcome
    from auditor.registry.intake.archive import extract

    store = Store(staging / "content")
    try:
        check_not_pickle(upload, name)
        folder = staging / "files"
        folder.mkdir()
        content = extract(upload, name, folder)
        return Outcome(accepted=_accept(kind, content, name, salt, store)).model_dump_json(by_alias=True)
    except RetraceError as error:
        return Outcome(refused=error.sentence).model_dump_json(by_alias=True)


def _accept(
    kind: str, content: Path, name: str, salt: bytes, store: "Store"
) -> "AcceptedModel | AcceptedSet":
    if kind == "model":
        from auditor.registry.intake.weights import accept_model

        return accept_model(content, store)
    from auditor.registry.intake.sets import accept_set

    return accept_set(content, name, salt, store)


if __name__ == "__main__":
    main(*sys.argv[1:])
