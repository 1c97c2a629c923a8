"""A skops archive read without trust: its members, its schema and its arrays are judged before skops sees them."""

import io
import json
import math
import re
import zipfile
from collections.abc import Iterator
from typing import Any, cast

import numpy as np
import skops
from skops.io._protocol import PROTOCOL

from auditor.common.errors import Refused
from auditor.common.said import say

State = dict[str, Any]

_MEMBER = re.compile(r"schema\.json|[0-9]{1,20}\.npy")
_MOST_MEMBERS, _MOST_BYTES, _MOST_SCHEMA, _MOST_RATIO, _MOST_DEPTH = 200_000, 8 * 2**30, 128 * 2**20, 200, 200
_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


class Archive:
    """The schema of an archive and the headers of its arrays, checked; nothing of it is constructed.

    `size` is the number of values in its arrays. Raises Refused for anything but a whole zip of one schema.json and
    plain numeric arrays whose lengths are what their headers say.
    """

    def __init__(self, content: bytes, name: str) -> None:
        self.name, self._content = name, content
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                self._check_members(archive.infolist())
                self.schema = self._read_schema(archive)
                self.size = sum(self._check_array(archive, member) for member in archive.infolist())
        except (zipfile.BadZipFile, EOFError, KeyError, RuntimeError, NotImplementedError) as error:
            raise Refused(
                say(
                    "%(name)s is not a whole skops archive (%(problem)s); save it again.",
                    name=name,
                    problem=str(error),
                )
            ) from None

    def states(self) -> Iterator[State]:
        """Yield every described object of the schema, in its order, the outer before the inner."""
        waiting: list[tuple[Any, int]] = [(self.schema, 0)]
        while waiting:
            value, depth = waiting.pop()
            if depth > _MOST_DEPTH:
                raise Refused(
                    say(
                        "%(name)s nests its objects more than %(most)s levels deep.",
                        name=self.name,
                        most=_MOST_DEPTH,
                    )
                )
            if isinstance(value, dict):
                if "__loader__" in value:
                    yield value
                value = list(value.values())
            if isinstance(value, list):
                waiting.extend((inner, depth + 1) for inner in reversed(value))

    def array(self, state: State) -> np.ndarray:
        """Return the array that a state describes; raises ValueError where it describes anything else."""
        if (state["__loader__"], state["type"], state["__class__"]) != ("NdArrayNode", "numpy", "ndarray"):
            raise ValueError("a plain array is needed")
        with zipfile.ZipFile(io.BytesIO(self._content)) as archive:
            return cast(np.ndarray, np.load(io.BytesIO(archive.read(state["file"])), allow_pickle=False))

    def checked(self) -> bytes:
        """Return the archive again, with the schema that was checked.

        Its objects bear no ids: skops would take an object with the id of an earlier one for that one, whatever it
        says of itself.
        """
        content = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(self._content)) as source, zipfile.ZipFile(content, "w") as target:
            for member in source.namelist():
                given = json.dumps(self.schema) if member == "schema.json" else source.read(member)
                target.writestr(member, given)
        return content.getvalue()

    def _check_members(self, members: list[zipfile.ZipInfo]) -> None:
        names = [member.filename for member in members]
        for member in members:
            if not _MEMBER.fullmatch(member.filename) or member.flag_bits & 0x1:
                raise Refused(
                    say(
                        "%(name)s: member %(member)s does not belong into a skops archive; only schema.json and "
                        "arrays do.",
                        name=self.name,
                        member=repr(member.filename),
                    )
                )
            if member.file_size > _MOST_RATIO * max(member.compress_size, 1) + 2**20:
                raise Refused(
                    say(
                        "%(name)s: member %(member)s unpacks to more than %(most)s times its size.",
                        name=self.name,
                        member=repr(member.filename),
                        most=_MOST_RATIO,
                    )
                )
        if len(set(names)) != len(names):
            raise Refused(say("%(name)s holds a member twice; save it again.", name=self.name))
        if len(names) > _MOST_MEMBERS or sum(member.file_size for member in members) > _MOST_BYTES:
            raise Refused(
                say(
                    "%(name)s has more than %(most)s members or %(size)s GiB.",
                    name=self.name,
                    most=_MOST_MEMBERS,
                    size=_MOST_BYTES // 2**30,
                )
            )

    def _read_schema(self, archive: zipfile.ZipFile) -> State:
        if archive.getinfo("schema.json").file_size > _MOST_SCHEMA:
            raise Refused(
                say(
                    "%(name)s has a schema of more than %(most)s MiB.",
                    name=self.name,
                    most=_MOST_SCHEMA // 2**20,
                )
            )
        try:
            schema = json.loads(archive.read("schema.json"), object_hook=_without_id)
        except (ValueError, RecursionError) as error:
            raise Refused(
                say("%(name)s has a schema that is not JSON; save it again.", name=self.name)
            ) from error
        if not isinstance(schema, dict) or schema.get("protocol") != PROTOCOL:
            version = (
                str(schema.get("_skops_version"))[:40]
                if isinstance(schema, dict)
                else say("an unknown version")
            )
            raise Refused(
                say(
                    "%(name)s was written by skops %(version)s, whose files skops %(installed)s does not "
                    "read as they are; load it where it was made and save it again with skops %(installed)s.",
                    name=self.name,
                    version=version,
                    installed=skops.__version__,
                )
            )
        return schema

    def _check_array(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> int:
        if member.filename == "schema.json":
            return 0
        try:
            with archive.open(member) as stream:
                shape, _, dtype = _HEADERS[np.lib.format.read_magic(stream)](stream)
                count, room = math.prod(shape), member.file_size - stream.tell()
        except (ValueError, KeyError, TypeError, SyntaxError) as error:
            raise Refused(
                say(
                    "%(name)s: member %(member)s is not an array (%(problem)s).",
                    name=self.name,
                    member=repr(member.filename),
                    problem=str(error),
                )
            ) from None
        if dtype.hasobject or min(shape, default=0) < 0 or count * dtype.itemsize != room:
            raise Refused(
                say(
                    "%(name)s: member %(member)s holds no numbers, or not as many as it says.",
                    name=self.name,
                    member=repr(member.filename),
                )
            )
        return count


def _without_id(value: State) -> State:
    return {key: inner for key, inner in value.items() if key != "__id__"}
