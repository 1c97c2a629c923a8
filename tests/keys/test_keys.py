"""The installation's keys: made once, private, of the right kind; an operator's own where they are configured."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from auditor.common.errors import Refused
from reports.keys import certificate as certificates
from reports.keys.files import made_once
from reports.keys.log import log_key
from reports.keys.signing import signing_key

NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def keys(tmp_path: Path, settings) -> Path:
    settings.KEYS_DIR = tmp_path / "keys"
    settings.SIGNING = dict.fromkeys(settings.SIGNING, "")
    return settings.KEYS_DIR


def mode(path: Path) -> str:
    return f"{path.stat().st_mode & 0o7777:o}"


def test_the_logs_key_is_made_once_and_private(keys):
    first, second = log_key(), log_key()
    assert first.private_bytes_raw() == second.private_bytes_raw()
    assert (mode(keys), mode(keys / "log.pem")) == ("700", "600")
    assert [path.name for path in keys.iterdir()] == ["log.pem"]


def test_a_mask_that_takes_nothing_away_changes_nothing(keys):
    before = os.umask(0)
    try:
        log_key()
    finally:
        os.umask(before)
    assert (mode(keys), mode(keys / "log.pem")) == ("700", "600")


def test_processes_that_race_get_one_key(keys):
    code = (
        "import sys; from pathlib import Path; from reports.keys.files import made_once\n"
        "sys.stdin.readline(); import os\n"
        "sys.stdout.write(made_once(Path(sys.argv[1]), lambda: os.urandom(16)).hex())"
    )
    children = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(keys / "raced")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    with ThreadPoolExecutor(6) as pool:
        found = set(pool.map(lambda child: child.communicate("go\n", timeout=60)[0], children))
    assert found == {(keys / "raced").read_bytes().hex()}
    assert [path.name for path in keys.iterdir()] == ["raced"]


def test_whoever_is_second_takes_the_key_of_the_first(keys):
    def slow() -> bytes:
        made_once(keys / "key", lambda: b"first")
        return b"second"

    assert made_once(keys / "key", slow) == b"first"


def test_a_key_that_others_can_read_is_refused(keys):
    log_key()
    (keys / "log.pem").chmod(0o640)
    with pytest.raises(Refused, match=r"can read .*log\.pem \(mode 0640\); run chmod"):
        log_key()


def test_a_folder_that_others_can_write_to_is_refused(keys):
    keys.mkdir()
    keys.chmod(0o770)
    with pytest.raises(Refused, match="can write to"):
        log_key()


def test_a_folder_that_cannot_be_made_is_refused_in_a_sentence(keys):
    keys.write_text("a file")
    with pytest.raises(Refused, match="could not be made"):
        log_key()


@pytest.mark.parametrize("content", [b"", b"-----BEGIN PRIVATE KEY-----\n", "rsa"])
def test_another_file_in_the_keys_place_is_refused(keys, content):
    if content == "rsa":
        content = pem(ec.generate_private_key(ec.SECP256R1()))
    made_once(keys / "log.pem", lambda: content)
    with pytest.raises(Refused, match="not an Ed25519 key"):
        log_key()


def test_the_signing_key_is_made_once_with_a_certificate_for_documents(keys, settings):
    settings.SITE_NAME = "retrace.hospital.example"
    first, second = signing_key(), signing_key()
    assert first.certificate == second.certificate
    assert isinstance(first.key, rsa.RSAPrivateKey)
    assert first.key.key_size == 3072
    assert mode(keys / "signing.pem") == "600"
    certificate = first.certificate
    assert certificate.subject == certificate.issuer
    assert certificate.subject.rfc4514_string() == "CN=Retrace installation retrace.hospital.example"
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert (usage.value.digital_signature, usage.value.content_commitment) == (True, True)
    assert not usage.value.key_cert_sign
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc == timedelta(days=10950)
    certificate.verify_directly_issued_by(certificate)


def pem(key) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def issued(key, **changes) -> x509.Certificate:
    """A certificate of an operator; the keyword arguments change its validity or its use."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "An operator")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(changes.get("first", NOW - timedelta(days=1)))
        .not_valid_after(changes.get("last", NOW + timedelta(days=1)))
    )
    if "usage" in changes:
        builder = builder.add_extension(changes["usage"], critical=True)
    return builder.sign(key, certificates.SHA256())


