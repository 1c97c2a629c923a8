"""Volumes come with one set of axes whatever their file's were, and are stored in one form."""

import contextlib
import gzip
import io
import time

import nibabel
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from nibabel.orientations import apply_orientation, axcodes2ornt, inv_ornt_aff, ornt_transform

from auditor.common.errors import Refused
from auditor.explain.formats.bounds import MOST_EXTENT
from auditor.explain.formats.volume import (
    Volume,
    decode_volume,
    encode_volume,
    mask_on_grid,
    read_nifti,
    volume_input,
)
from auditor.explain.spec import VolumeInput
from tests.explain.formats import dicoms
from tests.explain.formats.volumes import ORDERS, same

PHANTOM = np.arange(3 * 4 * 5, dtype=np.float32).reshape(3, 4, 5)  # no symmetry: every voxel differs
SPACING = (3.0, 0.5, 0.75)


def affine_of(volume: Volume) -> np.ndarray:
    """Indices (depth up, height back, width left) to nibabel's world (right, front, up)."""
    depth, height, width = volume.spacing
    return np.array([[0, 0, -width, 9.0], [0, -height, 0, -7], [depth, 0, 0, 4], [0, 0, 0, 1]])


def nifti(
    voxels: np.ndarray, affine: np.ndarray, kind: type = nibabel.Nifti1Image, **header: object
) -> bytes:
    image = kind(voxels, affine)
    for field, value in header.items():
        image.header[field] = value
    return image.to_bytes()


WANTED = Volume(PHANTOM, SPACING)


@pytest.mark.parametrize("codes", ORDERS)
def test_a_phantom_comes_out_the_same_from_every_order_of_axes(codes):
    turn = ornt_transform(axcodes2ornt("SPL"), axcodes2ornt(codes))
    turned = apply_orientation(PHANTOM, turn)
    affine = affine_of(WANTED) @ inv_ornt_aff(turn, PHANTOM.shape)
    assert nibabel.aff2axcodes(affine) == tuple(codes)
    assert same(read_nifti(nifti(turned, affine), "x"), WANTED)


@pytest.mark.parametrize("kind", [nibabel.Nifti1Image, nibabel.Nifti2Image])
@pytest.mark.parametrize("packed", [False, True])
def test_both_versions_are_read_packed_or_not(kind, packed):
    content = nifti(PHANTOM[..., None], affine_of(WANTED), kind)
    assert same(read_nifti(gzip.compress(content) if packed else content, "x"), WANTED)


def test_stored_integers_are_scaled():
    image = nibabel.Nifti1Image(PHANTOM.astype(np.int16), affine_of(WANTED))
    image.header.set_slope_inter(2.5, -1000)
    raw = image.to_bytes()
    again = nibabel.Nifti1Image.from_bytes(raw)
    assert np.array_equal(read_nifti(raw, "x").voxels, again.get_fdata(dtype=np.float32))


def test_spacing_is_in_millimetres():
    image = nibabel.Nifti1Image(PHANTOM, np.diag([0.001, 0.002, 0.003, 1]))
    image.header.set_xyzt_units("meter")
    assert np.allclose(read_nifti(image.to_bytes(), "x").spacing, (3, 2, 1))


REAL = [
    path
    for path in sorted((dicoms.DATA / "nifti" / "nibabel" / "tests" / "data").glob("*.nii*"))
    if ".dconn." not in path.name
]


@pytest.mark.skipif(not REAL, reason=f"the sample files are not in {dicoms.DATA}")
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_a_real_file_agrees_with_nibabel(path):
    image = nibabel.load(path)
    values = image.get_fdata(dtype=np.float32)
    if values.ndim > 3 or np.isnan(values).any():
        with pytest.raises(
            Refused, match="over time" if values.ndim > 3 else "153 voxels that are not finite"
        ):
            read_nifti(path.read_bytes(), path.name)
        return
    found = read_nifti(path.read_bytes(), path.name)
    peer = nibabel.as_closest_canonical(image)  # right, front, up
    expected = peer.get_fdata(dtype=np.float32).reshape(peer.shape[:3])[::-1, ::-1].transpose(2, 1, 0)
    assert np.array_equal(found.voxels, expected)
    assert np.allclose(found.spacing, peer.header.get_zooms()[:3][::-1])


def bomb() -> bytes:
    image = nibabel.Nifti1Image(np.zeros((4, 4, 4), np.uint8), np.eye(4))
    return gzip.compress(image.to_bytes()[:352] + bytes(64 * 2**20), 1)


def stated(**header: object) -> bytes:
    content = nifti(PHANTOM, affine_of(WANTED))
    made = nibabel.Nifti1Header.from_fileobj(io.BytesIO(content))
    for field, value in header.items():
        made[field] = value
    return made.binaryblock + content[348:]


