"""Volumes and DICOM images come in without identity, and what is wrong is refused with its file and reason."""

import csv
import gzip
import json
from collections.abc import Mapping
from pathlib import Path

import nibabel
import numpy as np
import pydicom
import pytest
from django.contrib.auth.models import User
from PIL import Image

from auditor.common.errors import Refused
from auditor.common.store import Store
from auditor.explain.decode import decode_image
from auditor.explain.formats.frames import one_frame
from auditor.explain.formats.volume import decode_volume
from auditor.explain.spec import Manifest
from auditor.registry.intake.accepted import AcceptedSet
from auditor.registry.intake.sets import accept_set
from auditor.registry.models import Kind
from auditor.registry.services import intake_create_from_folder
from auditor.registry.tasks import take_in
from tests.explain.formats import dicoms

SALT = b"0123456789abcdef"
STACK = np.arange(4 * 5 * 6, dtype=np.int16).reshape(4, 5, 6)
RNG = np.random.default_rng(0)


def nifti(voxels: np.ndarray, affine: np.ndarray | None = None, **text: str) -> bytes:
    """Return voxels (depth, height, width), along the axes that are stored unless an affine says otherwise."""
    stored = np.diag([2.0, -1.0, -1.0, 1.0])[[2, 1, 0, 3]]
    image = nibabel.Nifti1Image(voxels, stored)
    for field, words in text.items():
        image.header[field] = words
    content = bytearray(image.to_bytes())
    if affine is not None:
        content[280:328] = affine[:3].astype("<f4").tobytes()  # nibabel itself does not write a singular one
    return bytes(content)


def folder_of(root: Path, kind: str, files: Mapping[str, bytes], rows: list[list[str]] | None = None) -> Path:
    (root / "set.json").parent.mkdir(parents=True, exist_ok=True)
    (root / "set.json").write_text(json.dumps({"schema": "retrace-set/1", "name": "x", "kind": kind}))
    with (root / "labels.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows(rows or [["id", "label"], ["a", "ill"], ["b", "well"]])
    for place, content in files.items():
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).write_bytes(content)
    return root


def accepted(folder: Path) -> tuple[AcceptedSet, Manifest, Store]:
    store = Store(folder.parent / "store")
    found = accept_set(folder, "x.zip", SALT, store)
    return found, Manifest.parse(store.get(found.manifest_digest), name="manifest"), store


