"""Finds the painting in a picture that also shows a wall, a frame, a mount or a book page.

The search repeats until it finds neither a ground nor a frame. A *ground* is an area of one colour,
plain or evenly lit, with four-sided areas on it: a wall, a page, a mount. A *frame* is made of
bands along all four sides, each of one colour over the whole side. A picture that has neither
counts as a painting. The code uses NumPy and Pillow only, because OpenCV takes 150 MB.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

Picture: TypeAlias = Image.Image
Floats: TypeAlias = npt.NDArray[np.float32]
Bools: TypeAlias = npt.NDArray[np.bool_]
Point: TypeAlias = tuple[float, float]
Block: TypeAlias = tuple[int, int, int, int]
# The x and y of each corner as fractions of width and height, clockwise from the upper left.
Quadrilateral: TypeAlias = tuple[Point, Point, Point, Point]

WHOLE: Quadrilateral = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
# A painting may have a mount, a frame and a wall around it.
LAYERS = 4
# The least side, in pixels, of the copy in which a part of a picture is searched.
LEAST_SIDE = 256
# How long a side must be, beside the opposite one, in a picture of something rectangular.
OPPOSITE = 0.4
# How many of the outermost pixels may show what is around a frame.
OUTERMOST = 2
# How far, in levels of 255, colours must differ from a single tint to count as more than one.
COLOUR = 6.0
# No tinted print has a stronger tint than this.
TINT = 80.0


@dataclass(frozen=True)
class Search:
    """How certain a painting must be.

    With these thresholds, none of the 1,412 and 48 paintings that they were chosen on is cropped.

    Attributes:
        side: The side of the reduced copy that is searched, in pixels.
        border_plain: The share of the outermost pixels that must have the colour of the ground.
        different: The least difference of a colour, 0 to 255, from the ground.
        noisy: The same for a slightly uneven ground.
        band_tolerance: How much a colour may differ from its band of the frame.
        band_plain: The share of a side that must have the colour of its band.
        slant: By how many pixels the edge of a band may be displaced.
        least_side: The shortest side of a painting, as a share of the picture's side.
        most_area: The largest share of the picture that a single painting may cover; a thinner
            margin is not cropped.
        least_frame: The narrowest frame, as a share of the shorter side of the picture.
        most_frame: The widest frame, likewise.
        least_confidence: The least confidence, in its least certain side, for a painting to be
            cropped.
        least_offered: The same for a painting that a person is asked about.
    """

    side: int = 512
    border_plain: float = 0.95
    different: float = 9.0
    noisy: float = 24.0
    band_tolerance: float = 12.0
    band_plain: float = 0.9
    slant: int = 0
    least_side: float = 0.12
    most_area: float = 0.8
    least_frame: float = 0.06
    most_frame: float = 0.18
    least_confidence: float = 0.65
    least_offered: float = 0.5


DEFAULT = Search()


@dataclass(frozen=True)
class FoundPainting:
    """A painting in a picture.

    Attributes:
        corners: Of the painting, as shares of the picture's width and height.
        confidence: The share, 0 to 1, of its least certain side that is visibly an edge; 1 if the
            painting fills the picture.
        picture: The painting, cropped and straightened.
    """

    corners: Quadrilateral
    confidence: float
    picture: Picture = field(repr=False, compare=False)

    @property
    def cropped(self) -> bool:
        """Whether this is less than the whole picture."""
        return self.corners != WHOLE


class _Copy(NamedTuple):
    """A reduced copy of a picture, in which paintings are searched.

    Attributes:
        pixels: float32 ``[height, width, 3]``, 0 to 255.
        ground: What ``_ground`` returns.
    """

    pixels: Floats
    ground: Bools | None


def paintings_within(picture: Picture) -> tuple[FoundPainting, ...]:
    """Returns the paintings in a picture, largest first; the whole picture if none is certain.

    Args:
        picture: RGB.
    """
    return paintings_or_doubt(picture)[0]


def paintings_or_doubt(
    picture: Picture,
) -> tuple[tuple[FoundPainting, ...], Quadrilateral | None]:
    """Returns the paintings in a picture, and where one may be if none is certain.

    Args:
        picture: RGB.

    Returns:
        What ``paintings_within`` returns, and the corners of an uncertain painting or None.
    """
    # Making the copy takes longer than searching it, so it is made once.
    copy = _copy_of(picture, DEFAULT)
    inside = _inside(copy, DEFAULT)
    found = list(_within(picture, FoundPainting(WHOLE, 1.0, picture), inside, DEFAULT, LAYERS))
    found.sort(key=lambda painting: -_area(np.asarray(painting.corners)))
    if inside:
        return tuple(found), None
    less = replace(DEFAULT, least_confidence=DEFAULT.least_offered)
    likely = sorted(_inside(copy, less), key=lambda each: -each[1])
    return tuple(found), likely[0][0] if likely else None


def _within(
    picture: Picture,
    part: FoundPainting,
    inside: list[tuple[Quadrilateral, float]],
    search: Search,
    layers: int,
) -> Iterator[FoundPainting]:
    """Yields the paintings in a part of a picture; the part itself if nothing is ``inside`` it."""
    if not inside:
        yield part
    scale = min(1.0, search.side / max(part.picture.size))
    for inner, its_confidence in inside:
        # Within a wall, a frame is likely, and once straightened its edges are not quite straight.
        # They are off by more pixels if the part is searched larger than it was found.
        seen = round(scale * max(_size_within(inner, part.picture)))
        side = min(search.side, max(seen, LEAST_SIDE))
        within = replace(search, slant=2, band_plain=0.6, side=side)
        corners = _placed(inner, part.corners)
        confidence = min(part.confidence, its_confidence)
        nested = FoundPainting(corners, confidence, straightened(picture, corners))
        deeper = _inside(_copy_of(nested.picture, within), within) if layers > 1 else []
        yield from _within(picture, nested, deeper, within, layers - 1)


def _copy_of(picture: Picture, search: Search) -> _Copy:
    copy = picture.copy()
    # A box filter makes slanted edges jagged, unless a whole number of pixels becomes one.
    copy.thumbnail((search.side, search.side), Image.Resampling.HAMMING, reducing_gap=None)
    pixels = np.asarray(copy, np.float32)
    return _Copy(pixels, _ground(pixels, search))


def _inside(copy: _Copy, search: Search) -> list[tuple[Quadrilateral, float]]:
    pixels, ground = copy
    if min(pixels.shape[:2]) < 32:
        return []
    found = [] if ground is None else _on_ground(pixels, ground, search)
    if not found:
        found = _in_frame(pixels, ground, search)
    height, width = pixels.shape[:2]
    return [(_fractions(corners, width, height), confidence) for corners, confidence in found]


# ---- a painting in a frame


def _in_frame(pixels: Floats, ground: Bools | None, search: Search) -> list[tuple[Floats, float]]:
    height, width = pixels.shape[:2]
    least, deepest = (
        int(share * min(height, width)) for share in (search.least_frame, search.most_frame)
    )
    # Most pictures have no frame. The first row that counts, or a few, are enough to see that.
    if not search.slant and not _plain_depth(_sides(pixels, OUTERMOST + 1), search):
        return []
    if _plain_depth(_sides(pixels, least + 2), search) < least:
        return []
    sides = _sides(pixels, deepest)
    depth = _plain_depth(sides, search)
    edges = [_edges(side, search) for side in sides]
    # The bands of a frame have edges too; the innermost edge belongs to the painting.
    for start in range(min(depth + 1, deepest - 3), least, -1):
        # A crop by hand may have left a little more of one side.
        near = [start - 2 + int(shares[start - 2 : start + 3].argmax()) for shares in edges]
        confidence = min(float(shares[place]) for shares, place in zip(edges, near, strict=True))
        if confidence >= search.least_confidence:
            top, bottom, left, right = near
            # A page of text has even margins too.
            if ground is not None and ground[:top].mean() < 0.1:
                return []
            return [(_box(left, top, width - right, height - bottom), confidence)]
    return []


def _sides(pixels: Floats, depth: int) -> list[Floats]:
    """Returns top, bottom, left and right, each ``[depth, along, 3]`` from outside to inside."""
    turned = pixels.transpose(1, 0, 2)
    return [
        rows[:depth, rows.shape[1] // 5 : -(rows.shape[1] // 5)]
        for rows in (pixels, pixels[::-1], turned, turned[::-1])
    ]


def _plain_depth(sides: list[Floats], search: Search) -> int:
    """Returns the depth to which all sides consist of bands of one colour each."""
    depth = len(sides[0])
    outermost = OUTERMOST + search.slant
    for side in sides:
        bands = side[:depth]
        colours = np.median(bands, axis=1, keepdims=True)
        off = np.full(bands.shape[:2], np.inf, np.float32)
        for shift in {-search.slant, 0, search.slant}:
            place = np.clip(np.arange(depth) + shift, 0, depth - 1)
            off = np.minimum(off, np.abs(bands - colours[place]).max(axis=2))
        plain = (off[outermost:] <= search.band_tolerance).mean(axis=1)
        broken = np.flatnonzero(plain < search.band_plain)
        depth = outermost + int(broken[0]) if len(broken) else depth
        if depth <= outermost:
            return 0
    return depth


def _edges(side: Floats, search: Search) -> Floats:
    """Returns for each depth the share of the side whose colour differs from the band before."""
    slant, depth = search.slant, len(side)
    shares = np.zeros(depth, np.float32)
    first, last = 1 + slant, depth - 1 - slant
    before = np.median(side[: last - first], axis=1, keepdims=True)
    change = np.zeros((last - first, side.shape[1]), np.float32)
    for ahead in range(2 + slant):
        inside = side[first + ahead : last + ahead]
        change = np.maximum(change, np.abs(inside - before).max(axis=2))
    shares[first:last] = (change > search.different).mean(axis=1)
    return shares


# ---- paintings on a ground


def _on_ground(pixels: Floats, ground: Bools, search: Search) -> list[tuple[Floats, float]]:
    height, width = pixels.shape[:2]
    least = max(3.0, 0.015 * min(height, width))
    blocks = [
        block
        for block in _blocks(ground, (0, 0, width, height))
        if max(block[2] - block[0], block[3] - block[1]) >= least
    ]
    found = []
    for block in blocks:
        left, top, right, bottom = block
        if right - left < search.least_side * width or bottom - top < search.least_side * height:
            continue
        if left < 1 or top < 1 or right > width - 1 or bottom > height - 1:
            continue
        corners = _four_corners(ground[top:bottom, left:right])
        if corners is None or not _rectangular(corners) or _surrounded(block, blocks, least):
            continue
        corners = corners + np.array([left, top], np.float32)
        confidence = _side_support(corners, ground)
        if confidence >= search.least_confidence and _is_painting(pixels, ground, corners):
            found.append((corners, confidence))
    # Two paintings on a page may cover more of it.
    if len(found) == 1 and _area(found[0][0]) > search.most_area * width * height:
        return []
    return found


def _rectangular(corners: Floats) -> bool:
    """Returns whether a quadrilateral may be a rectangle seen at an angle.

    Otherwise it is a shaped canvas, or a figure within a painting.
    """
    sides = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    opposite = np.roll(sides, 2)
    return bool((sides >= OPPOSITE * opposite).all())


def _surrounded(block: Block, blocks: list[Block], least: float) -> bool:
    """Returns whether other things surround a block on all four sides.

    If so, it is not on a bare ground: a carved frame may be part of the work.
    """
    edges = np.array([other for other in blocks if other != block] or [block])
    left, top = edges[:, :2].min(axis=0)
    right, bottom = edges[:, 2:].max(axis=0)
    beyond = (block[0] - left, block[1] - top, right - block[2], bottom - block[3])
    return bool(min(beyond) > least)


def _ground(pixels: Floats, search: Search) -> Bools | None:
    """Returns which pixels differ from the ground; None if there is no ground.

    The ground has one colour, or a colour that changes evenly because light falls from one side.
    """
    height, width = pixels.shape[:2]
    rim = max(2, round(0.01 * min(height, width)))
    border = np.ones((height, width), np.bool_)
    border[rim:-rim, rim:-rim] = False
    colours = pixels[border]
    plain = np.abs(colours - np.median(colours, axis=0)).max(axis=1) <= 48
    if plain.mean() < search.border_plain:
        return None
    rows, columns = np.nonzero(border)
    where = np.stack([np.ones(len(colours)), columns, rows], axis=1)
    for _ in range(3):
        plane, *_ = np.linalg.lstsq(where[plain], colours[plain], rcond=None)
        off = np.abs(colours - where @ plane).max(axis=1)
        allowed = float(np.clip(4.5 * np.median(off), search.different, search.noisy))
        plain = off <= allowed
        if plain.mean() < search.border_plain:
            return None
    start, right, down = plane.astype(np.float32)
    expected = (
        start + right * np.arange(width)[None, :, None] + down * np.arange(height)[:, None, None]
    )
    return np.asarray(np.abs(pixels - expected).max(axis=2) > allowed)


def _blocks(mask: Bools, block: Block) -> list[Block]:
    """Cuts a page along its empty rows and columns (XY-cut: Nagy and Seth, ICPR 1984).

    Args:
        mask: bool ``[height, width]``, True for what is not ground.
        block: The part to cut: left, top, right, bottom.
    """
    left, top, right, bottom = block
    part = mask[top:bottom, left:right]
    if not part.any():
        return []
    across = _runs(part.mean(axis=1) > 0.01)
    down = _runs(part.mean(axis=0) > 0.01)
    if not across or not down:
        return []
    if len(across) == 1 and len(down) == 1:
        inner = (left + down[0][0], top + across[0][0], left + down[0][1], top + across[0][1])
        return [inner] if inner == block else _blocks(mask, inner)
    if len(across) > 1:
        pieces = [(left, top + start, right, top + end) for start, end in across]
    else:
        pieces = [(left + start, top, left + end, bottom) for start, end in down]
    return [inner for piece in pieces for inner in _blocks(mask, piece)]


def _runs(full: Bools) -> list[tuple[int, int]]:
    """Returns starts and ends of the runs of True."""
    changes = np.flatnonzero(np.diff(np.concatenate([[False], full, [False]]).astype(np.int8)))
    return [(int(start), int(end)) for start, end in changes.reshape(-1, 2)]


def _four_corners(mask: Bools) -> Floats | None:
    """Returns the quadrilateral around a mask, ``[4, 2]``, from its upper left corner clockwise.

    Starts from the convex hull and repeatedly removes a side: the one whose neighbours, when
    extended until they meet, add the least area.
    """
    hull = _hull(mask)
    while len(hull) > 4:
        best: tuple[float, int, Point] | None = None
        for place in range(len(hull)):
            before, start, end, after = (hull[(place + step) % len(hull)] for step in (-1, 0, 1, 2))
            meeting = _meeting(before, start, after, end)
            if meeting is None:
                continue
            added = abs(_cross(start, end, meeting))
            if best is None or added < best[0]:
                best = (added, place, meeting)
        if best is None:
            return None
        _, place, meeting = best
        hull[place] = meeting
        del hull[(place + 1) % len(hull)]
    if len(hull) < 4:
        return None
    corners = np.array(hull, np.float32)
    first = int(corners.sum(axis=1).argmin())
    return np.roll(corners, -first, axis=0)


def _hull(mask: Bools) -> list[Point]:
    """Returns the corners of the convex hull of a mask, clockwise on the screen."""
    points: list[Point] = []
    width = mask.shape[1]
    for row in np.flatnonzero(mask.any(axis=1)).tolist():
        start, end = int(mask[row].argmax()), width - int(mask[row, ::-1].argmax())
        points += [(x, y) for x in (start, end) for y in (row, row + 1)]
    points = sorted(set(points))

    def half(ordered: list[Point]) -> list[Point]:
        chain: list[Point] = []
        for point in ordered:
            while len(chain) > 1 and _cross(chain[-2], chain[-1], point) <= 0:
                chain.pop()
            chain.append(point)
        return chain[:-1]

    return half(points) + half(points[::-1])


def _cross(start: Point, end: Point, point: Point) -> float:
    """Returns twice the area of a triangle, positive for a turn clockwise on the screen."""
    return (end[0] - start[0]) * (point[1] - start[1]) - (end[1] - start[1]) * (point[0] - start[0])


def _meeting(before: Point, start: Point, after: Point, end: Point) -> Point | None:
    """Returns where two sides meet beyond ``start`` and ``end``, None where they do not."""
    first = (start[0] - before[0], start[1] - before[1])
    second = (end[0] - after[0], end[1] - after[1])
    slope = first[0] * second[1] - first[1] * second[0]
    # The neighbours meet beyond the side between them only if they lean inwards.
    if slope > -1e-9:
        return None
    share = ((end[0] - start[0]) * second[1] - (end[1] - start[1]) * second[0]) / slope
    return (start[0] + share * first[0], start[1] + share * first[1]) if share >= 0 else None


def _side_support(corners: Floats, mask: Bools) -> float:
    """Returns the share of the least certain side with ground outside and none inside."""
    middle = corners.mean(axis=0)
    supports = []
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        along = end - start
        length = float(np.hypot(*along))
        if length < 8:
            return 0.0
        outward = np.array([along[1], -along[0]], np.float32) / length
        if np.dot(outward, middle - start) > 0:
            outward = -outward
        steps = np.linspace(0.03, 0.97, 96, dtype=np.float32)[:, None]
        line = start + steps * along
        outside = ~_at(mask, line + 2.5 * outward, False)
        inside = _at(mask, line - 1.5 * outward, False) | _at(mask, line - 2.5 * outward, False)
        supports.append(float((outside & inside).mean()))
    return min(supports)


def _at(mask: Bools, points: Floats, beyond: bool) -> Bools:
    places = np.floor(points).astype(np.int64)
    height, width = mask.shape
    within = (places >= 0).all(axis=1) & (places[:, 0] < width) & (places[:, 1] < height)
    values = np.full(len(points), beyond)
    values[within] = mask[places[within, 1], places[within, 0]]
    return values


def _is_painting(pixels: Floats, mask: Bools, corners: Floats) -> bool:
    """Returns whether an area is filled, and is neither of one colour nor made of lines."""
    left, top = np.ceil(corners.min(axis=0)).astype(int) + 2
    right, bottom = np.floor(corners.max(axis=0)).astype(int) - 2
    part, filled = pixels[top:bottom, left:right], mask[top:bottom, left:right]
    if not part.size:
        return False
    deviation = part - part.mean(axis=(0, 1))
    spread = float((deviation**2).mean())
    rows = float((deviation.mean(axis=1) ** 2).mean())
    return bool(filled.mean() >= 0.5 and spread >= 36 and rows <= 0.95 * spread)


# ---- geometry


def _box(left: float, top: float, right: float, bottom: float) -> Floats:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)


def _area(corners: npt.NDArray[np.floating]) -> float:
    x, y = np.asarray(corners).T
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)


def _fractions(corners: Floats, width: int, height: int) -> Quadrilateral:
    shares = np.clip(corners / np.array([width, height], np.float32), 0, 1)
    first, second, third, fourth = ((float(x), float(y)) for x, y in shares)
    return first, second, third, fourth


def homography(source: npt.ArrayLike, target: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Returns the 3 x 3 matrix that maps four points to four others."""
    rows, values = [], []
    for (x, y), (u, v) in zip(np.asarray(source), np.asarray(target), strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    solved = np.linalg.solve(np.array(rows, np.float64), np.array(values, np.float64))
    return np.append(solved, 1.0).reshape(3, 3)


def perspective_of(source: npt.ArrayLike, target: npt.ArrayLike) -> tuple[float, ...]:
    """Returns Pillow's ``PERSPECTIVE`` data, which take the pixel at ``source`` from ``target``."""
    return tuple(homography(source, target).ravel()[:8].tolist())


def point_within(point: Point, corners: Quadrilateral) -> Point:
    """Converts a point of a part to a point of the whole picture, both as shares of the sides."""
    x, y, scale = homography(WHOLE, corners) @ np.array([*point, 1.0])
    return min(max(float(x / scale), 0.0), 1.0), min(max(float(y / scale), 0.0), 1.0)


def _placed(inner: Quadrilateral, outer: Quadrilateral) -> Quadrilateral:
    """Converts corners within a part to shares of the whole picture."""
    if outer == WHOLE:
        return inner
    first, second, third, fourth = (point_within(corner, outer) for corner in inner)
    return first, second, third, fourth


def _size_within(corners: Quadrilateral, picture: Picture) -> tuple[int, int]:
    """Returns width and height, in pixels, of a part of a picture once it is straightened."""
    points = np.asarray(corners) * picture.size
    edges = np.hypot(*(np.roll(points, -1, axis=0) - points).T)
    return max(round((edges[0] + edges[2]) / 2), 1), max(round((edges[1] + edges[3]) / 2), 1)


def straightened(picture: Picture, corners: Quadrilateral) -> Picture:
    """Returns the part of a picture between four corners, as seen from the front."""
    if corners == WHOLE:
        return picture
    width, height = _size_within(corners, picture)
    return picture.transform(
        (width, height),
        Image.Transform.PERSPECTIVE,
        perspective_of(_box(0, 0, width, height), np.asarray(corners) * picture.size),
        Image.Resampling.BICUBIC,
    )


# ---- colour


def has_colour(picture: Picture) -> bool:
    """Returns False for a grey picture and for one of a single tint, such as sepia.

    In such a picture, the lightness determines the colour.
    """
    copy = picture.convert("RGB")
    copy.thumbnail((128, 128), Image.Resampling.BOX, reducing_gap=1.0)
    pixels = np.asarray(copy, np.float32).reshape(-1, 3)
    light = pixels @ np.array([0.299, 0.587, 0.114], np.float32)
    # Blue and red minus the lightness, and what a curve over the lightness cannot explain.
    tints = np.stack([pixels[:, 2] - light, pixels[:, 0] - light], axis=1)
    powers = np.vander(light.astype(np.float64) / 255, 4)
    curve, *_ = np.linalg.lstsq(powers, tints, rcond=None)
    rest = _larger(tints - powers @ curve)
    # In a plain red picture, the lightness determines the colour too, so the tint counts.
    return bool(np.percentile(rest, 95) > COLOUR or np.median(_larger(tints)) > TINT)


def _larger(pairs: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Returns the larger absolute value of each pair, ``[n]``, faster than a maximum over pairs."""
    first, second = np.abs(pairs).T
    return np.asarray(np.maximum(first, second))
