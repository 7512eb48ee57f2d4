"""Every frame of an MP3, by its header: how long it really is, and what its header frame says.

Sources: ISO/IEC 11172-3 and 13818-3 (frame headers), Xing and Fraunhofer's VBRI header as LAME and FFmpeg have them.
"""

from __future__ import annotations

from podpipe.check.facts import Mpeg

Bytes = bytes | memoryview

_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
_KBPS_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBPS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)


def _table() -> dict[int, tuple[int, int, int, int]]:
    """Bit rate, sample rate, length in bytes and samples, by the second and third byte of a layer III header."""
    found = {}
    for version, rates in _RATES.items():
        for protection in (0, 1):
            for index in range(1, 15):
                for place, rate in enumerate(rates):
                    for padding in (0, 1):
                        kbps = (_KBPS_1 if version == 3 else _KBPS_2)[index]
                        samples = 1152 if version == 3 else 576
                        length = samples // 8 * kbps * 1000 // rate + padding
                        second = 0xE0 | version << 3 | 1 << 1 | protection
                        for private in (0, 1):
                            third = index << 4 | place << 2 | padding << 1 | private
                            found[second << 8 | third] = (kbps, rate, length, samples)
    return found


_HEADERS = _table()


def scan(data: Bytes, start: int, end: int) -> Mpeg | None:
    """Read the frames between two places of a file; None where there are none."""
    view = memoryview(data)[:end]
    position = _next(view, start)
    if position is None:
        return None
    junk = position - start
    kind, declared = _header_frame(view, position)
    if kind:
        position += _frame(view, position)[2]  # type: ignore[index]
    rates: set[int] = set()
    sample_rates: set[int] = set()
    frames, ms, truncated = 0, 0.0, False
    while position + 4 <= end:
        frame = _HEADERS.get(view[position + 1] << 8 | view[position + 2]) if view[position] == 0xFF else None
        if frame is None:
            found = _next(view, position)
            if found is None:
                junk += 0 if _is_padding(view[position:end]) else end - position
                break
            junk += found - position
            position = found
            continue
        kbps, rate, length, samples = frame
        if position + length > end:
            truncated = True
            break
        rates.add(kbps)
        sample_rates.add(rate)
        frames += 1
        ms += samples * 1000 / rate
        position += length
    if not frames:
        return None
    return Mpeg(frames, round(ms), tuple(sorted(rates)), tuple(sorted(sample_rates)), kind, declared, junk, truncated)


def _frame(view: memoryview, position: int) -> tuple[int, int, int, int] | None:
    if position + 4 > len(view) or view[position] != 0xFF:
        return None
    return _HEADERS.get(view[position + 1] << 8 | view[position + 2])


def _next(view: memoryview, position: int) -> int | None:
    """The next place at which two frames follow each other (or the last one stands)."""
    while position + 4 <= len(view):
        step = bytes(view[position : position + 65_536]).find(b"\xff")
        if step < 0:
            position += 65_536
            continue
        position += step
        frame = _frame(view, position)
        if frame and (position + frame[2] >= len(view) or _frame(view, position + frame[2])):
            return position
        position += 1
    return None


def _header_frame(view: memoryview, position: int) -> tuple[str, int | None]:
    """Kind and number of frames of the header that tells how long the file is."""
    frame = _frame(view, position)
    if frame is None:
        return "", None
    head = bytes(view[position : position + 200])
    mono = head[3] >> 6 == 3
    first = head[1] >> 3 & 3 == 3
    place = 4 + ((17 if mono else 32) if first else (9 if mono else 17))
    name = head[place : place + 4]
    if name in (b"Xing", b"Info"):
        has_frames = head[place + 7] & 1
        return name.decode(), int.from_bytes(head[place + 8 : place + 12], "big") if has_frames else None
    if head[36:40] == b"VBRI":
        return "VBRI", int.from_bytes(head[50:54], "big")
    return "", None


def _is_padding(rest: memoryview) -> bool:
    return len(rest) < 4096 and not bytes(rest).strip(b"\0")