def configure(settings, tmp_path: Path, key, certificate, content: bytes | None = None) -> None:
    private, public = tmp_path / "operator.key", tmp_path / "operator.crt"
    private.write_bytes(pem(key) if content is None else content)
    private.chmod(0o600)
    public.write_bytes(certificate.public_bytes(Encoding.PEM))
    settings.SIGNING = {
        "certificate": str(public),
        "key": str(private),
        "pkcs12": "",
        "passphrase": "",
    }


def test_an_operators_pair_is_used_and_none_is_made(keys, settings, tmp_path):
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = issued(key)
    configure(settings, tmp_path, key, certificate)
    assert signing_key().certificate == certificate
    assert pem(signing_key().key) == pem(key)
    assert not keys.exists()
    (tmp_path / "operator.key").chmod(0o644)
    with pytest.raises(Refused, match="can read"):
        signing_key()


def test_an_operators_pkcs12_file_is_used_with_its_issuers(settings, tmp_path):
    key, authority = rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())
    content = pkcs12.serialize_key_and_certificates(
        b"", key, issued(key), [issued(authority)], BestAvailableEncryption(b"a phrase")
    )
    (tmp_path / "operator.p12").write_bytes(content)
    (tmp_path / "operator.p12").chmod(0o600)
    settings.SIGNING = {
        **settings.SIGNING,
        "pkcs12": str(tmp_path / "operator.p12"),
        "passphrase": "a phrase",
    }
    found = signing_key()
    assert pem(found.key) == pem(key)
    assert [one.public_key() for one in found.issuers] == [authority.public_key()]
    settings.SIGNING["passphrase"] = "another"
    with pytest.raises(Refused, match="RETRACE_SIGNING_PASSPHRASE"):
        signing_key()


NO_USE = dict.fromkeys(
    (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    ),
    False,
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"last": NOW - timedelta(hours=1)}, "valid from"),
        ({"first": NOW + timedelta(hours=1)}, "valid from"),
        ({"usage": x509.KeyUsage(**{**NO_USE, "key_cert_sign": True})}, "not for signing documents"),
    ],
)
def test_a_certificate_that_cannot_sign_now_is_refused(settings, tmp_path, changes, sentence):
    key = ec.generate_private_key(ec.SECP256R1())
    configure(settings, tmp_path, key, issued(key, **changes))
    with pytest.raises(Refused, match=sentence):
        signing_key()


def test_a_pair_that_does_not_belong_together_is_refused(settings, tmp_path):
    key = ec.generate_private_key(ec.SECP256R1())
    configure(settings, tmp_path, key, issued(ec.generate_private_key(ec.SECP256R1())))
    with pytest.raises(Refused, match="is not that of the key"):
        signing_key()
    configure(settings, tmp_path, key, issued(key), b"no key")
    with pytest.raises(Refused, match="could not be read"):
        signing_key()
    edwards = ed25519.Ed25519PrivateKey.generate()
    configure(settings, tmp_path, key, issued(key), pem(edwards))
    with pytest.raises(Refused, match="no RSA or elliptic curve key"):
        signing_key()
    settings.SIGNING = {**settings.SIGNING, "certificate": ""}
    with pytest.raises(Refused, match="belong together"):
        signing_key()
    settings.SIGNING = {**settings.SIGNING, "certificate": str(tmp_path / "none.crt")}
    with pytest.raises(Refused, match=r"none\.crt could not be read"):
        signing_key()
