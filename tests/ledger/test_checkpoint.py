"""Signed notes and checkpoints in the forms of C2SP, and what is refused."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from auditor.common.errors import Refused
from reports.ledger.checkpoint import Checkpoint, open_checkpoint
from reports.ledger.note import Note, VerifierKey

# The example of the documentation of golang.org/x/mod/sumdb/note, where this format comes from.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
NAME = "retrace.example/log"
VERIFIER = VerifierKey.of(NAME, KEY)
HEAD = Checkpoint(NAME, 7, b"\x07" * 32)


def test_a_note_signed_by_the_reference_implementation_is_verified():
    key = VerifierKey.parse(GO_KEY)
    assert str(key) == GO_KEY
    note = Note.parse(GO_NOTE)
    assert note.check([VERIFIER, key]) == (key,)
    assert str(note) == GO_NOTE
    with pytest.raises(Refused, match="altered"):
        note._replace(text=note.text.replace("answer", "Answer")).check([key])


def test_a_checkpoint_is_opened_by_the_key_that_signed_it():
    written = HEAD.signed(KEY)
    assert written.startswith(f"{NAME}\n7\nBwcH")
    assert open_checkpoint(written, [VERIFIER]) == HEAD
    assert VerifierKey.parse(str(VERIFIER)) == VERIFIER


def test_signatures_of_unknown_keys_are_ignored():
    note = Note.parse(HEAD.signed(KEY)).signed("witness.example", OTHER).signed(NAME, OTHER)
    assert len(note.signatures) == 3
    assert open_checkpoint(str(note), [VERIFIER]) == HEAD
    witness = VerifierKey.of("witness.example", OTHER)
    assert note.check([VERIFIER, witness]) == (VERIFIER, witness)


def test_a_note_of_many_signatures_is_read():
    note = Note(str(HEAD))
    for n in range(16):
        note = note.signed(f"witness{n}.example", OTHER)
    assert open_checkpoint(str(note.signed(NAME, KEY)), [VERIFIER]) == HEAD


@pytest.mark.parametrize(
    ("signer", "name", "keys"),
    [
        (OTHER, NAME, [VERIFIER]),
        (KEY, "elsewhere.example/log", [VERIFIER]),
        (OTHER, "witness.example", [VERIFIER, VerifierKey.of("witness.example", OTHER)]),
        (KEY, NAME, []),
    ],
)
def test_a_checkpoint_that_its_log_did_not_sign_is_refused(signer, name, keys):
    with pytest.raises(Refused, match="is not signed by"):
        open_checkpoint(str(Note(str(HEAD)).signed(name, signer)), keys)


@pytest.mark.parametrize(
    "change", [("\n7\n", "\n8\n"), ("BwcH", "BwcI"), (f"{NAME}\n7", f"{NAME}\n7\nBwcHBwcHBwc=")]
)
def test_an_altered_checkpoint_is_refused(change):
    with pytest.raises(Refused, match=r"altered|not a checkpoint"):
        open_checkpoint(HEAD.signed(KEY).replace(*change, 1), [VERIFIER])


def test_one_false_signature_of_a_known_key_is_enough_to_refuse():
    note = Note.parse(HEAD.signed(KEY))
    false = note.signatures[0]._replace(content=bytes(64))
    with pytest.raises(Refused, match="altered"):
        note._replace(signatures=(*note.signatures, false)).check([VERIFIER])


@pytest.mark.parametrize(
    "written",
    [
        "",
        "text only\n",
        "text\n\n",
        "\n\n— a AAAAAAA=\n",
        "text\n\n— a AAAAAAA=",
        "text\n\n- a AAAAAAA=\n",
        "text\n\n— a AAAA\n",
        "text\n\n— a AAAAAAA\n",
        "text\n\n— a AAAAAAB=\n",
        "text\n\n— a+b AAAAAAA=\n",
        "text\n\n— a b AAAAAAA=\n",
        "te\txt\n\n— a AAAAAAA=\n",
        "text\n\n" + "— a AAAAAAA=\n" * 101,
    ],
)
def test_what_is_no_signed_note_is_refused(written):
    with pytest.raises(Refused, match="not a signed note"):
        Note.parse(written)


ROOT = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc="


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"log\n7\n{ROOT}",
        f"\n7\n{ROOT}\n",
        f"log\n07\n{ROOT}\n",
        f"log\n-7\n{ROOT}\n",
        f"log\n٧\n{ROOT}\n",
        f"log\n7\n{ROOT[:-1]}\n",
        "log\n7\nBwcH\n",
        f"log\n7\n{ROOT}\n\n",
        f"log\n7\n{ROOT}\n\nmore\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text):
    with pytest.raises(Refused, match="not a checkpoint"):
        Checkpoint.parse(text)


def test_lines_below_the_root_are_kept():
    head = Checkpoint.parse(f"log\n0\n{ROOT}\nof others\nmore\n")
    assert head == Checkpoint("log", 0, b"\x07" * 32, ("of others", "more"))
    assert Checkpoint.parse(str(head)) == head


@pytest.mark.parametrize("name", ["", "two words", "a+b", "a\u2003b"])
def test_a_name_that_notes_cannot_carry_signs_nothing(name):
    with pytest.raises(Refused, match="cannot name a key"):
        HEAD._replace(origin=name or "").signed(KEY)


@pytest.mark.parametrize(
    "text", ["", "a", GO_KEY[:-4], GO_KEY.replace("c74f", "c74e"), "a+b+c", "+c74f20a3+AR"]
)
def test_what_is_no_key_is_refused(text):
    with pytest.raises(Refused, match="not the key"):
        VerifierKey.parse(text)
