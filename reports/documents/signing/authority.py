"""The time-stamp authority (RFC 3161) that an installation may have, and what it makes of a signature."""

from pathlib import Path
from typing import Literal, NamedTuple, Self

from cryptography import x509
from django.conf import settings
from pyhanko.sign.timestamps import HTTPTimeStamper, TimeStamper

from auditor.common.errors import Refused
from auditor.common.said import say

Level = Literal["B-T", "B-LTA"]
_SECONDS = 30


class Authority(NamedTuple):
    """Who stamps the time, up to which level, and the roots by which its certificates are known."""

    stamper: TimeStamper
    level: Level
    roots: tuple[x509.Certificate, ...]

    @classmethod
    def configured(cls) -> Self | None:
        """Return the authority of this installation, or None; raises Refused for settings that do not fit."""
        asked = settings.TSA
        if not asked["url"]:
            return None
        level = asked["level"]
        roots = certificates(Path(asked["roots"])) if asked["roots"] else ()
        if level not in {"B-T", "B-LTA"}:
            raise Refused(say("RETRACE_TSA_LEVEL is %(level)s; it can be B-T or B-LTA.", level=level))
        if level == "B-LTA" and not roots:
            raise Refused(
                say("The level B-LTA needs the roots of the time-stamp authority: name a file in RETRACE_TSA_ROOTS.")
            )
        return cls(HTTPTimeStamper(asked["url"], timeout=_SECONDS), level, roots)


def certificates(path: Path) -> tuple[x509.Certificate, ...]:
    """Return the certificates in a PEM file; raises Refused where it has none or cannot be read."""
    try:
        return tuple(x509.load_pem_x509_certificates(path.read_bytes()))
    except OSError as error:
        raise Refused(
            say("%(path)s could not be read: %(why)s.", path=str(path), why=error.strerror or "")
        ) from error
    except ValueError as error:
        raise Refused(say("%(path)s holds no certificate in PEM.", path=str(path))) from error
