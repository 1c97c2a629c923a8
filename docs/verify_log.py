"""Verify an exported Retrace ledger offline. Needs Python 3.9 or later and the package `cryptography` alone.

    python verify_log.py EXPORT --key NAME+HASH+KEY [--since CHECKPOINT]

EXPORT is made by `manage.py ledger export`: JSON lines. The first is {"checkpoint": NOTE}, NOTE being a C2SP signed
note (c2sp.org/tlog-checkpoint); each further line holds the bytes of one leaf of the RFC 6962 tree. The key is
printed by `manage.py keys`: take it from the log's owner by another way than the export. CHECKPOINT is a file with
an earlier checkpoint, which the log has to continue. Exit status: 0 verified, 1 not, 2 wrong usage.
"""

import argparse
import base64
import hashlib
import json
import sys
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def sha256(data):
    return hashlib.sha256(data).digest()


def opened(note, key):
    """Return the size and the root of a checkpoint that the key signed; raise ValueError for anything else."""
    name, short, encoded = key.strip().split("+", 2)
    public = base64.b64decode(encoded, validate=True)
    if public[:1] != b"\x01" or sha256(name.encode() + b"\n" + public)[:4].hex() != short:
        raise ValueError("the key is not one of an Ed25519 log, or was mistyped")
    text, _, below = note.rpartition("\n\n")
    origin, size, root = (text + "\n").split("\n")[:3]
    for line in below.splitlines():
        signature = base64.b64decode(line.split(" ")[2]) if line.startswith(f"— {name} ") else b""
        if origin == name and signature[:4].hex() == short:
            try:
                Ed25519PublicKey.from_public_bytes(public[1:]).verify(signature[4:], (text + "\n").encode())
            except InvalidSignature:
                raise ValueError("the signature of the checkpoint is not over its text") from None
            return int(size), base64.b64decode(root, validate=True)
    raise ValueError(f"the checkpoint is not signed by {name} with this key")


def add(edge, leaf):
    """Add a leaf to the tree's right edge, a list of (level, hash) of complete subtrees that shrink to the right."""
    level, node = 0, sha256(b"\x00" + leaf)
    while edge and edge[-1][0] == level:
        level, node = level + 1, sha256(b"\x01" + edge.pop()[1] + node)
    edge.append((level, node))


def root_of(edge):
    nodes = [node for _, node in edge] or [sha256(b"")]
    while len(nodes) > 1:
        right = nodes.pop()
        nodes.append(sha256(b"\x01" + nodes.pop() + right))
    return nodes[0]


def verify(lines, key, since):
    """Return the number of entries; raise ValueError with what is wrong first."""
    size, root = opened(json.loads(next(lines, b"{}"))["checkpoint"], key)
    earlier_size, earlier_root = opened(since, key) if since else (0, sha256(b""))
    edge, count, earlier = [], 0, sha256(b"")
    for line in lines:
        if not line.endswith(b"\n"):
            raise ValueError(f"the export breaks off in entry {count + 1}")
        leaf, count = json.loads(line), count + 1
        if set(leaf) != {"body", "kind", "position", "recorded_at"} or leaf["position"] != count:
            raise ValueError(f"line {count + 1} is not entry {count}")
        add(edge, line[:-1])
        earlier = root_of(edge) if count == earlier_size else earlier
    if count != size:
        raise ValueError(f"the checkpoint is of {size} entries, and the export has {count}")
    if root_of(edge) != root:
        raise ValueError("the entries do not give the root of the checkpoint: one of them was altered")
    if earlier_size > size:
        raise ValueError(f"the log was rolled back: the earlier checkpoint is of {earlier_size} entries")
    if earlier != earlier_root:
        raise ValueError("the log was rewritten: it does not begin with the log of the earlier checkpoint")
    return size


def main():
    parser = argparse.ArgumentParser(description="Verify an exported ledger offline.")
    parser.add_argument("export", type=Path)
    parser.add_argument("--key", required=True)
    parser.add_argument("--since", type=Path)
    given = parser.parse_args()
    try:
        since = given.since.read_text(encoding="utf-8") if given.since else None
        with given.export.open("rb") as lines:
            print(f"verified: {verify(lines, given.key, since)} entries")
    except (OSError, ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        sys.exit(f"NOT verified: {error}")


if __name__ == "__main__":
    main()
