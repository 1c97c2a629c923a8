"""DICOM images are decoded, rescaled and windowed as the standard says, and hostile ones are refused."""

import struct
import zlib

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.pixels import apply_color_lut, apply_modality_lut, apply_windowing, pixel_array
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

from auditor.common.errors import Refused
from auditor.explain.decode import decode_image
from auditor.explain.formats.dicom import decode_dicom
from tests.explain.formats import dicoms

RAMP = np.arange(64 * 48, dtype=np.uint16).reshape(64, 48)
COLOUR = np.random.default_rng(0).integers(0, 256, (16, 20, 3), np.uint8)
REAL = dicoms.real("dicom")
need_data = pytest.mark.skipif(not REAL, reason=f"the sample files are not in {dicoms.DATA}")


def scaled(unit: np.ndarray) -> np.ndarray:
    return np.rint(unit * 65535).astype(np.uint16)


def test_without_a_window_the_frames_own_range_fills_the_scale():
    assert np.array_equal(decode_dicom(dicoms.dicom(RAMP), "x"), scaled(RAMP / RAMP.max()))
    assert not decode_dicom(dicoms.dicom(np.full((4, 4), 7, np.uint16)), "x").any()


def test_the_first_window_is_applied_to_rescaled_values():
    content = dicoms.dicom(
        RAMP.astype(np.int16) - 500,
        RescaleSlope="2",
        RescaleIntercept="-1024",
        WindowCenter=[40, 300],
        WindowWidth=[400, 1500],
    )
    hounsfield = (RAMP.astype(float) - 500) * 2 - 1024
    expected = np.clip((hounsfield - 39.5) / 399 + 0.5, 0, 1)
    assert np.array_equal(decode_dicom(content, "x"), scaled(expected))


@pytest.mark.parametrize("function", ["LINEAR", "LINEAR_EXACT", "SIGMOID"])
def test_windows_agree_with_pydicoms(function):
    made = dicoms.dataset(RAMP, WindowCenter=1500, WindowWidth=900, VOILUTFunction=function)
    peer = apply_windowing(RAMP, made) / 65535  # pydicom's range is that of 16 stored bits
    found = decode_dicom(dicoms.written(made), "x")
    assert np.abs(found - peer * 65535).max() <= 0.5 + 1e-6


def test_a_voi_lut_is_looked_up():
    lut = Dataset()
    lut.LUTDescriptor = [4, 1, 8]
    lut.LUTData = [0, 100, 200, 255]
    lut["LUTData"].VR = "US"
    pixels = np.array([[0, 1, 2], [3, 4, 9]], np.uint16)
    found = decode_dicom(dicoms.dicom(pixels, VOILUTSequence=[lut]), "x")
    assert np.array_equal(found, scaled(np.array([[0, 0, 100], [200, 255, 255]]) / 255))


def test_monochrome1_is_inverted():
    assert np.array_equal(
        decode_dicom(dicoms.dicom(RAMP, "MONOCHROME1"), "x"), 65535 - scaled(RAMP / RAMP.max())
    )


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, np.int16, np.uint32, np.int32])
def test_every_depth_and_sign_is_read(dtype):
    limits = np.iinfo(dtype)
    pixels = np.linspace(limits.min, limits.max, 100).astype(dtype).reshape(10, 10)
    expected = (pixels.astype(float) - limits.min) / (int(limits.max) - int(limits.min))
    assert np.abs(decode_dicom(dicoms.dicom(pixels), "x") / 65535 - expected).max() < 1e-4


def test_twelve_bits_in_sixteen_are_read():
    content = dicoms.dicom(RAMP, BitsStored=12, HighBit=11)
    assert np.array_equal(decode_dicom(content, "x"), scaled(RAMP / RAMP.max()))


@pytest.mark.parametrize(
    "syntax", [RLELossless, JPEG2000Lossless, JPEGLSLossless], ids=lambda uid: uid.keyword
)
def test_lossless_compression_changes_nothing(syntax):
    made = dicoms.dataset(RAMP)
    made.compress(syntax)
    assert np.array_equal(decode_dicom(dicoms.written(made), "x"), scaled(RAMP / RAMP.max()))


