"""The body of a request: read in pieces, and no further than its limit."""

from collections.abc import Iterator
from hashlib import sha256

from django.http import HttpRequest

from auditor.common.said import say
from reports.decisions.api.problems import Kind, Problem

_PIECE = 2**16


class Body:
    """A body that is read once; `digest` is of what was read."""

    def __init__(self, request: HttpRequest, *, types: tuple[str, ...], limit: int) -> None:
        """Refuse what is seen before reading: raises Problem for another type, no length, or one over the limit."""
        _of_type(request, types)
        self._limit = limit
        self._declared = _declared(request)
        self._stream = request if self._declared is not None else request.META["wsgi.input"]
        self._seen = sha256()
        if self._declared is not None and self._declared > limit:
            raise _too_large(limit)

    def pieces(self) -> Iterator[bytes]:
        """Yield the body piece by piece; raises Problem where it goes over the limit, or ends before its end."""
        read = 0
        while piece := self._piece(self._limit + 1 - read):
            read += len(piece)
            if read > self._limit:
                raise _too_large(self._limit)
            self._seen.update(piece)
            yield piece
        if self._declared not in (None, read):
            raise _broken_off()

    def whole(self) -> bytes:
        """Return all of the body; raises as `pieces`."""
        return b"".join(self.pieces())

    @property
    def digest(self) -> str:
        """Return the SHA-256 of what was read."""
        return self._seen.hexdigest()

    def _piece(self, most: int) -> bytes:
        try:
            return self._stream.read(min(_PIECE, most))
        except OSError as error:
            raise _broken_off() from error


def _of_type(request: HttpRequest, types: tuple[str, ...]) -> None:
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    charset = (request.content_params or {}).get("charset", "utf-8").lower()
    if request.content_type not in types or charset not in ("utf-8", "utf8") or encoding != "identity":
        raise Problem(
            Kind.CONTENT_TYPE,
            say("Send %(type)s in UTF-8, not compressed, and say so in Content-Type.", type=types[0]),
        )


def _declared(request: HttpRequest) -> int | None:
    """Return how long a body is said to be; None where it comes in chunks, whose server must tell their end."""
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        if not request.META.get("wsgi.input_terminated"):
            raise Problem(Kind.LENGTH_REQUIRED, say("Say how long the request is, in Content-Length."))
        return None
    length = request.META.get("CONTENT_LENGTH") or ""
    if not (length.isascii() and length.isdigit()):
        raise Problem(Kind.LENGTH_REQUIRED, say("Say how long the request is, in Content-Length."))
    return int(length)


def _too_large(limit: int) -> Problem:
    sentence = say(
        "A request here has at most %(limit)s bytes; split the batch, or name inputs.", limit=limit
    )
    return Problem(Kind.TOO_LARGE, sentence, limit=limit)


def _broken_off() -> Problem:
    sentence = say(
        "The request ended before all of it had come, and nothing of it was recorded; send it again."
    )
    return Problem(Kind.BROKEN_OFF, sentence)
