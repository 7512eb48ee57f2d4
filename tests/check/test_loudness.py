"""Loudness against signals whose loudness is known (ITU-R BS.1770, EBU Tech 3341)."""

from __future__ import annotations

from pathlib import Path

import check_samples as samples
import numpy as np
import pytest

from podpipe import loudness
from podpipe.errors import AudioError


@pytest.mark.parametrize("level_db", [-13.0, -20.0, -33.0])
def test_a_sine_in_mono_is_3_db_quieter_than_its_peak(tmp_path: Path, level_db: float) -> None:
    path = samples.wav(tmp_path / "sine.wav", [samples.sine(10, 10 ** (level_db / 20))])
    heard = loudness.measure(path)
    assert heard.integrated_lufs == pytest.approx(level_db - 3.0, abs=0.1)
    assert heard.true_peak_db == pytest.approx(level_db, abs=0.2)
    assert (heard.duration_ms, heard.clipped, heard.correlation) == (10_000, 0, None)


def test_the_same_on_both_channels_is_3_db_louder(tmp_path: Path) -> None:
    """EBU Tech 3341, case 1: a stereo sine of 1 kHz at −23 dBFS is at −23 LUFS."""
    sine = samples.sine(20, 10 ** (-23 / 20))
    heard = loudness.measure(samples.wav(tmp_path / "stereo.wav", [sine, sine]))
    assert heard.integrated_lufs == pytest.approx(-23.0, abs=0.1)
    assert heard.correlation == pytest.approx(1.0)


def test_silence_does_not_count(tmp_path: Path) -> None:
    sound = np.concatenate(
        [samples.silence(4), samples.sine(10), samples.silence(7), samples.sine(10), samples.silence(2)]
    )
    heard = loudness.measure(samples.wav(tmp_path / "gaps.wav", [sound]))
    assert heard.integrated_lufs == pytest.approx(-16.0, abs=0.2)
    assert (heard.lead_ms, heard.tail_ms) == (pytest.approx(4000, abs=100), pytest.approx(2000, abs=100))
    ((start_ms, length_ms),) = heard.pauses
    assert (start_ms, length_ms) == (pytest.approx(14_000, abs=100), pytest.approx(7000, abs=100))


def test_a_peak_between_samples_is_heard(tmp_path: Path) -> None:
    """A sine at a quarter of the sample rate, its samples at 45°: each at −3 dB of the peak between them."""
    time = np.arange(samples.RATE * 2)
    fade = np.minimum(1, np.minimum(time, time[::-1]) / 4410)  # its beginning and end would peak higher
    sound = (0.9 * fade * np.sin(np.pi / 2 * time + np.pi / 4)).astype(np.float32)
    heard = loudness.measure(samples.wav(tmp_path / "between.wav", [sound]))
    assert 20 * np.log10(np.abs(sound).max()) == pytest.approx(-3.9, abs=0.1)
    assert heard.true_peak_db == pytest.approx(-0.9, abs=0.3)


def test_a_short_file_and_none_at_all(tmp_path: Path) -> None:
    short = loudness.measure(samples.wav(tmp_path / "short.wav", [samples.sine(0.25)]))
    assert short.duration_ms in (200, 250)
    with pytest.raises(AudioError, match=r"nothing\.wav"):
        loudness.measure(samples.wav(tmp_path / "nothing.wav", [samples.sine(0)]))
