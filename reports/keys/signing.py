"""The key that signs reports: the operator's own where one is configured, else one that we issue to ourselves."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from django.conf import settings

from auditor.common.clock import utc_now
from auditor.common.errors import Refused
from auditor.common.said import say
from reports.keys.certificate import self_issued
from reports.keys.files import made_once, read_private

FILE = "signing.pem"
# ISO 32000-1 lists RSA; elliptic curves came with PDF 2.0, and older viewers do not check them.
RSA_BITS = 3072


class SigningKey(NamedTuple):
    """A private key, its certificate, and the certificates of those who issued that one, if any."""

    key: RSAPrivateKey | EllipticCurvePrivateKey
    certificate: x509.Certificate
    issuers: tuple[x509.Certificate, ...] = ()


def signing_key() -> SigningKey:
    """Return the key that reports are signed with, made on first use unless the operator configured one.

    Raises Refused for a file that is missing, unreadable, not private or not what it should be, for a key that is
    not its certificate's, and for a certificate that is not valid now or not for signing documents.
    """
    files = settings.SIGNING
    if files["pkcs12"]:
        return _checked(Path(files["pkcs12"]), _from_pkcs12)
    if files["key"] and files["certificate"]:
        return _checked(Path(files["key"]), _from_pem)
    if files["key"] or files["certificate"]:
        raise Refused(
            say("RETRACE_SIGNING_KEY and RETRACE_SIGNING_CERT belong together: set both, or none of them.")
        )
    return _checked(settings.KEYS_DIR / FILE, _own)


def _own(path: Path) -> tuple[object, list[x509.Certificate]]:
    content = made_once(path, _new)
    return load_pem_private_key(content, None), x509.load_pem_x509_certificates(content)


def _new() -> bytes:
    key = generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private + self_issued(key, settings.SITE_NAME, utc_now()).public_bytes(Encoding.PEM)


def _from_pem(path: Path) -> tuple[object, list[x509.Certificate]]:
    certificates = Path(settings.SIGNING["certificate"]).read_bytes()
    return (
        load_pem_private_key(read_private(path), _passphrase()),
        x509.load_pem_x509_certificates(certificates),
    )


def _from_pkcs12(path: Path) -> tuple[object, list[x509.Certificate]]:
    key, certificate, others = pkcs12.load_key_and_certificates(read_private(path), _passphrase())
    return key, [certificate, *others] if certificate else []


def _passphrase() -> bytes | None:
    return settings.SIGNING["passphrase"].encode() or None


def _checked(path: Path, read: Callable[[Path], tuple[object, list[x509.Certificate]]]) -> SigningKey:
    try:
        key, certificates = read(path)
    except OSError as error:
        raise Refused(
            say("%(path)s could not be read: %(why)s.", path=str(error.filename), why=error.strerror or "")
        ) from error
    except (ValueError, TypeError) as error:
        raise Refused(
            say(
                "%(path)s and its certificate could not be read: they are of another form, or the passphrase in "
                "RETRACE_SIGNING_PASSPHRASE is not theirs.",
                path=str(path),
            )
        ) from error
    if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
        raise Refused(
            say("%(path)s has no RSA or elliptic curve key, which reports are signed with.", path=str(path))
        )
    if not certificates or certificates[0].public_key() != key.public_key():
        raise Refused(say("The first certificate is not that of the key in %(path)s.", path=str(path)))
    _check_use(certificates[0])
    return SigningKey(key, certificates[0], tuple(certificates[1:]))


def _check_use(certificate: x509.Certificate) -> None:
    name = certificate.subject.rfc4514_string()
    if not certificate.not_valid_before_utc <= utc_now() <= certificate.not_valid_after_utc:
        raise Refused(
            say(
                "The certificate of %(name)s is valid from %(first)s to %(last)s; configure one that is valid now.",
                name=name,
                first=str(certificate.not_valid_before_utc),
                last=str(certificate.not_valid_after_utc),
            )
        )
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not (usage.digital_signature or usage.content_commitment):
        raise Refused(
            say(
                "The certificate of %(name)s is not for signing documents: its key usage names neither "
                "digitalSignature nor nonRepudiation.",
                name=name,
            )
        )
