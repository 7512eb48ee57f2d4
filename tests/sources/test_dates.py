"""Days as people write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podpipe.sources import dates

DAY = datetime(2024, 3, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "# Brakes\n\nMarch 5th, 2024: of brakes.",
        "Brakes (2024-03-05)\n\nOf brakes since 1998-01-01.",
        "# Brakes\n\nPublished: 2024-03-05\n",
        "# Brakes\n\n*Recorded on 2024-03-05*\n",
        "Brakes\n\n5 March 2024",
        "Brakes. Tuesday, 5th of March, 2024.",
        "Of brakes since March 1998. Mar. 5 2024",
        "Of brakes since March 45, 1998. March 5, 2024",
        "Bremsen, aufgenommen am 5. März 2024",
        "Freins, le 5 mars 2024",
        "Frenos, 5 de marzo de 2024",
        "Freni, 5 marzo 2024, alle 18",
    ],
)
def test_a_day_in_prose(text: str) -> None:
    assert dates.in_prose(text) == DAY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Of brakes",
        "March 2024",
        "On March 45, 2024",
        "We marched 12 2024 times",
        "Of 5 marbles 2024 left",
        "5 March 24",
    ],
)
def test_no_day_in_prose(text: str) -> None:
    assert dates.in_prose(text) is None


@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1)), st.sampled_from(["%d %B %Y", "%B %d, %Y", "%Y-%m-%d"]))
def test_a_day_is_read_as_it_was_written(moment: datetime, form: str) -> None:
    day = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    assert dates.in_prose(f"Of brakes\n\n{moment:{form}}\n\nThey hiss.") == day
    assert dates.parse(f"{moment:{form}}") == day


@given(st.text(alphabet="0123456789-/. ,abcdefjmnrty\n", max_size=60))
def test_any_text_has_a_day_or_none(text: str) -> None:
    for found in (dates.in_prose(text), dates.in_name(text)):
        assert found is None or found.tzinfo == UTC
