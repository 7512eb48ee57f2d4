from __future__ import annotations

import numpy as np
import pytest

from podpipe.align.masked import unmasked
from podpipe.models import Word
from podpipe.sound import Silence, Sound

WORDS = (Word("kitchen.", 0, 1000), Word("Slugs.", 2080, 2600), Word("They", 2650, 3000))


def sound(between_db: float) -> Sound:
    """Speech at -15 dB to 1 s, something else to 2 s, and speech again; silence from 3 s on."""
    level = np.full(400, -15, np.float32)
    level[100:200] = between_db
    level[300:] = -80
    return Sound(level)


def test_a_pause_that_music_fills_ends_where_somebody_speaks_again() -> None:
    assert sound(-30).silences == (Silence(3000, 4000),)
    assert unmasked(WORDS, sound(-30)).silences == (Silence(1000, 2000), Silence(3000, 4000))


@pytest.mark.parametrize("between_db", [-16.0, -80.0])
def test_what_is_as_loud_as_speech_is_no_pause_and_a_quiet_one_is_known(between_db: float) -> None:
    assert not unmasked(WORDS, sound(between_db)).filled


def test_words_that_follow_one_another_have_no_pause_between_them() -> None:
    words = (Word("kitchen.", 0, 1000), Word("is", 1500, 2000), Word("Slugs.", 2080, 2600))
    assert not unmasked(words, sound(-30)).filled
    assert not unmasked((), sound(-30)).filled


def test_a_short_rest_of_the_music_does_not_make_a_pause_a_quiet_one() -> None:
    level = sound(-30).level_db.copy()
    level[180:200] = -80
    assert unmasked(WORDS, Sound(level)).silences == (Silence(1000, 2000), Silence(3000, 4000))
    level[140:200] = -80
    assert unmasked(WORDS, Sound(level)).silences == (Silence(1400, 2000), Silence(3000, 4000))
