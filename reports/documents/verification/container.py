"""The place of the signature in the file: the only bytes that it does not cover must be exactly its own."""

from binascii import hexlify
from typing import BinaryIO

from asn1crypto import cms
from pyhanko.sign.validation import EmbeddedPdfSignature

_LARGEST = 2**20


def is_exact(signature: EmbeddedPdfSignature, stream: BinaryIO) -> bool:
    """Say whether the gap in the signed bytes holds this signature in the one way in which we write it, and no more.

    A signature does not cover the gap that it stands in. So everything there that could be changed without breaking
    it is held to one form: the spelling of the digits, the padding, the encoding and what is said beside the signature.
    """
    if not fills_gap(signature, stream):
        return False
    message = cms.ContentInfo.load(signature.pkcs7_content)
    signed = message["content"]
    # A time stamp comes as its authority encodes it, which may be in a longer form than ours.
    stamped = bool(signed["signer_infos"][0]["unsigned_attrs"])
    plain = stamped or message.copy().dump(force=True) == message.dump()
    return plain and _says_what_ours_say(signed)


def fills_gap(signature: EmbeddedPdfSignature, stream: BinaryIO) -> bool:
    """Say whether the gap holds this signature in capital hexadecimal digits and zeros, and nothing else."""
    first, before, after, _ = (int(one) for one in signature.byte_range)
    if first != 0 or not 2 <= after - before <= _LARGEST:
        return False
    stream.seek(before)
    content = signature.pkcs7_content
    encoded = cms.ContentInfo.load(content).dump()
    return (
        stream.read(after - before) == b"<" + hexlify(content).upper() + b">"
        and content.startswith(encoded)
        and not content[len(encoded) :].strip(b"\0")
    )


def _says_what_ours_say(signed: cms.SignedData) -> bool:
    """Say whether the fields that no signature covers say what they say in ours."""
    (signer,) = signed["signer_infos"]
    (algorithm,) = signed["digest_algorithms"]
    encapsulated = signed["encap_content_info"]
    return bool(
        signed["version"].native == signer["version"].native == "v1"
        and algorithm.dump() == signer["digest_algorithm"].dump()
        and encapsulated["content_type"].native == "data"
        and not encapsulated["content"]
        and not signed["crls"]
    )
