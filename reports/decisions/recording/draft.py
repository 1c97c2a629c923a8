"""A decision as a sending system hands it in: a closed document with limits, whatever it comes in."""

import binascii
from base64 import b64decode
from datetime import UTC, date, datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, StringConstraints, model_validator

from auditor.common.canonical import canonical
from auditor.common.digest import sha256
from auditor.common.said import say
from auditor.explain.document import Document

LARGEST_INPUT = 64 * 2**20


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError(say("text has characters that cannot be printed, such as line breaks"))
    return text


def _storable(text: str) -> str:
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError(say("text has characters that cannot be kept: NUL, or half of a surrogate pair"))
    return text


def _decoded(content: object) -> object:
    """Return bytes as they are and the bytes of text in Base64, which is how JSON carries them."""
    if not isinstance(content, str):
        return content
    try:
        return b64decode(content, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(say("the input's bytes should be given in Base64")) from error


def _in_utc(moment: datetime) -> datetime:
    if moment.year < 1900 or moment.year > 9000:
        raise ValueError(say("the year should be one from 1900 on"))
    return moment.astimezone(UTC)


def _different(names: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(names)) < len(names):
        raise ValueError(say("a name comes twice"))
    return names


Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_one_line)
]
Label = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100), AfterValidator(_one_line)]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000), AfterValidator(_storable)]
Digest = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
Content = Annotated[bytes, Field(max_length=LARGEST_INPUT), BeforeValidator(_decoded)]
Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]


class Input(Document):
    """What the model was given: where the sending system keeps it, its bytes, or at least their SHA-256."""

    reference: Annotated[str, StringConstraints(max_length=500), AfterValidator(_one_line)] = ""
    content: Content | None = None
    media_type: Label = ""
    sha256: Digest | None = None

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.content is None and not self.reference and self.sha256 is None:
            raise ValueError(say("give the input's bytes, its reference or its SHA-256"))
        if self.content is not None and self.sha256 not in (None, sha256(self.content)):
            raise ValueError(say("the input's bytes do not have the SHA-256 that is given"))
        return self


class Human(Document):
    """What part a human had: none, overseeing the model's decision, or deciding with its help."""

    involvement: Literal["none", "oversight", "decision"]
    operator: Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(_one_line)
    ] = ""

    @model_validator(mode="after")
    def _named(self) -> Self:
        if (self.involvement == "none") != (not self.operator):
            raise ValueError(say("name the operator where a human took part, and only there"))
        return self


class Retention(Document):
    """Until when the decision is kept, and why; without a date until somebody erases it."""

    until: date | None = None
    reason: Annotated[Prose, Field(min_length=1)]


class Environment(Document):
    """What the model ran in, for re-tracing: packages with versions, class of device, seed, tolerance of scores."""

    packages: Annotated[dict[Name, Label], Field(max_length=500)] = {}
    device: Label = ""
    seed: Annotated[int, Field(ge=0, le=2**53)] | None = None
    tolerance: Annotated[float, Field(ge=0)] | None = None


class Explanation(Document):
    """The explanation that was given then: its digest, and the methods that were trusted."""

    digest: Digest
    methods: Annotated[tuple[Name, ...], Field(max_length=50)] = ()


class DecisionDraft(Document):
    """One decision; `reference` is the sending system's own name for it, `subject` its identifier of the person."""

    reference: Name
    subject: Name
    model: Digest
    input: Input
    scores: Annotated[dict[Name, float], Field(min_length=1, max_length=1000)]
    outcome: Name
    threshold: float | None = None
    policy_version: Label
    decided_at: Moment
    clock: Label = ""
    recipients: Annotated[tuple[Name, ...], Field(max_length=100), AfterValidator(_different)] = ()
    human: Human
    legal_basis: Annotated[Prose, Field(min_length=1)]
    retention: Retention
    preprocessing: Digest | None = None
    environment: Environment = Environment()
    explanation: Explanation | None = None

    @model_validator(mode="after")
    def _kept_long_enough(self) -> Self:
        if self.retention.until is not None and self.retention.until < self.decided_at.date():
            raise ValueError(say("the retention ends before the decision was taken"))
        return self

    def facts(self) -> bytes:
        """Return what is sealed, as canonical JSON: all of the draft, and of an input's bytes their SHA-256.

        It parses to a draft again, with `input.content` left out.
        """
        body = self.model_dump(mode="json", exclude={"input": {"content"}})
        if self.input.content is not None:
            body["input"]["sha256"] = sha256(self.input.content)
        return canonical(body)
