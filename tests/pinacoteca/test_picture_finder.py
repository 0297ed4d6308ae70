from __future__ import annotations

import csv
import errno
import io
import socketserver
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path
from typing import Any

import blurhash
import fetch_pictures
import httpx
import numpy as np
import pytest
from corrections import Correction, read_corrections, write_corrections
from galleries import analysis_of, collection_of, painting
from loopback_source import Answer, LoopbackSource, loopback_source
from PIL import Image

from pinacoteca.collection import Collection, Painting
from pinacoteca.errors import DataError
from pinacoteca.images import open_image
from pinacoteca.picture_finder import Listed, PictureFinder, is_picture_of
from pinacoteca.polite_web import (
    BusyError,
    MissingError,
    PoliteWeb,
    WebError,
    WebRules,
    patience,
)
from pinacoteca.years import read_year


def colours(seed: int, size: tuple[int, int] = (120, 100)) -> Image.Image:
    """Returns a picture of nine blurred patches of colour."""
    patches = np.random.default_rng(seed).integers(0, 256, (3, 3, 3), np.uint8)
    return Image.fromarray(patches).resize(size, Image.Resampling.BICUBIC)


def jpeg(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def work(seed: int, **changes: object) -> Painting:
    """Returns a painting without an address that looks like ``colours(seed)``."""
    pixels = np.asarray(colours(seed).resize((32, 32))).tolist()
    facts = {"image_url": None, "blurhash": blurhash.encode(pixels, 4, 3)} | changes
    return painting(seed, **facts)


@pytest.fixture
def source() -> Iterator[LoopbackSource]:
    with loopback_source() as running:
        yield running


def finder_of(source: LoopbackSource, cache: Path, **rules: Any) -> PictureFinder:
    asked = source.source(**rules)
    return PictureFinder(cache, asked, PoliteWeb(asked.rules))


def test_a_list_of_several_pages_gives_address_title_and_year(
    source: LoopbackSource, tmp_path: Path
) -> None:
    for seed in range(5):
        source.add("painter", f"work-{seed}", jpeg(colours(seed)), title=f"Opera {seed}, ș")
    finder = finder_of(source, tmp_path)

    found = finder.find(work(4))

    assert found is not None and found.size == (120, 100)
    listed = finder.facts(work(4))
    assert listed is not None and (listed.title, listed.year) == ("Opera 4, ș", "1908")
    # Requests: the guess first, then three pages of the list, then the picture.
    assert len(source.requests) == 5
    assert all("Pinacoteca" in agent for agent in source.agents)
    # The list and the picture are both kept.
    again = finder_of(source, tmp_path)
    assert again.find(work(4)) is not None and again.facts(work(3)) is not None
    assert len(source.requests) == 5


def test_a_cache_that_cannot_be_written_to_hides_no_picture(
    source: LoopbackSource, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source.add("painter", "work-0", jpeg(colours(0)))
    (tmp_path / "file").touch()
    finder = finder_of(source, tmp_path / "file" / "cache")

    assert finder.find(work(0)) is not None
    assert finder.facts(work(0)) is not None
    assert capsys.readouterr().out.count("cannot be kept in") == 1


def test_a_damaged_picture_in_a_cache_for_reading_only_is_fetched_again(
    source: LoopbackSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source.add("painter", "work-0", jpeg(colours(0)))
    finder = finder_of(source, tmp_path)
    finder._place(work(0)).write_bytes(b"damaged")

    def refused(*_: Any, **__: Any) -> None:
        raise PermissionError(errno.EROFS, "Read-only file system")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refused)
        assert finder.find(work(0)) is not None


def test_an_address_in_a_list_that_is_none_hides_no_other_work(
    source: LoopbackSource, tmp_path: Path
) -> None:
    source.add("painter", "other", jpeg(colours(1)), image="https://[x/a.jpg")
    source.add("painter", "work-0", jpeg(colours(0)))

    assert finder_of(source, tmp_path).find(work(0)) is not None


def test_a_list_is_read_until_the_work_is_there_and_then_asked_first(
    source: LoopbackSource, tmp_path: Path
) -> None:
    for seed in range(6):
        source.add("painter", f"work-{seed}", jpeg(colours(seed)))
    finder = finder_of(source, tmp_path)

    assert finder.find(work(1)) is not None
    assert [path for path in source.requests if "page=" in path] == [
        "/en/painter/mode/all-paintings?json=2&page=1"
    ]
    source.requests.clear()
    assert finder.find(work(0)) is not None
    # Neither the guess nor the list once more.
    assert source.requests == ["/00142/images/painter/work-0.jpg"]


def test_certificates_are_loaded_once(
    source: LoopbackSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Loading them takes longer than fetching a small picture."""
    loaded = []
    create = httpx.create_ssl_context

    def counted(**options: Any) -> ssl.SSLContext:
        loaded.append(options)
        return create(**options)

    monkeypatch.setattr(httpx, "create_ssl_context", counted)
    web = PoliteWeb(source.source().rules)
    for number in range(3):
        source.answers[f"/{number}"] = Answer(b"x")
        web.get(f"{source.base}/{number}")

    assert len(loaded) == 1


def test_a_picture_that_is_not_listed_is_where_the_id_foretells(
    source: LoopbackSource, tmp_path: Path
) -> None:
    source.answers["/images/painter/work-1.jpg"] = Answer(jpeg(colours(1)))

    assert finder_of(source, tmp_path).find(work(1)) is not None


def test_a_wrong_picture_is_neither_shown_nor_kept(source: LoopbackSource, tmp_path: Path) -> None:
    source.add("painter", "work-1", jpeg(colours(2)))
    source.answers["/images/painter/work-1.jpg"] = Answer(jpeg(colours(3)))
    finder = finder_of(source, tmp_path)

    assert finder.find(work(1)) is None
    assert list(tmp_path.glob("*.picture")) == []
    asked = len(source.requests)
    assert finder.find(work(1)) is None
    assert len(source.requests) == asked


def test_nothing_is_asked_offline(source: LoopbackSource, tmp_path: Path) -> None:
    source.add("painter", "work-1", jpeg(colours(1)))
    finder_of(source, tmp_path).find(work(1))
    source.requests.clear()
    offline = PictureFinder(tmp_path, source.source(), None)

    assert offline.find(work(1)) is not None
    assert offline.find(work(2)) is None and offline.facts(work(2)) is None
    assert source.requests == []


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"<html>moved</html>"),
        Answer(b'{"Paintings": 3}'),
        Answer(b"[" * 100_000),
        Answer(b'{"Paintings": ["x"], "AllPaintingsCount": 1}'),
        Answer(status=500),
        Answer(status=302, headers={"Location": "https://169.254.169.254/latest"}),
    ],
)
def test_a_broken_list_leaves_the_guess(
    source: LoopbackSource, tmp_path: Path, answer: Answer
) -> None:
    source.answers["/en/painter/mode/all-paintings"] = answer
    source.answers["/images/painter/second.jpg"] = Answer(jpeg(colours(1)))
    asked = source.source()
    guesses = (*asked.guesses, f"{source.base}/images/{{artist}}/second.jpg")
    finder = PictureFinder(tmp_path, replace(asked, guesses=guesses), PoliteWeb(asked.rules))

    assert finder.find(work(1)) is not None
    assert any("all-paintings" in path for path in source.requests)


def test_too_much_is_not_read(source: LoopbackSource) -> None:
    source.answers["/huge"] = Answer(b"x" * 300_000)
    with pytest.raises(WebError, match="too large"):
        PoliteWeb(source.source(bytes=200_000).rules).get(f"{source.base}/huge")


@pytest.mark.parametrize("dated", [False, True])
def test_a_host_that_asks_for_patience_gets_it(source: LoopbackSource, dated: bool) -> None:
    header = formatdate(time.time() + 100, usegmt=True) if dated else "100"
    source.answers["/busy"] = Answer(status=429, headers={"Retry-After": header})
    source.answers["/other"] = Answer(b"there")
    web = PoliteWeb(source.source().rules)

    with pytest.raises(BusyError) as refused:
        web.get(f"{source.base}/busy")
    assert 70 < refused.value.seconds <= 100
    with pytest.raises(BusyError):
        web.get(f"{source.base}/other")
    assert source.requests == ["/busy"]
    assert 0 < web.patience() <= 100


def test_patience_has_an_end() -> None:
    assert (patience("nan-sense"), patience("1000000"), patience("-5")) == (60, 3600, 1)


def test_what_is_missing_is_remembered(source: LoopbackSource) -> None:
    web = PoliteWeb(source.source().rules)
    for _ in range(3):
        with pytest.raises(MissingError):
            web.get(f"{source.base}/nothing")
    assert len(source.requests) == 1


def test_a_host_has_one_request_at_a_time_and_a_pause(source: LoopbackSource) -> None:
    for number in range(4):
        source.answers[f"/{number}"] = Answer(b"x")
    web = PoliteWeb(source.source(pause=0.1).rules)
    start = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(web.get, [f"{source.base}/{number}" for number in range(4)]))
    assert time.monotonic() - start >= 0.3


PUBLIC = WebRules(r"(www|uploads\d?)\.wikiart\.org")


@pytest.mark.parametrize(
    "address",
    [
        "http://www.wikiart.org/x.jpg",
        "https://example.org/x.jpg",
        "https://www.wikiart.org.example.org/x.jpg",
        "https://www.wikiart.org@127.0.0.1/x.jpg",
        "https://www.wikiart.org:8443/x.jpg",
        "https://127.0.0.1/x.jpg",
        "https://[::1]/x.jpg",
        "file:///etc/passwd",
        "https://[broken",
        "",
    ],
)
def test_other_hosts_are_not_even_looked_up(address: str) -> None:
    def never(host: str, port: int) -> list[str]:
        raise AssertionError(host)

    with pytest.raises(WebError):
        PoliteWeb(PUBLIC, never).get(address)


@pytest.mark.parametrize(
    "number",
    ["127.0.0.1", "10.0.0.8", "169.254.169.254", "0.0.0.0", "::1", "fe80::1%eth0", "fd00::1",
     "::ffff:127.0.0.1", "100.64.0.1", "224.0.0.1"],
)  # fmt: skip
def test_a_name_that_leads_into_a_private_network_is_refused(number: str) -> None:
    with pytest.raises(WebError, match="in a private network"):
        PoliteWeb(PUBLIC, lambda *_: [number]).get("https://www.wikiart.org/x.jpg")


def test_a_redirect_to_another_host_is_refused(source: LoopbackSource) -> None:
    source.answers["/away"] = Answer(status=302, headers={"Location": "http://localhost:1/x"})
    source.answers["/round"] = Answer(status=302, headers={"Location": "/round"})
    source.answers["/on"] = Answer(status=301, headers={"Location": "/there"})
    source.answers["/there"] = Answer(b"there")
    web = PoliteWeb(source.source().rules)

    with pytest.raises(WebError, match="not at a host"):
        web.get(f"{source.base}/away")
    with pytest.raises(WebError, match="one redirect too many"):
        web.get(f"{source.base}/round")
    assert web.get(f"{source.base}/on") == b"there"


def test_a_dead_host_is_one_sentence() -> None:
    web = PoliteWeb(WebRules(r"127\.0\.0\.1", private=True))
    with pytest.raises(WebError, match="cannot be had"):
        web.get("http://127.0.0.1:1/x")
    with pytest.raises(BusyError, match="a while ago"):
        web.get("http://127.0.0.1:1/x")


def shelf(count: int) -> Collection:
    works = tuple(work(seed) for seed in range(count))
    return collection_of(works, analysis_of([[1, seed] for seed in range(count)]))


def test_a_gallery_is_fetched_and_its_titles_come_home(
    source: LoopbackSource, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, out = tmp_path / "corrections.csv", tmp_path / "tree"
    by_hand = Correction("painter_work-0", "Mine", note="seen")
    guessed = Correction("painter_work-1", "Guessed", note="dictionary")
    write_corrections(table, [by_hand, guessed])
    for seed in range(3):
        source.add("painter", f"work-{seed}", jpeg(colours(seed)), title=f"Opera {seed}")

    finder = finder_of(source, out / ".found")
    assert fetch_pictures.fetch_all(shelf(4), finder, out, table)

    kept = sorted(path.name for path in (out / "Images" / "painter").iterdir())
    assert kept == [f"painter_work-{seed}.jpg" for seed in range(3)]
    assert is_picture_of(open_image(out / "Images" / "painter" / kept[2]), work(2))
    assert [(each.title, each.year, each.note) for each in read_corrections(table).values()] == [
        ("Mine", "", "seen"),
        ("Opera 1", "1908", "listing"),
        ("Opera 2", "1908", "listing"),
    ]
    with (out / "missing.csv").open(encoding="utf-8", newline="") as file:
        assert [row["image_id"] for row in csv.DictReader(file)] == ["painter_work-3"]
    assert "3 of    4  Painter" in capsys.readouterr().out

    source.requests.clear()
    assert fetch_pictures.fetch_all(shelf(3), finder_of(source, out / ".found"), out, table)
    assert source.requests == []


@pytest.mark.parametrize(
    "changes",
    [
        {"artist_slug": "../../painter"},
        {"image_id": "../../painter_work-1"},
        {"artist_slug": "{outside}", "image_id": "work-1"},
        {"image_id": "{outside}/work-1"},
    ],
)
def test_no_picture_is_written_outside_the_tree(
    source: LoopbackSource,
    tmp_path: Path,
    changes: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out, outside = tmp_path / "out", tmp_path / "outside"
    leading = {name: value.format(outside=outside) for name, value in changes.items()}
    finder = finder_of(source, tmp_path / ".found")
    monkeypatch.setattr(finder, "find", lambda _: colours(1))

    fetched = fetch_pictures.fetch_painter([work(1, **leading)], finder, out, lambda: None)

    assert list(tmp_path.rglob("*.jpg")) == []
    assert [each.image_id for each in fetched.missing] == [work(1, **leading).image_id]
    assert f"leads out of {out}" in capsys.readouterr().out


@pytest.mark.parametrize("written", ["1907", "c. 1907", "1907-1910"])
def test_a_year_that_the_table_has_more_exactly_is_not_corrected(written: str) -> None:
    known = work(1, year=read_year(written))
    listed = Listed("work-1", known.title, "1907", "")

    assert fetch_pictures.correction_of(known, listed) == []
    (other,) = fetch_pictures.correction_of(work(1, year=read_year("c. 1906")), listed)
    assert other.year == "1907"
    (missing,) = fetch_pictures.correction_of(work(1, year=None), listed)
    assert missing.year == "1907"


def test_a_fetch_without_one_picture_fails(source: LoopbackSource, tmp_path: Path) -> None:
    finder = finder_of(source, tmp_path / ".found")

    with pytest.raises(DataError, match="check the connection and the proxy"):
        fetch_pictures.fetch_all(shelf(2), finder, tmp_path, tmp_path / "corrections.csv")

    with (tmp_path / "missing.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == 2


def fetching_that_ends_with(
    error: BaseException, source: LoopbackSource, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Collection, PictureFinder]:
    """Returns two painters' paintings, and a finder that fails at the second painter."""
    for seed in range(2):
        source.add("painter", f"work-{seed}", jpeg(colours(seed)), title=f"Opera {seed}")
    works = (work(0), work(1, artist_slug="zz", image_id="zz_work-1"))
    finder = finder_of(source, folder / ".found")
    find = finder.find

    def ending(wanted: Painting) -> Image.Image | None:
        if wanted.artist_slug == "zz":
            raise error
        return find(wanted)

    monkeypatch.setattr(finder, "find", ending)
    return collection_of(works, analysis_of([[1, 0], [1, 1]])), finder


def test_a_run_that_is_stopped_loses_nothing(
    source: LoopbackSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = KeyboardInterrupt()
    collection, finder = fetching_that_ends_with(end, source, tmp_path, monkeypatch)
    table = tmp_path / "corrections.csv"

    assert not fetch_pictures.fetch_all(collection, finder, tmp_path, table)
    place = fetch_pictures.picture_place(tmp_path, collection.paintings[0])
    assert place is not None and place.is_file()
    assert "painter_work-0" in read_corrections(table)


def test_a_full_disk_keeps_the_titles_of_the_painters_before(
    source: LoopbackSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    collection, finder = fetching_that_ends_with(full, source, tmp_path, monkeypatch)
    table = tmp_path / "corrections.csv"

    with pytest.raises(OSError, match="No space left"):
        fetch_pictures.fetch_all(collection, finder, tmp_path, table)

    assert [each.title for each in read_corrections(table).values()] == ["Opera 0"]


def test_a_place_for_pictures_that_is_a_file_is_refused_at_once(
    gallery: Path, tmp_path: Path, run_script: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch_pictures, "fetch_all", lambda *_: pytest.fail("it fetched"))
    (tmp_path / "file").touch()

    with pytest.raises(FileExistsError):
        run_script(fetch_pictures.main, "--gallery", gallery, "--out", tmp_path / "file")


def test_patience_is_waited_for(source: LoopbackSource, tmp_path: Path) -> None:
    path = source.add("painter", "work-1", jpeg(colours(1)))
    picture, source.answers[path] = (
        source.answers[path],
        Answer(status=429, headers={"Retry-After": "1"}),
    )
    waited = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        time.sleep(seconds)
        source.answers[path] = picture

    finder = finder_of(source, tmp_path / ".found")
    fetched = fetch_pictures.fetch_painter([work(1)], finder, tmp_path, lambda: None, sleep)

    assert fetched.missing == () and len(waited) == 1


@pytest.mark.data
def test_right_pictures_are_believed_and_wrong_ones_are_not(shared_data: Path) -> None:
    paintings = Collection.load(Path(__file__).parents[2] / "gallery").paintings[::28]
    paths = {path.stem: path for path in (shared_data / "pandorarom" / "Images").rglob("*.jpg")}
    pictures = [open_image(paths[each.image_id]) for each in paintings]

    right = [is_picture_of(*pair) for pair in zip(pictures, paintings, strict=True)]
    assert all(right)
    wrong = [is_picture_of(pictures[row - 1], each) for row, each in enumerate(paintings)]
    assert not any(wrong)


def test_downloads_go_through_the_proxy_of_the_house(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proxy looks up the names, and only listed hosts are requested."""
    asked: list[bytes] = []

    class Proxy(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            asked.append(self.rfile.readline())
            self.wfile.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")

    def never(*_: object) -> list[str]:
        raise AssertionError("names are not looked up here")

    for name in ("no_proxy", "NO_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Proxy) as proxy:
        threading.Thread(target=proxy.serve_forever, args=(0.02,), daemon=True).start()
        monkeypatch.setenv("https_proxy", f"127.0.0.1:{proxy.server_address[1]}")
        with pytest.raises(WebError, match="cannot be had"):
            PoliteWeb(PUBLIC, never).get("https://www.wikiart.org/x.jpg")
        with pytest.raises(WebError, match="not at a host"):
            PoliteWeb(PUBLIC, never).get("https://evil.example/x.jpg")
        monkeypatch.setenv("no_proxy", ".wikiart.org")
        with pytest.raises(WebError, match="private network"):
            PoliteWeb(PUBLIC, lambda *_: ["127.0.0.1"]).get("https://www.wikiart.org/y.jpg")
        proxy.shutdown()
    assert asked == [b"CONNECT www.wikiart.org:443 HTTP/1.1\r\n"]
