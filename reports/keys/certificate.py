"""A certificate that an installation issues to itself, for signing documents."""

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

VALID = timedelta(days=30 * 365)
_LONGEST_NAME = 64


def self_issued(key: RSAPrivateKey, site: str, now: datetime) -> x509.Certificate:
    """Return a certificate of "Retrace installation <site>" for the key, valid for thirty years from `now`.

    It is for signatures that bind their maker (digitalSignature, nonRepudiation) and issues no others. It names no
    extended use, since viewers know different ones and take a certificate without any for all.
    """
    name = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, f"Retrace installation {site}"[:_LONGEST_NAME])]
    )
    public = key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + VALID)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_USAGE, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .sign(key, SHA256())
    )


_USAGE = x509.KeyUsage(
    digital_signature=True,
    content_commitment=True,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)
