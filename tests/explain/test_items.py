"""Images become numbers without loss, and each that cannot be read is named."""

import io

import numpy as np
import pytest
import torch
from PIL import Image, ImageFile

from auditor.common.errors import Refused
from auditor.explain.decode import decode_image, decode_mask
from auditor.explain.items import ValidationSet
from auditor.explain.modalities import modality_of
from auditor.explain.spec import OutputSpec
from tests.explain import toys


def encoded(image: Image.Image, kind: str = "PNG", **more) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **more)
    return stream.getvalue()


GREY = np.arange(64, dtype=np.uint8).reshape(8, 8)
COLOUR = np.stack([GREY, GREY + 1, GREY + 2], axis=2)
DEEP = GREY.astype(np.uint16) * 1000


@pytest.mark.parametrize("pixels", [GREY, COLOUR, DEEP], ids=["8 bit", "colour", "16 bit"])
@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_what_was_saved_is_what_is_read(pixels, kind):
    found = decode_image(encoded(Image.fromarray(pixels), kind), "x")
    assert found.dtype == pixels.dtype
    assert np.array_equal(found, pixels)


def test_palette_and_opaque_alpha_are_read_as_colour():
    colour = Image.fromarray(COLOUR)
    assert decode_image(encoded(colour.convert("P")), "x").shape == (8, 8, 3)
    assert np.array_equal(decode_image(encoded(colour.convert("RGBA")), "x"), COLOUR)


BAD = {
    "text": b"hello",
    "truncated": encoded(Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64), np.uint8)))[
        :2000
    ],
    "gif": encoded(Image.fromarray(GREY), "GIF"),
    "transparent": encoded(Image.fromarray(np.dstack([COLOUR, GREY]), "RGBA")),
    "floating": encoded(Image.fromarray(GREY.astype(np.float32)), "TIFF"),
    "several": encoded(Image.fromarray(GREY), "TIFF", save_all=True, append_images=[Image.fromarray(GREY)]),
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("kind", BAD)
def test_what_cannot_be_read_is_refused_by_name(kind):
    with pytest.raises(Refused, match=r"^images/a\.png .*\.$"):
        decode_image(BAD[kind], "images/a.png")


def test_a_truncated_image_is_refused_whatever_other_libraries_told_pillow(monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    with pytest.raises(Refused, match="does not decode"):
        decode_image(BAD["truncated"], "x")
    assert ImageFile.LOAD_TRUNCATED_IMAGES


def test_an_image_that_is_too_large_is_refused_before_it_is_decoded():
    with pytest.raises(Refused, match="has 8 x 8 pixels, and at most 63 are read"):
        decode_image(encoded(Image.fromarray(GREY)), "x", most_pixels=63)


def test_sixteen_bits_of_colour_are_not_rounded_away():
    content = bytearray(encoded(Image.fromarray(COLOUR)))
    content[24] = 16
    with pytest.raises(Refused, match="16 bits a colour channel"):
        decode_image(bytes(content), "x")


def test_a_mask_is_everything_that_is_not_zero():
    assert np.array_equal(decode_mask(encoded(Image.fromarray(GREY)), "x"), GREY > 0)


def read(pixels, **spec) -> torch.Tensor:
    return modality_of(toys.spec(**spec).input).read(encoded(Image.fromarray(pixels)), "item 'a'")


def test_pixels_are_scaled_resized_and_given_the_models_channels():
    given = read(GREY, size=8, channels=3)
    assert torch.equal(given, torch.from_numpy(GREY / np.float32(255)).expand(3, 8, 8))
    assert read(GREY, size=16).shape == (1, 16, 16)
    luma = (COLOUR @ np.array([0.299, 0.587, 0.114])) / 255
    assert np.allclose(read(COLOUR, size=8)[0], luma, atol=1e-6)
    with pytest.raises(Refused, match="item 'a' has 3 channels and the model takes 5"):
        read(COLOUR, size=8, channels=5)


def test_a_mask_comes_on_the_models_grid_and_an_empty_one_is_none(tmp_path):
    mask = np.zeros((32, 32), bool)
    mask[:, :16] = True
    images = modality_of(toys.spec(size=64).input)
    region = images.relevant(toys.png(mask.astype(np.uint8)), "item 'a'")
    assert region.shape == (64, 64)
    assert region[:, :31].all()
    assert not region[:, 33:].any()
    assert images.relevant(toys.png(np.zeros((8, 8), np.uint8)), "item 'a'") is None
    items = toys.validation_set(tmp_path, 1, toys.noise(), mask)[0]
    assert np.array_equal(items.relevant(0), mask)
    assert torch.equal(items.given(0), items.given(0))


def test_a_label_that_the_model_does_not_know_is_refused(tmp_path):
    _, store, manifest = toys.validation_set(tmp_path, 2, toys.noise())
    with pytest.raises(Refused, match="row 3: the label 'finding' is none of the model's classes"):
        ValidationSet(manifest, store, toys.spec(output=OutputSpec(classes=("clear", "other"))))
    with pytest.raises(
        Refused, match="holds items of the kind table and the model 'toy' takes items of the kind image"
    ):
        ValidationSet(manifest.model_copy(update={"kind": "table"}), store, toys.spec())
