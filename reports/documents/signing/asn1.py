"""Keys and certificates as pyHanko takes them."""

from asn1crypto import keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.sign.signers import SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from reports.keys.signing import SigningKey


def asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    """Return a certificate in the form of asn1crypto."""
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def signer(key: SigningKey) -> SimpleSigner:
    """Return who signs with a key, and names those who issued its certificate."""
    private = key.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return SimpleSigner(
        signing_cert=asn1(key.certificate),
        signing_key=keys.PrivateKeyInfo.load(private),
        cert_registry=SimpleCertificateStore.from_certs([asn1(one) for one in key.issuers]),
    )