def in_folder(name: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {f"{name}/{label}": content for label, content in files.items()}


def test_volumes_of_every_kind_of_file_become_the_same_volume(tmp_path):
    voxels = STACK.astype(np.float32) * 2 - 1000
    turned = np.array(
        [[0, 0, 1, 0], [0, 1, 0, 0], [2, 0, 0, 0], [0, 0, 0, 1.0]]
    )  # rows grow right, front, up
    files = {
        "volumes/a.nii.gz": gzip.compress(nifti(voxels, descrip="Zelda", intent_name="note")),
        "volumes/b.nii": nifti(np.ascontiguousarray(voxels[:, ::-1, ::-1]), turned),
        "masks/b.nii": nifti(np.ones((4, 5, 6), np.uint8), turned),
        **in_folder("volumes/c", dicoms.slices(STACK, (2, 1, 1))),
        "volumes/unlisted.nii": nifti(voxels),
    }
    rows = [["id", "label"], ["a", "ill"], ["b", "well"], ["c", "ill"]]
    found, manifest, store = accepted(folder_of(tmp_path / "set", "volume", files, rows))
    stored = {store.get(item.content) for item in manifest.items}
    assert len(stored) == 1
    volume = decode_volume(stored.pop(), "x")
    assert np.array_equal(volume.voxels, voxels)
    assert volume.spacing == (2.0, 1.0, 1.0)
    assert (found.masks, found.unlisted) == (1, 1)
    account = manifest.deidentification
    assert account.files == 4 + 3
    assert account.removed["NIfTI descrip"] == account.removed["NIfTI intent_name"] == 1
    assert "NIfTI" in account.profile
    assert "PS3.15" in account.profile


def faulty_series(**elements: object) -> dict[str, bytes]:
    files = dicoms.slices(STACK, (2, 1, 1))
    made = pydicom.dcmread(pydicom.filebase.DicomBytesIO(files["002.dcm"]))
    for keyword, value in elements.items():
        setattr(made, keyword, value)
    return in_folder("volumes/a", files | {"002.dcm": dicoms.written(made)})


def without(place: str) -> dict[str, bytes]:
    return {label: content for label, content in faulty_series().items() if label != place}


def no_pixels() -> bytes:
    made = dicoms.dataset(np.zeros((4, 4), np.uint8))
    del made.PixelData
    return dicoms.written(made)


PLAIN = nifti(STACK)
AWAY = np.array([[0, 0, -1, 7], [0, -1, 0, 0], [2, 0, 0, 0], [0, 0, 0, 1.0]])
VOLUMES = {
    "NaN": ({"volumes/a.nii": nifti(np.full((4, 5, 6), np.nan, np.float32))}, r"volumes/a\.nii has 120 voxels that"),
    "singular": ({"volumes/a.nii": nifti(STACK, np.diag([1.0, 1, 0, 1]))}, r"volumes/a\.nii has a singular affine"),
    "not NIfTI": ({"volumes/a.nii": b"no volume"}, r"volumes/a\.nii is not a NIfTI file"),
    "mask of another size": (
        {"volumes/a.nii": PLAIN, "masks/a.nii": nifti(STACK[1:])},
        r"masks/a\.nii has 3 x 5 x 6 voxels and its volume 4 x 5 x 6",
    ),
    "mask elsewhere": (
        {"volumes/a.nii": PLAIN, "masks/a.nii": nifti(STACK, AWAY)},
        r"masks/a\.nii lies up to 7\.0 mm away from its volume",
    ),
    "missing slice": (without("volumes/a/002.dcm"), r"volumes/a: the gap between .* a slice may be missing"),
    "duplicate slice": (
        faulty_series(ImagePositionPatient=[0, 0, 2.0]),
        r"volumes/a: volumes/a/00\d\.dcm and volumes/a/00\d\.dcm lie at one place",
    ),
    "no DICOM in a series": (faulty_series() | {"volumes/a/notes.txt": b"x"}, r"volumes/a/notes\.txt has no DICM mark"),
    "no pixels": ({"volumes/a.dcm": no_pixels()}, r"volumes/a\.dcm holds no pixels"),
    "absent": ({"volumes/c.nii": PLAIN}, r"row 2: there is no item for the id 'a'; expected: volumes/a\.nii"),
    "two of one id": (
        {"volumes/a.nii": PLAIN, **faulty_series()},
        r"volumes/ holds a/ and a\.nii for one id",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("files", "words"), VOLUMES.values(), ids=VOLUMES)
def test_a_volume_that_is_wrong_is_refused_by_name(tmp_path, files, words):
    with pytest.raises(Refused, match=words):
        accepted(folder_of(tmp_path / "set", "volume", files))


def test_dicom_images_lose_identity_whatever_their_suffix(tmp_path):
    pixels = RNG.integers(0, 4096, (12, 9)).astype(np.uint16)
    content = dicoms.dicom(pixels, **dicoms.IDENTIFYING, BurnedInAnnotation="YES")
    mask = tmp_path / "mask.png"
    Image.fromarray((pixels > 99).astype(np.uint8)).save(mask)
    files = {"images/a.png": content, "images/IM0001": content, "masks/b.png": mask.read_bytes()}
    rows = [["id", "label", "file"], ["a", "ill", ""], ["b", "well", "IM0001"]]
    found, manifest, store = accepted(folder_of(tmp_path / "set", "image", files, rows))
    stored = store.get(manifest.items[0].content)
    assert b"Zelda" in content
    assert b"Zelda" not in stored
    assert np.array_equal(decode_image(stored, "x"), decode_image(content, "x"))
    assert manifest.items[0].content == manifest.items[1].content
    assert (found.masks, found.unlisted, found.groups) == (1, 0, {})
    account = found.deidentification
    assert (account.files, account.burned_in) == (2, 2)
    assert account.removed["PatientBirthDate"] == account.replaced["PatientID"] == 2


def test_frames_are_items_and_their_file_is_counted_once(tmp_path):
    pixels = RNG.integers(0, 255, (3, 8, 7)).astype(np.uint8)
    content = dicoms.dicom(pixels, NumberOfFrames=3, WindowCenter=128, WindowWidth=256, **dicoms.IDENTIFYING)
    rows = [["id", "label", "file", "frame"], ["a", "ill", "clip", "1"], ["b", "well", "clip.dcm", "3"]]
    found, manifest, store = accepted(
        folder_of(tmp_path / "set", "image", {"images/clip.dcm": content}, rows)
    )
    for item, frame in zip(manifest.items, (1, 3), strict=True):
        assert np.array_equal(
            decode_image(store.get(item.content), "x"), decode_image(content, "x", frame=frame)
        )
    assert (found.deidentification.files, found.unlisted, found.groups) == (1, 0, {})


IMAGES = {
    "no pixels": (no_pixels(), "", r"images/a\.dcm holds no pixels"),
    "several frames": (dicoms.dicom(np.zeros((2, 4, 4), np.uint8), NumberOfFrames=2), "", "holds 2 frames; name one"),
    "no such frame": (dicoms.dicom(np.zeros((4, 4), np.uint8)), "5", r"images/a\.dcm has no frame 5; its frames are 1"),
    "no number": (dicoms.dicom(np.zeros((4, 4), np.uint8)), "0", "row 2, column 'frame': '0' is no number of a frame"),
    "no image": (b"DICM" * 50, "", r"images/a\.dcm"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "frame", "words"), IMAGES.values(), ids=IMAGES)
def test_an_image_that_is_wrong_is_refused_by_name(tmp_path, content, frame, words):
    rows = [["id", "label", "frame"], ["a", "ill", frame], ["b", "well", ""]]
    with pytest.raises(Refused, match=words):
        accepted(folder_of(tmp_path / "set", "image", {"images/a.dcm": content}, rows))


def test_one_bit_frames_and_pages_of_tiff_are_cut_out(tmp_path):
    pixels = RNG.integers(0, 2, (3, 3, 5)).astype(np.uint16)
    made = dicoms.dataset(pixels, NumberOfFrames=3)
    made.BitsAllocated = made.BitsStored = 1
    made.HighBit = 0
    made["PixelData"].VR = "OB"
    packed = np.packbits(pixels.ravel(), bitorder="little").tobytes()
    made.PixelData = packed + bytes(len(packed) % 2)
    pages = [Image.fromarray(np.full((4, 6), 1000 * level, np.uint16)) for level in (1, 2)]
    pages[0].save(tmp_path / "x.tif", save_all=True, append_images=pages[1:])
    for index, page in enumerate(pages):
        assert np.array_equal(
            decode_image(one_frame((tmp_path / "x.tif").read_bytes(), "x", index + 1), "x"), page
        )
    for index, frame in enumerate(pixels):  # pydicom itself does not find frames that begin within a byte
        assert np.array_equal(
            decode_image(one_frame(dicoms.written(made), "x", index + 1), "x"), 65535 * frame
        )


@pytest.mark.django_db
def test_the_page_of_a_set_says_what_was_taken_out(tmp_path, client):
    content = dicoms.dicom(RNG.integers(0, 99, (8, 8)).astype(np.uint8), **dicoms.IDENTIFYING)
    folder = folder_of(tmp_path / "set", "image", {"images/a.dcm": content, "images/b.dcm": content})
    intake = intake_create_from_folder(kind=Kind.SET, by=None, folder=folder)
    take_in(intake.pk)
    intake.refresh_from_db()
    client.force_login(User.objects.create_user("officer"))
    page = client.get(f"/sets/{intake.validation_set_id}/").content.decode()
    assert "Basic Application" in page
    assert "Patient&#x27;s Birth Date (2)" in page
    assert "Zelda" not in page


@pytest.mark.skipif(not dicoms.real("dicom"), reason="the shared DICOM files are not here")
def test_every_frame_of_real_files_is_the_same_when_cut_out():
    compared = 0
    for path in dicoms.real("dicom/pydicom_test_files"):
        content = path.read_bytes()
        try:
            whole = decode_image(content, "x", frame=2)
        except Refused:
            continue
        assert np.array_equal(decode_image(one_frame(content, "x", 2), "x"), whole), path.name
        compared += 1
    assert compared > 3
