"""Certificates in files, read for whoever trusts them."""

from pathlib import Path

from cryptography import x509

from auditor.common.errors import Refused
from auditor.common.said import say


def certificates_in(path: Path) -> tuple[x509.Certificate, ...]:
    """Return the certificates in a PEM file; raises Refused where it has none or cannot be read."""
    try:
        return tuple(x509.load_pem_x509_certificates(path.read_bytes()))
    except OSError as error:
        raise Refused(
            say("%(path)s could not be read: %(why)s.", path=str(path), why=error.strerror or "")
        ) from error
    except ValueError as error:
        raise Refused(say("%(path)s holds no certificate in PEM.", path=str(path))) from error
