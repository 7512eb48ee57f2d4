"""T: the pictures in a file."""

from __future__ import annotations

from collections.abc import Iterator

from podpipe.check.facts import Image, Tags
from podpipe.check.model import Found, rule
from podpipe.check.rules.sources import (
    APPLE_ART,
    CAPTIVATE_ART,
    ID3_23,
    OWN,
)

_SMALLEST, _LARGEST = 1400, 3000
_COVER_BYTES = 512_000
_CHAPTER_IMAGE_BYTES = 512_000


def _covers(tags: Tags) -> Iterator[Image]:
    return (image for image in tags.images if image.cover)


@rule(
    "T16",
    "info",
    "no cover",
    hurts="whoever plays the downloaded file: no picture",
    mend="embed one, square, JPEG, up to 512 kB",
    source=APPLE_ART,
)
def no_cover(tags: Tags) -> Iterator[Found]:
    """In the file."""
    if not any(_covers(tags)):
        yield "the file", "has no cover"


@rule(
    "T17",
    "warning",
    "a cover of more than 512 kB",
    hurts="everybody who streams: nothing is heard until it has come; some apps leave it out",
    mend="save it as JPEG of less than 512 kB",
    source=CAPTIVATE_ART,
)
def heavy_cover(tags: Tags) -> Iterator[Found]:
    """512 kB is what hosts recommend."""
    for image in _covers(tags):
        if image.size > _COVER_BYTES:
            yield image.where, f"has {image.size / 1000:.0f} kB"


@rule(
    "T18",
    "warning",
    "a cover that is not square",
    hurts="Apple Podcasts refuses it; others cut or stretch it",
    mend="cut it square",
    source=APPLE_ART,
)
def not_square(tags: Tags) -> Iterator[Found]:
    """Width is height."""
    for image in _covers(tags):
        if image.width != image.height:
            yield image.where, f"has {image.width} × {image.height} pixels"


@rule(
    "T19",
    "info",
    "a cover of less than 1400 pixels",
    hurts="large screens: coarse (Apple asks for 1400 × 1400 and more in the feed)",
    mend="use the cover in 1400 × 1400 to 3000 × 3000 pixels",
    source=APPLE_ART,
)
def small_cover(tags: Tags) -> Iterator[Found]:
    """On its shorter side."""
    for image in _covers(tags):
        if 0 < min(image.width, image.height) < _SMALLEST:
            yield image.where, f"has {image.width} × {image.height} pixels; {_SMALLEST} is the least"


@rule(
    "T20",
    "warning",
    "a cover of more than 3000 pixels",
    hurts="Apple Podcasts refuses it; phones run out of memory",
    mend="scale it down to 3000 × 3000 pixels or less",
    source=APPLE_ART,
)
def large_cover(tags: Tags) -> Iterator[Found]:
    """On its longer side."""
    for image in _covers(tags):
        if max(image.width, image.height) > _LARGEST:
            yield image.where, f"has {image.width} × {image.height} pixels; {_LARGEST} is the most"


@rule(
    "T21",
    "warning",
    "a picture that is neither JPEG nor PNG",
    hurts="Apple Podcasts, car displays: not shown",
    mend="save it as JPEG or PNG",
    source=APPLE_ART,
)
def picture_kind(tags: Tags) -> Iterator[Found]:
    """By its first bytes."""
    for image in tags.images:
        if image.found and image.found not in ("image/jpeg", "image/png"):
            yield image.where, f"is {image.found}"


@rule(
    "T22",
    "warning",
    "a picture declared as another kind",
    hurts="apps that believe it: not shown",
    mend="declare what it is",
    source=ID3_23,
    fixable=True,
)
def declared(tags: Tags) -> Iterator[Found]:
    """Media type against first bytes."""
    for image in tags.images:
        if image.found and image.declared != image.found and image.declared != "-->":
            yield image.where, f"is {image.found} and is declared “{image.declared}”"


@rule(
    "T23",
    "warning",
    "a picture that can't be understood",
    hurts="every app: not shown",
    mend="embed it again",
    source=ID3_23,
)
def broken_picture(tags: Tags) -> Iterator[Found]:
    """Not the first bytes of any picture, or cut off in its header."""
    for image in tags.images:
        if image.declared != "-->" and (not image.found or (image.found in _MEASURED and not image.width)):
            yield image.where, f"({image.size} bytes) is no picture that can be understood"


_MEASURED = ("image/jpeg", "image/png")


@rule(
    "T24",
    "warning",
    "a picture in CMYK",
    hurts="Apple Podcasts refuses it; wrong colours elsewhere",
    mend="save it in RGB",
    source=APPLE_ART,
)
def cmyk(tags: Tags) -> Iterator[Found]:
    """Colours for printing."""
    for image in tags.images:
        if image.colours == "cmyk":
            yield image.where, "is in CMYK"


@rule(
    "T25",
    "info",
    "a progressive JPEG",
    hurts="car displays and old players: not shown",
    mend="save it as a baseline JPEG",
    source=OWN,
)
def progressive(tags: Tags) -> Iterator[Found]:
    """Needs the whole picture in memory at once."""
    for image in tags.images:
        if image.progressive:
            yield image.where, "is a progressive JPEG"


@rule(
    "T26",
    "info",
    "a cover with transparency",
    hurts="Apple Podcasts asks for none; black or white shows through elsewhere",
    mend="save it without alpha channel",
    source=APPLE_ART,
)
def alpha(tags: Tags) -> Iterator[Found]:
    """PNG with an alpha channel."""
    for image in _covers(tags):
        if image.alpha:
            yield image.where, "has an alpha channel"


@rule(
    "T27",
    "warning",
    "a chapter's picture of more than 512 kB",
    hurts="everybody who streams; Overcast and Apple Podcasts load them all first",
    mend="save it smaller",
    source=CAPTIVATE_ART,
)
def heavy_chapter(tags: Tags) -> Iterator[Found]:
    """The same as for covers: there are many of them."""
    for image in tags.images:
        if not image.cover and image.size > _CHAPTER_IMAGE_BYTES:
            yield image.where, f"its picture has {image.size / 1000:.0f} kB"
