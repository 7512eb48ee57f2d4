"""In which order titles come."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from podpipe.topics.free_talk import chain
from podpipe.topics.free_talk.order import Costs, likeliest

SIZE = 40
TIMES_MS = np.arange(SIZE) * 30_000
DEAR, CHEAP = Costs(1e9, 1e9), Costs(2.0, 1.0)


def _likeliest(order: list[int], costs: Costs, sure: float = 12.0) -> tuple[int, ...]:
    """What is found of titles that each fit one place, one after the other in an order."""
    own = np.full((len(order), SIZE), -6.0)
    own[order, 3 + np.arange(len(order)) * (SIZE // (len(order) + 1))] = sure
    gaps = chain.gaps(TIMES_MS, 30_000.0 * SIZE / len(order))
    return likeliest(own, own.astype(np.float32), np.zeros_like(own), gaps, -4.0, costs)


@given(st.permutations(range(5)))
def test_titles_that_surely_fit_their_places_are_in_the_order_of_these(order: list[int]) -> None:
    assert _likeliest(order, CHEAP) == tuple(order)


@given(st.permutations(range(5)))
def test_where_another_order_costs_too_much_the_given_one_is_kept(order: list[int]) -> None:
    assert _likeliest(order, DEAR) == (0, 1, 2, 3, 4)


def test_what_hardly_fits_is_not_put_into_another_order() -> None:
    assert _likeliest([1, 0, 2], CHEAP, sure=-5.5) == (0, 1, 2)


@pytest.mark.parametrize("count", [1, 21])
def test_a_single_title_and_very_many_are_as_given(count: int) -> None:
    assert _likeliest(list(range(count))[::-1], CHEAP) == tuple(range(count))
