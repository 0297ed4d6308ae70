"""Crops a part of an uploaded picture, to search with that part."""

from __future__ import annotations

import io
import math

from pinacoteca.images import light, open_image
from pinacoteca.painting_within import WHOLE, Quadrilateral, straightened

# Lower quality would change the network's answer; higher quality takes more space.
QUALITY = 95
# The smallest part, as a share of the picture's sides; less is too little for an answer.
LEAST_SIDE = 0.02


def text_of(corners: Quadrilateral) -> str:
    """Returns corners as text for the attribute of a button."""
    return " ".join(f"{share:.4f}" for corner in corners for share in corner)


def corners_of(text: str) -> Quadrilateral | None:
    """Returns the corners from a button's text; None for any other text, and for the whole."""
    try:
        numbers = [float(word) for word in text.split(" ")]
    except ValueError:
        return None
    if len(numbers) != 2 * len(WHOLE) or not all(0 <= number <= 1 for number in numbers):
        return None
    first, second, third, fourth = zip(numbers[::2], numbers[1::2], strict=True)
    corners = (first, second, third, fourth)
    edges = zip(corners, (*corners[1:], corners[0]), strict=True)
    if corners == WHOLE:
        return None
    return corners if min(math.dist(*edge) for edge in edges) >= LEAST_SIDE else None


def cropped(picture: str, corners: Quadrilateral) -> bytes:
    """Returns a straightened part of a picture as a JPEG, no larger than it is looked at.

    Raises:
        ImageError: The file is not a picture that can be read.
    """
    # Reduced only now: a small part of a large picture keeps its details.
    part = light(straightened(open_image(picture), corners))
    buffer = io.BytesIO()
    part.save(buffer, "JPEG", quality=QUALITY, subsampling=0)
    return buffer.getvalue()
