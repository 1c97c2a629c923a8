"""The child that examines a file which anybody may have made: it limits itself first, then parses."""

import logging
import sys
from pathlib import Path

from auditor.registry.intake.child import limit


def main(path: str, trust: str, memory: str, seconds: str) -> None:
    """Examine one file; the answers go to standard output as one JSON document."""
    limit(int(memory), int(seconds))
    # That a certificate is not trusted is an answer, not a fault with a traceback in the log.
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
    from reports.documents.verification.answers import Trust
    from reports.documents.verification.examine import examine

    with Path(path).open("rb") as stream:
        found = examine(stream, Trust.parse(trust.encode(), name="trust"))
    sys.stdout.write(found.model_dump_json(by_alias=True))


if __name__ == "__main__":
    main(*sys.argv[1:])