def test_a_deflated_file_is_read_and_one_that_is_cut_off_or_a_bomb_is_refused():
    made = dicoms.dataset(RAMP)
    made.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    content = dicoms.written(made)
    assert np.array_equal(decode_dicom(content, "x"), scaled(RAMP / RAMP.max()))
    start = 144 + struct.unpack("<I", content[140:144])[0]
    packer = zlib.compressobj(9, wbits=-15)
    bomb = packer.compress(bytes(64 * 2**20)) + packer.flush()
    doubly = zlib.compressobj(9, wbits=-15)
    for body in (content[start:-20], bomb[: len(bomb) // 2], doubly.compress(bomb) + bomb):
        with pytest.raises(Refused):
            decode_dicom(content[:start] + body, "x")


def test_jpeg_baseline_is_read_in_grey_and_in_colour():
    smooth = np.add.outer(np.arange(32), np.arange(32)).astype(np.uint8) * 4
    grey = decode_dicom(dicoms.jpeg(smooth, "MONOCHROME2"), "x")
    assert np.abs(grey / 65535 - smooth / smooth.max()).max() < 0.02
    colour = np.stack([smooth, smooth[::-1], 255 - smooth], axis=2)
    found = decode_dicom(dicoms.jpeg(colour, "YBR_FULL"), "x")
    assert found.dtype == np.uint8
    assert np.abs(found.astype(int) - colour).max() < 12


@pytest.mark.parametrize("planar", [0, 1])
def test_colour_is_read_from_either_order_of_its_planes(planar):
    made = dicoms.dataset(COLOUR, "RGB")
    made.PlanarConfiguration = planar
    made.PixelData = (COLOUR if planar == 0 else COLOUR.transpose(2, 0, 1)).tobytes()
    assert np.array_equal(decode_dicom(dicoms.written(made), "x"), COLOUR)


def test_sixteen_bits_of_colour_are_kept():
    deep = COLOUR.astype(np.uint16) * 257
    assert np.array_equal(decode_dicom(dicoms.dicom(deep, "RGB"), "x"), deep)


def test_ybr_becomes_rgb():
    ybr = pydicom.pixels.convert_color_space(COLOUR, "RGB", "YBR_FULL")
    found = decode_dicom(dicoms.dicom(ybr, "YBR_FULL"), "x")
    assert np.array_equal(found, pydicom.pixels.convert_color_space(ybr, "YBR_FULL", "RGB"))
    assert np.abs(found.astype(int) - COLOUR).max() <= 3


def test_a_palette_is_looked_up():
    table = np.random.default_rng(1).integers(0, 65536, (3, 256), np.uint16)
    colours = {}
    for plane, name in enumerate(("Red", "Green", "Blue")):
        colours[f"{name}PaletteColorLookupTableDescriptor"] = [256, 0, 16]
        colours[f"{name}PaletteColorLookupTableData"] = table[plane].tobytes()
    pixels = COLOUR[..., 0]
    found = decode_dicom(dicoms.dicom(pixels, "PALETTE COLOR", **colours), "x")
    assert np.array_equal(found, table.T[pixels])


def test_one_of_several_frames_is_named_from_one():
    frames = np.stack([RAMP, RAMP[::-1]])
    content = dicoms.dicom(frames, NumberOfFrames=2)
    assert np.array_equal(decode_image(content, "x", frame=2), scaled(RAMP[::-1] / RAMP.max()))
    with pytest.raises(
        Refused, match=r"^x holds 2 frames; name one of them in the column frame of labels\.csv"
    ):
        decode_dicom(content, "x")
    for frame in (0, 3):
        with pytest.raises(Refused, match=rf"has no frame {frame}; its frames are 1 to 2"):
            decode_dicom(content, "x", frame)


def test_a_frames_own_groups_hold_for_it():
    def groups(slope: float) -> Dataset:
        item, transformation = Dataset(), Dataset()
        transformation.RescaleSlope, transformation.RescaleIntercept = slope, 0
        item.PixelValueTransformationSequence = [transformation]
        return item

    content = dicoms.dicom(
        np.stack([RAMP, RAMP]),
        NumberOfFrames=2,
        WindowCenter=1000.5,
        WindowWidth=2001,
        PerFrameFunctionalGroupsSequence=[groups(1), groups(0.5)],
    )
    for frame, most in ((1, 2000), (2, 4000)):
        expected = 65535 * np.clip(RAMP / most, 0, 1)
        assert np.abs(decode_dicom(content, "x", frame) - expected).max() <= 0.5 + 1e-6


REFUSED = {
    "holds no pixels",
    "which is not read",
    "does not decode",
    "its compressed frame",
    "transfer syntax",
    "can be read",
    "no frame",
    "kind of colour",
}


def peer(path) -> np.ndarray | None:
    """Each step with pydicom alone; None where pydicom cannot decode the file either."""
    made = pydicom.dcmread(path)
    try:
        stored = pixel_array(made, index=0)
    except Exception:
        return None
    if made.PhotometricInterpretation == "PALETTE COLOR":
        return apply_color_lut(stored, made)
    if not made.PhotometricInterpretation.startswith("MONO"):
        return stored if made.BitsStored <= 16 else np.rint(stored / (2**32 - 1) * 65535)
    shared, frames = (made.get(f"{kind}FunctionalGroupsSequence") or [] for kind in ("Shared", "PerFrame"))
    for groups in (*shared[:1], *frames[:1]):
        for keyword in ("PixelValueTransformationSequence", "FrameVOILUTSequence"):
            made.update((groups.get(keyword) or [Dataset()])[0])
    made.setdefault("BitsStored", 16)  # parametric maps state none, and only pydicom's range depends on it
    made.setdefault("PixelRepresentation", 0)
    values = apply_modality_lut(stored, made).astype(float)
    if "WindowCenter" in made:
        low, high = apply_windowing(np.array([-1e9, 1e9]), made)
        unit = (apply_windowing(values, made) - low) / (high - low)
    else:
        unit = (values - values.min()) / max(values.max() - values.min(), 1e-9)
    return 65535 * (1 - unit if made.PhotometricInterpretation == "MONOCHROME1" else unit)


@need_data
@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_a_real_file_agrees_with_pydicom_step_by_step(path):
    expected = peer(path)
    if expected is None:
        with pytest.raises(Refused, match="|".join(REFUSED)):
            decode_image(path.read_bytes(), path.name, frame=1)
        return
    found = decode_image(path.read_bytes(), path.name, frame=1)
    assert found.shape == expected.shape
    assert np.abs(found - expected.astype(float)).max() <= 0.5 + 1e-6
