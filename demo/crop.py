"""Crops a part of an uploaded picture, to search with that part."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path

from gradio.utils import get_upload_folder

from pinacoteca.images import open_image
from pinacoteca.painting_within import WHOLE, Quadrilateral, straightened

# Lower quality would change the network's answer; higher quality takes more space.
QUALITY = 95
# The smallest part, as a share of the picture's sides; less is too little for an answer.
LEAST_SIDE = 0.02


def text_of(corners: Quadrilateral) -> str:
    """Returns corners as text for the attribute of a button."""
    return " ".join(f"{share:.4f}" for corner in corners for share in corner)


def corners_of(text: str) -> Quadrilateral | None:
    """Returns the corners from a button's text; None for any other text."""
    try:
        numbers = [float(word) for word in text.split(" ")]
    except ValueError:
        return None
    if len(numbers) != 2 * len(WHOLE) or not all(0 <= number <= 1 for number in numbers):
        return None
    first, second, third, fourth = zip(numbers[::2], numbers[1::2], strict=True)
    corners = (first, second, third, fourth)
    edges = zip(corners, (*corners[1:], corners[0]), strict=True)
    return corners if min(math.dist(*edge) for edge in edges) >= LEAST_SIDE else None


def cropped_file(picture: str, corners: Quadrilateral) -> str:
    """Writes a straightened part of a picture beside the uploads and returns its path.

    Raises:
        ImageError: The file is not a picture that can be read.
    """
    part = straightened(open_image(picture), corners)
    folder = Path(tempfile.mkdtemp(prefix="part-", dir=get_upload_folder()))
    path = folder / "painting.jpg"
    part.save(path, quality=QUALITY, subsampling=0)
    return str(path)