RGB = np.zeros((2, 2, 2), [("R", "u1"), ("G", "u1"), ("B", "u1")])
HOLED = np.where(PHANTOM == 7, np.nan, PHANTOM)
REFUSED = {
    "is not a NIfTI file": lambda: b"hello",
    "is not a NIfTI file .*": lambda: gzip.compress(b"hello" * 100)[:-10],
    "over time or channels": lambda: nifti(np.zeros((2, 2, 2, 3), np.float32), np.eye(4)),
    "stores RGB values": lambda: nifti(RGB, np.eye(4)),
    "stores complex64 values": lambda: nifti(PHANTOM.astype(np.complex64), np.eye(4)),
    "singular affine": lambda: stated(srow_x=[0, 0, 0, 0]),
    "singular affine.*": lambda: nifti(
        PHANTOM, np.array([[1.0, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    ),
    "has 1 voxels that are not finite": lambda: nifti(HOLED, np.eye(4)),
    "sform_code and qform_code are 0": lambda: nifti(PHANTOM, None),
    "is cut off: it has 500 of 592 bytes": lambda: nifti(PHANTOM, np.eye(4))[:500],
    f"at most {MOST_EXTENT}": lambda: stated(dim=[3, 30000, 30000, 30000, 1, 1, 1, 1]),
    "voxels in all": lambda: stated(dim=[3, 4000, 4000, 4000, 1, 1, 1, 1]),
    "0 x 4 x 5 voxels": lambda: stated(dim=[3, 0, 4, 5, 1, 1, 1, 1]),
    "begin at byte 1000000000": lambda: stated(vox_offset=1e9),
}


@pytest.mark.parametrize("sentence", REFUSED)
def test_what_is_no_volume_is_refused_in_a_sentence(sentence):
    with pytest.raises(Refused, match=rf"^scans/a\.nii .*{sentence}.*\.$"):
        read_nifti(REFUSED[sentence](), "scans/a.nii")


def test_only_what_the_header_states_is_unpacked():
    content = bomb()
    before = time.monotonic()
    assert read_nifti(content, "x").voxels.shape == (4, 4, 4)
    assert time.monotonic() - before < 0.1


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_bytes_changed_anywhere_give_a_volume_or_a_refusal(data):
    content = bytearray(nifti(PHANTOM, affine_of(WANTED)))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, 360))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(Refused):
        assert np.isfinite(read_nifti(bytes(content), "x").voxels).all()


@given(st.tuples(*[st.floats(0.0625, 50, width=32)] * 3), st.integers(0, 2**32))
def test_what_is_stored_comes_back_exactly_and_equal_volumes_give_equal_bytes(spacing, seed):
    voxels = np.random.default_rng(seed).normal(size=(2, 3, 4)).astype(np.float32)
    content = encode_volume(Volume(voxels, spacing))
    found = decode_volume(content, "x")
    assert np.array_equal(found.voxels, voxels)
    assert found.spacing == spacing
    assert encode_volume(found) == content == encode_volume(Volume(voxels.copy(order="F"), spacing))


def test_the_stored_form_says_where_it_lies_and_holds_no_text():
    content = encode_volume(WANTED)
    image = nibabel.Nifti1Image.from_bytes(content)
    assert nibabel.aff2axcodes(image.affine) == ("S", "P", "L")
    assert all(
        not image.header[field].tobytes().strip(b"\0") for field in ("descrip", "aux_file", "intent_name")
    )
    assert encode_volume(Volume(-PHANTOM * 0, SPACING)) == encode_volume(Volume(PHANTOM * 0, SPACING))
    with pytest.raises(Refused, match="not a volume in the form that is stored"):
        decode_volume(nifti(PHANTOM, np.eye(4)), "x")


def grid(*size: int, **window: float) -> VolumeInput:
    return VolumeInput(kind="volume", depth=size[0], height=size[1], width=size[2], **window)


def test_a_window_becomes_zero_to_one():
    voxels = np.linspace(-2000, 2000, 8 * 8 * 8, dtype=np.float32).reshape(8, 8, 8)
    found = volume_input(Volume(voxels, SPACING), grid(8, 8, 8, low=-1000, high=600))
    assert found.dtype == torch.float32
    assert found.shape == (1, 8, 8, 8)
    assert np.allclose(found[0].numpy(), np.clip((voxels + 1000) / 1600, 0, 1), atol=1e-6)


def test_without_a_window_the_percentiles_are_its_ends():
    voxels = np.random.default_rng(0).normal(size=(8, 8, 8)).astype(np.float32)
    low, high = np.quantile(voxels, (0.005, 0.995))
    found = volume_input(Volume(voxels, SPACING), grid(8, 8, 8))[0].numpy()
    assert np.allclose(found, np.clip((voxels - low) / (high - low), 0, 1), atol=1e-5)
    assert not volume_input(Volume(np.ones((8, 8, 8), np.float32), SPACING), grid(8, 8, 8)).any()


def test_a_coarser_grid_averages_and_does_not_alias():
    stripes = np.zeros((32, 8, 8), np.float32)
    stripes[::2] = 1
    found = volume_input(Volume(stripes, SPACING), grid(8, 8, 8, low=0, high=1))
    assert torch.allclose(found, torch.full((1, 8, 8, 8), 0.5))
    blocks = np.random.default_rng(0).random((16, 16, 16)).astype(np.float32)
    means = blocks.reshape(4, 4, 8, 2, 16).mean((1, 3))
    found = volume_input(Volume(blocks, SPACING), grid(4, 8, 16, low=0, high=1))
    assert np.allclose(found[0].numpy(), means, atol=1e-6)


def test_a_finer_grid_is_linear_between_voxels():
    ramp = np.broadcast_to(np.arange(4, dtype=np.float32)[:, None, None] / 3, (4, 4, 4)).copy()
    found = volume_input(Volume(ramp, SPACING), grid(8, 4, 4, low=0, high=1))[0, :, 0, 0].numpy()
    assert np.allclose(
        found, np.interp((np.arange(8) + 0.5) / 2 - 0.5, np.arange(4), np.arange(4) / 3), atol=1e-6
    )


def test_a_mask_comes_on_the_models_grid():
    mask = np.zeros((16, 8, 8), np.float32)
    mask[:8] = 3
    found = mask_on_grid(Volume(mask, SPACING), grid(8, 4, 16))
    assert found.dtype == bool
    assert found[:4].all()
    assert not found[4:].any()
