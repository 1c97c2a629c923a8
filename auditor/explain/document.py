"""The base of every typed document: frozen, closed, canonical, named by its digest."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, PlainSerializer, PlainValidator, ValidationError

from auditor.common.canonical import canonical
from auditor.common.digest import sha256
from auditor.common.errors import Refused
from auditor.common.said import Said, as_json, from_json, say
from auditor.explain.mistakes import mistake


def _text(value: object) -> Said:
    found = from_json(value)
    if not isinstance(found, str):
        raise ValueError(say("input should be text, or a sentence with its values"))
    return found if isinstance(found, Said) else Said(found, {})


Text = Annotated[str, PlainValidator(_text), PlainSerializer(as_json)]
"""English text of ours for other languages; JSON holds a sentence with values as its template and these."""


class Document(BaseModel):
    """A frozen JSON document; equal documents have equal bytes and so equal digests."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=(), allow_inf_nan=False)

    def to_bytes(self) -> bytes:
        """Return the document as canonical JSON (RFC 8785)."""
        return canonical(self.model_dump(mode="json", by_alias=True))

    def document_digest(self) -> str:
        """Return the SHA-256 of the canonical form."""
        return sha256(self.to_bytes())

    @classmethod
    def parse(cls, content: bytes, *, name: str) -> Self:
        """Return the document that JSON bytes hold.

        Raises Refused with one sentence that names the file and the first field that is wrong.
        """
        try:
            return cls.model_validate_json(content)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            field, problem = ".".join(str(part) for part in first["loc"]), mistake(first)
            if not field:
                raise Refused(say("%(name)s: %(problem)s.", name=name, problem=problem)) from None
            raise Refused(
                say("%(name)s, field %(field)s: %(problem)s.", name=name, field=field, problem=problem)
            ) from None
