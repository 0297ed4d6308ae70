"""`open_image` keeps every promise of its docstring, on generated pictures and on odd ones."""

from __future__ import annotations

import io
import os
import struct
import threading
import warnings
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
import pytest
from bombs import png_chunk
from PIL import ExifTags, Image, ImageFile

from pinacoteca.errors import ImageError
from pinacoteca.images import DRAFT_EDGE, PIXEL_LIMIT, light, open_image, reduced

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 128, 0), (0, 0, 255), (255, 255, 255)


@pytest.fixture(autouse=True)
def every_warning_is_an_error() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def encoded(picture: Image.Image, kind: str, **settings: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **settings)
    return buffer.getvalue()


def quarters() -> Image.Image:
    """Returns a 40 x 20 picture that looks different in each of the eight orientations."""
    picture = Image.new("RGB", (40, 20), WHITE)
    picture.paste(RED, (0, 0, 20, 10))
    picture.paste(BLUE, (20, 0, 40, 10))
    return picture


def png(width: int, height: int, depth: int, colour_type: int, rows: bytes, *more: bytes) -> bytes:
    """Writes a PNG chunk by chunk, for variants that Pillow itself cannot write."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0)
    chunks = (b"IHDR" + header, *more, b"IDAT" + zlib.compress(rows), b"IEND")
    pieces = (png_chunk(chunk[:4], chunk[4:]) for chunk in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(pieces)


def pixels(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture).astype(int)


def refusal(source: object) -> str:
    with pytest.raises(ImageError) as caught:
        open_image(cast(bytes, source))
    sentence = str(caught.value)
    assert is_sentence(sentence), sentence
    return sentence


def is_sentence(text: str) -> bool:
    return text[:1].isupper() and text.endswith(".") and "\n" not in text


# What is read


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "GIF", "TIFF", "BMP"])
def test_reads_every_promised_format(kind: str) -> None:
    picture = open_image(encoded(quarters(), kind))
    assert (picture.mode, picture.size) == ("RGB", (40, 20))
    # Corners, away from the edges that lossy formats blur.
    assert np.abs(pixels(picture)[2, 2] - RED).max() < 24
    assert np.abs(pixels(picture)[2, 37] - BLUE).max() < 24
    assert np.abs(pixels(picture)[17, 2] - WHITE).max() < 24


def test_reads_the_first_picture_of_an_mpo_as_jpeg() -> None:
    stereo = encoded(quarters(), "MPO", save_all=True, append_images=[quarters()])
    assert open_image(stereo).size == (40, 20)


def test_path_string_bytes_and_file_give_the_same_picture(tmp_path: Path) -> None:
    data = encoded(quarters(), "PNG")
    path = tmp_path / "tablou cu spații.png"
    path.write_bytes(data)
    for source in (path, str(path), data, io.BytesIO(data)):
        assert (pixels(open_image(source)) == pixels(quarters())).all()


def test_a_file_is_read_from_its_beginning_and_left_open() -> None:
    file = io.BytesIO(encoded(quarters(), "PNG"))
    file.seek(0, io.SEEK_END)
    assert open_image(file).size == (40, 20)
    assert not file.closed


def test_a_stream_that_cannot_go_back_is_read() -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as sender:
        sender.write(encoded(quarters(), "PNG"))
    with os.fdopen(reading, "rb") as stream:
        assert open_image(cast(BinaryIO, stream)).size == (40, 20)


def test_pixels_stay_after_the_file_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "gone.tif"
    path.write_bytes(encoded(quarters(), "TIFF"))
    picture = open_image(path)
    path.unlink()
    assert picture.getpixel((0, 0)) == RED


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts open files in /proc")
@pytest.mark.parametrize("kind", ["JPEG", "TIFF", "GIF"])
@pytest.mark.parametrize("whole", [True, False])
def test_leaves_no_file_open(tmp_path: Path, kind: str, whole: bool) -> None:
    data = encoded(quarters(), kind)
    path = tmp_path / "picture"
    path.write_bytes(data if whole else data[: len(data) // 2])
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        if whole:
            open_image(path)
        else:
            refusal(path)
    assert len(os.listdir("/proc/self/fd")) == before


# How it is shown


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_exif_orientation_is_undone(kind: str, orientation: int) -> None:
    # Pillow's own exif_transpose is the reference.
    held = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6}[orientation]
    methods = dict(zip(range(2, 9), (0, 3, 1, 5, 4, 6, 2), strict=True))
    stored = quarters()
    if held != 1:
        stored = stored.transpose(Image.Transpose(methods[held]))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    settings = {} if kind in ("PNG", "TIFF") else {"quality": 95}
    picture = open_image(encoded(stored, kind, exif=exif, **settings))
    assert picture.size == (40, 20)
    assert np.abs(pixels(picture) - pixels(quarters())).mean() < 6


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    "exif",
    [
        pytest.param(b"Exif\0\0", id="empty"),
        pytest.param(b"Exif\0\0no TIFF at all", id="no-header"),
        pytest.param(b"Exif\0\0II*\0\x08\0\0\0\xff\xff\x12\x01\x03\0\xff\xff\xff\xff", id="cut"),
        pytest.param(
            b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x02\0\x01\0\0\0abc\0\0\0\0\0", id="text"
        ),
    ],
)
def test_broken_exif_neither_fails_nor_warns(kind: str, exif: bytes) -> None:
    assert open_image(encoded(quarters(), kind, exif=exif)).size == (40, 20)


@pytest.mark.parametrize(
    ("kind", "mode", "byte_order"),
    [("PNG", "I;16", "<u2"), ("TIFF", "I;16", "<u2"), ("TIFF", "I;16B", ">u2")],
)
def test_16_bit_grey_is_scaled_not_clipped(kind: str, mode: str, byte_order: str) -> None:
    ramp = np.linspace(0, 65535, 256).round().astype(byte_order)
    stored = Image.frombytes(mode, (256, 1), ramp.tobytes())
    assert (pixels(open_image(encoded(stored, kind)))[0, :, 1] == np.arange(256)).all()


def test_16_bit_levels_are_rounded_to_the_nearest() -> None:
    row = b"\0" + struct.pack(">HHHH", 0, 128, 129, 65535 - 129)
    assert pixels(open_image(png(4, 1, 16, 0, row)))[0, :, 0].tolist() == [0, 0, 1, 254]


def test_16_bit_grey_with_a_transparent_level_lies_on_white() -> None:
    row = b"\0" + struct.pack(">HH", 1000, 7 * 257)
    data = png(2, 1, 16, 0, row, b"tRNS" + struct.pack(">H", 1000))
    assert pixels(open_image(data))[0].tolist() == [[255] * 3, [7] * 3]


def test_16_bit_colour_is_scaled() -> None:
    row = b"\0" + struct.pack(">HHH", 65535, 128 * 257, 257)
    assert open_image(png(1, 1, 16, 2, row)).getpixel((0, 0)) == (255, 128, 1)


@pytest.mark.parametrize("values", [[-3.0, 0.0, 3.0], [0.25, 0.5, 0.75], [0.0, np.nan, 0.0]])
def test_floats_run_from_their_darkest_to_their_brightest(values: list[float]) -> None:
    stored = Image.fromarray(np.array([values], dtype=np.float32))
    expected = [0, 0, 0] if np.isnan(values).any() else [0, 128, 255]
    assert pixels(open_image(encoded(stored, "TIFF")))[0, :, 0].tolist() == expected


def test_32_bit_integers_run_from_their_darkest_to_their_brightest() -> None:
    stored = Image.fromarray(np.array([[-1000, 0, 1000]], dtype=np.int32))
    assert pixels(open_image(encoded(stored, "TIFF")))[0, :, 0].tolist() == [0, 128, 255]


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "AVIF"])
def test_alpha_lies_on_white_paper(kind: str) -> None:
    # The transparent half is black, so dropping alpha would show black.
    stored = Image.new("RGBA", (32, 16), (0, 0, 0, 0))
    stored.paste((255, 0, 0, 255), (0, 0, 16, 16))
    settings = {"lossless": True} if kind == "WEBP" else {}
    picture = pixels(open_image(encoded(stored, kind, **settings)))
    assert np.abs(picture[8, 4] - RED).max() < 8
    assert np.abs(picture[8, 28] - WHITE).max() < 8


def test_half_transparent_black_is_mid_grey() -> None:
    stored = Image.new("RGBA", (2, 2), (0, 0, 0, 128))
    assert open_image(encoded(stored, "PNG")).getpixel((0, 0)) == (127, 127, 127)


def test_grey_with_alpha_lies_on_white() -> None:
    assert open_image(encoded(Image.new("LA", (2, 2), (0, 0)), "PNG")).getpixel((0, 0)) == WHITE


def test_premultiplied_alpha_lies_on_white() -> None:
    straight = encoded(Image.frombytes("RGBA", (1, 1), bytes((127, 0, 0, 127))), "TIFF")
    # Tag ExtraSamples: 2 is straight alpha, 1 premultiplied; 127 under 127 is then full red.
    entry = struct.pack("<HHI", 338, 3, 1)
    assert entry + b"\2" in straight
    premultiplied = straight.replace(entry + b"\2", entry + b"\1")
    assert open_image(straight).getpixel((0, 0)) == (191, 128, 128)
    assert open_image(premultiplied).getpixel((0, 0)) == (255, 128, 128)


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_transparent_palette_entry_lies_on_white(kind: str) -> None:
    stored = Image.new("P", (2, 1))
    stored.putpalette([0, 0, 0, 255, 0, 0])
    stored.putdata([0, 1])
    picture = open_image(encoded(stored, kind, transparency=0))
    assert pixels(picture)[0].tolist() == [list(WHITE), list(RED)]


def test_palette_with_levels_of_transparency_neither_warns_nor_shows_black() -> None:
    stored = Image.new("P", (2, 1))
    stored.putpalette([0, 0, 0, 255, 0, 0])
    stored.putdata([0, 1])
    picture = open_image(encoded(stored, "PNG", transparency=bytes((0, 255))))
    assert pixels(picture)[0].tolist() == [list(WHITE), list(RED)]


def test_transparent_colour_of_rgb_lies_on_white() -> None:
    row = b"\0\1\2\3\4\5\6"
    data = png(2, 1, 8, 2, row, b"tRNS" + struct.pack(">HHH", 1, 2, 3))
    assert pixels(open_image(data))[0].tolist() == [list(WHITE), [4, 5, 6]]


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_keeps_its_colours(kind: str) -> None:
    red = Image.new("CMYK", (32, 32), (0, 255, 255, 0))
    assert np.abs(pixels(open_image(encoded(red, kind)))[16, 16] - RED).max() < 8


@pytest.mark.parametrize("mode", ["1", "L", "P"])
def test_black_and_white_grey_and_palette_become_rgb(mode: str) -> None:
    picture = open_image(encoded(Image.new("RGB", (2, 2), WHITE).convert(mode), "PNG"))
    assert (picture.mode, picture.getpixel((0, 0))) == ("RGB", WHITE)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF", "AVIF"])
def test_first_frame_of_several(kind: str) -> None:
    frames = [Image.new("RGB", (32, 32), colour) for colour in (RED, GREEN, BLUE)]
    data = encoded(frames[0], kind, save_all=True, append_images=frames[1:])
    assert np.abs(pixels(open_image(data))[16, 16] - RED).max() < 8


# How large


@pytest.mark.parametrize(
    ("size", "expected"),
    [((4000, 3000), (1000, 750)), ((8000, 1030), (4000, 515)), ((1023, 2047), (1023, 2047))],
)
def test_large_jpeg_is_drafted_and_never_below_the_edge(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    picture = open_image(encoded(Image.new("L", size, 200), "JPEG"))
    assert picture.size == expected
    assert min(picture.size) >= DRAFT_EDGE


def test_other_formats_keep_their_size() -> None:
    assert open_image(encoded(Image.new("L", (2048, 1024), 9), "PNG")).size == (2048, 1024)


def test_exactly_the_limit_is_read_and_one_row_more_refused() -> None:
    width, height = 10_000, PIXEL_LIMIT // 10_000
    assert open_image(encoded(Image.new("L", (width, height)), "JPEG")).width >= DRAFT_EDGE
    assert "too large" in refusal(encoded(Image.new("L", (width, height + 1)), "JPEG"))


# 70 million pixels are within Pillow's own limits, 100 million make it warn, 10 billion fail.
@pytest.mark.parametrize("height", [700, 1_000, 100_000])
def test_size_is_judged_by_the_header_before_any_pixel_is_decoded(height: int) -> None:
    # This header has no pixels after it, so decoding would report a truncated picture.
    assert "too large" in refusal(png(100_000, height, 8, 2, b""))


# What is refused, and how


def test_empty_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    assert refusal(tmp_path / "empty.jpg") == refusal(b"") == "The file is empty."


def test_missing_file_names_the_path(tmp_path: Path) -> None:
    path = tmp_path / "nowhere.jpg"
    assert str(path) in refusal(path)
    assert "no file" in refusal(str(path))


def test_folder_names_the_path(tmp_path: Path) -> None:
    assert "is a folder" in refusal(tmp_path)


def test_a_path_that_no_system_accepts() -> None:
    assert "cannot be opened" in refusal("a\0b.jpg")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads anything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "locked.png"
    path.write_bytes(encoded(quarters(), "PNG"))
    path.chmod(0)
    assert "cannot be opened" in refusal(path)


def test_a_file_that_fails_while_read_is_refused_with_a_sentence() -> None:
    class Broken(io.BytesIO):
        def read(self, *_: object) -> bytes:
            raise OSError("the disk is gone")

    assert "the disk is gone" in refusal(Broken())


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "TIFF", "BMP", "WEBP", "AVIF"])
def test_a_picture_cut_short_is_refused(kind: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    data = encoded(Image.fromarray(noise), kind)
    sentence = refusal(data[: len(data) * 2 // 3])
    assert "cut short" in sentence or "damaged" in sentence


def test_a_jpeg_cut_short_is_named_so() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    data = encoded(Image.fromarray(noise), "JPEG")
    assert "cut short" in refusal(data[: len(data) // 2])


def test_a_header_without_sense_is_damage() -> None:
    assert "damaged" in refusal(b"\x89PNG\r\n\x1a\n" + bytes(100))


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (b"%PDF-1.7\n", "a PDF document"),
        (b"<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "a HEIC picture"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "a PostScript drawing"),
        (b"8BPS\0\x01", "a Photoshop document"),
        (b"PK\x03\x04\x14\0", "a ZIP archive"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "a JPEG 2000 picture"),
        (b"<!DOCTYPE html><p>Not found", "a web page"),
        (b"Once upon a time", "not a picture"),
        (bytes(range(1, 100)), "not a picture"),
    ],
)
def test_other_kinds_are_named(header: bytes, name: str) -> None:
    sentence = refusal(header)
    assert name in sentence
    assert "JPEG, PNG, WebP" in sentence


def test_formats_outside_the_list_stay_outside() -> None:
    assert "not a picture" in refusal(encoded(quarters(), "TGA"))
    assert "icon" in refusal(encoded(quarters(), "ICO"))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "TIFF", "BMP", "WEBP", "AVIF"])
def test_no_flipped_byte_breaks_out_of_image_error(kind: str) -> None:
    generator = np.random.default_rng(18)
    whole = np.frombuffer(encoded(quarters(), kind), dtype=np.uint8)
    for _ in range(60):
        data = whole.copy()
        places = generator.integers(0, len(data), 4)
        data[places] ^= generator.integers(1, 256, 4, dtype=np.uint8)
        try:
            assert open_image(data.tobytes()).mode == "RGB"
        except ImageError as error:
            assert is_sentence(str(error))


# What it leaves behind


def test_state_of_the_process_is_as_before() -> None:
    limit = Image.MAX_IMAGE_PIXELS
    filters = list(warnings.filters)
    open_image(encoded(quarters(), "PNG"))
    refusal(encoded(quarters(), "JPEG")[:200])
    refusal(b"nothing")
    assert not ImageFile.LOAD_TRUNCATED_IMAGES
    assert limit == Image.MAX_IMAGE_PIXELS
    assert list(warnings.filters) == filters


def test_many_threads_read_alike_without_a_warning() -> None:
    exif = b"Exif\0\0II*\0\x08\0\0\0\xff\xff\x12\x01\x03\0\xff\xff\xff\xff"
    sources = [encoded(quarters(), kind, exif=exif) for kind in ("JPEG", "PNG", "WEBP")]
    filters = list(warnings.filters)
    start = threading.Barrier(8)

    def read_all(_: int) -> list[bytes]:
        start.wait()
        return [open_image(source).tobytes() for _ in range(20) for source in sources]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(read_all, range(8)))
    assert all(answer == answers[0] for answer in answers)
    assert list(warnings.filters) == filters


# The pictures that break decoders


def odd_cases(folder: Path) -> list[Path]:
    cases = sorted(path for path in folder.rglob("*") if path.is_file())
    assert cases, f"no files in {folder}"
    return cases


@pytest.mark.data
@pytest.mark.parametrize("read", [lambda path: path, Path.read_bytes], ids=["path", "bytes"])
def test_odd_files_are_a_picture_or_a_sentence(
    shared_data: Path, read: Callable[[Path], Path | bytes]
) -> None:
    outcomes = {True: 0, False: 0}
    for path in odd_cases(shared_data / "odd-images" / "files"):
        try:
            picture = open_image(read(path))
        except ImageError as error:
            assert is_sentence(str(error)), path.name
            outcomes[False] += 1
        else:
            assert picture.mode == "RGB", path.name
            assert picture.width * picture.height <= PIXEL_LIMIT, path.name
            outcomes[True] += 1
    # Both outcomes must occur: 144 of 191 were pictures when this was written.
    assert outcomes[True] > 100
    assert outcomes[False] > 20


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "size"), [("Landscape", (1800, 1200)), ("Portrait", (1200, 1800))]
)
def test_all_nine_orientations_load_upright_and_alike(
    shared_data: Path, name: str, size: tuple[int, int]
) -> None:
    cases = [
        path
        for path in odd_cases(shared_data / "odd-images" / "exif")
        if path.name.startswith(name)
    ]
    assert len(cases) == 9
    # The JPEG is drafted to half size, and both sides stay above 512 pixels.
    loaded = {path.name: pixels(open_image(path)) for path in cases}
    reference = loaded[f"{name}_1.jpg"]
    assert reference.shape == (size[1] // 2, size[0] // 2, 3)
    for file_name, values in loaded.items():
        assert values.shape == reference.shape, file_name
        assert np.abs(values - reference).mean() < 4, file_name


def test_large_pictures_are_reduced_and_small_ones_left_alone() -> None:
    picture = Image.effect_noise((400, 100), 50).convert("RGB")

    assert reduced(picture, 0) is picture
    assert reduced(picture, 400) is picture
    assert reduced(picture, 200).size == (200, 50)
    assert reduced(picture.resize((300, 2)), 100).size == (100, 1)
    # The picture is averaged, not just every other pixel taken.
    ramp = Image.linear_gradient("L").convert("RGB").resize((512, 512))
    assert abs(np.asarray(reduced(ramp, 64)).mean() - np.asarray(ramp).mean()) < 1


@pytest.mark.parametrize("size", [(1800, 1200), (1023, 3000), (2048, 1024), (4096, 4100), (40, 30)])
def test_a_picture_becomes_light_as_a_large_jpeg_comes(size: tuple[int, int]) -> None:
    coarse = np.random.default_rng(0).integers(0, 256, (9, 12, 3), dtype=np.uint8)
    picture = Image.fromarray(coarse).resize(size)

    lightened = light(open_image(encoded(picture, "PNG")))
    drafted = open_image(encoded(picture, "JPEG", quality=95, subsampling=0))

    assert lightened.size == drafted.size
    difference = np.asarray(lightened, np.float32) - np.asarray(drafted, np.float32)
    assert np.abs(difference).mean() < 3
