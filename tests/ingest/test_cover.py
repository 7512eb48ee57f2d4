from __future__ import annotations

from pathlib import Path

import pytest
from mutagen.id3 import ID3

from ingest_run import Run
from loopback import Loopback
from podpipe.config import Config, Limits
from podpipe.library import EpisodeFolder

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100_000)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path / "library")


def page(site: Loopback, tone: Path, image: str) -> str:
    site.serve("/show.mp3", tone.read_bytes(), "audio/mpeg")
    html = f'<html><head><title>A show</title><meta property="og:image" content="{image}"></head>'
    return site.serve("/show.html", html + '<body><p><a href="/show.mp3">Listen</a></p></body></html>', "text/html")


def folder_of(run: Run) -> EpisodeFolder:
    (folder,) = run.library
    return folder


def test_the_cover_is_fetched_once_and_is_in_the_file(run: Run, site: Loopback, tone: Path) -> None:
    site.serve("/cover.png", PNG, "image/png")
    url = page(site, tone, "/cover.png")
    (outcome,) = run(url)
    assert outcome.remarks == ()
    folder = folder_of(run)
    assert (folder.path / "cover.png").read_bytes() == PNG
    assert ID3(folder.tagged).getall("APIC")[0].data == PNG
    run(url)
    assert [path for path, _ in site.requests].count("/cover.png") == 1


def test_another_cover_in_its_place_is_taken_into_the_file(run: Run, site: Loopback, tone: Path) -> None:
    site.serve("/cover.png", PNG, "image/png")
    url = page(site, tone, "/cover.png")
    run(url)
    mine = PNG + b"mine"
    (folder_of(run).path / "cover.png").write_bytes(mine)
    run(url)
    assert ID3(folder_of(run).tagged).getall("APIC")[0].data == mine


@pytest.mark.parametrize(
    ("body", "media_type", "said"),
    [
        (b"GIF89a" + bytes(50), "image/gif", "neither JPEG nor PNG"),
        (b"<html>gone</html>", "text/html", "the cover could not be had"),
        (None, "", "does not exist"),
        (PNG + bytes(1_000_000), "image/png", "the limit is"),
    ],
)
def test_a_cover_that_cannot_be_had_is_a_remark_and_no_failure(
    run: Run,
    site: Loopback,
    tone: Path,
    body: bytes | None,
    media_type: str,
    said: str,
) -> None:
    run.config = Config(limits=Limits(cover_mb=1))
    if body is not None:
        site.serve("/cover.png", body, media_type)
    (outcome,) = run(page(site, tone, "/cover.png"))
    assert outcome.status == "done"
    assert len(outcome.remarks) == 1
    assert said in outcome.remarks[0]
    names = {path.name for path in folder_of(run).path.iterdir()}
    assert "episode.mp3" in names
    assert not {name for name in names if name.startswith(("cover", "arriving"))}
