"""The time-stamp authority (RFC 3161) that an installation may have, and what it makes of a signature."""

from pathlib import Path
from typing import Literal, NamedTuple, Self, get_args

from cryptography import x509
from django.conf import settings
from pyhanko.sign.timestamps import HTTPTimeStamper, TimeStamper

from auditor.common.errors import Refused
from auditor.common.said import say
from reports.documents.certificates import certificates_in

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
        roots = certificates_in(Path(asked["roots"])) if asked["roots"] else ()
        level = next((one for one in get_args(Level) if one == asked["level"]), None)
        if level is None:
            raise Refused(
                say("RETRACE_TSA_LEVEL is %(level)s; it can be B-T or B-LTA.", level=asked["level"])
            )
        if level == "B-LTA" and not roots:
            raise Refused(
                say(
                    "The level B-LTA needs the roots of the time-stamp authority: name a file in RETRACE_TSA_ROOTS."
                )
            )
        return cls(HTTPTimeStamper(asked["url"], timeout=_SECONDS), level, roots)
