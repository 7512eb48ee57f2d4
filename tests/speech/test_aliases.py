from __future__ import annotations

from podpipe.models import Alias, Word
from podpipe.speech.aliases import Aliases


def words(text: str, confidence: float = 0.4) -> list[Word]:
    return [Word(word, n * 300, n * 300 + 280, confidence) for n, word in enumerate(text.split())]


def test_words_that_were_heard_in_doubt_are_aliases_of_the_terms_that_they_sound_like() -> None:
    heard = words("Once more the oil and gas, said cotlin people, ended it.")
    assert Aliases(["OOM killer", "Kotlin"], heard).of(heard) == (Alias("Kotlin", "cotlin"),)
    heard = words("The wire guard tunnel and e b p f.", 0.99)
    assert Aliases(["WireGuard", "eBPF"], heard).of(heard) == (
        Alias("WireGuard", "wire guard"),
        Alias("eBPF", "e b p f"),
    )


def test_what_is_spelled_as_the_notes_spell_it_has_no_alias() -> None:
    heard = words("Kotlin and WireGuard, io_uring, page-fault.")
    assert Aliases(["Kotlin", "WireGuard", "io_uring", "page fault"], heard).of(heard) == ()


def test_what_is_heard_surely_is_a_word_of_its_own() -> None:
    heard = words("They cut tin cotlin.")
    sure = words("A cotlin is a cotlin.", 0.95)
    assert Aliases(["Kotlin"], heard).of(heard) == (Alias("Kotlin", "cotlin"),)
    assert Aliases(["Kotlin"], [*heard, *sure]).of(heard) == ()
    assert Aliases(["Kotlin"], sure).of(words("cotlin", 0.95)) == ()


def test_without_terms_there_are_no_aliases() -> None:
    assert Aliases([], words("anything")).of(words("anything")) == ()
    assert Aliases(["Kotlin"], []).of([]) == ()


def test_what_an_alias_was_heard_as_stands_in_its_sentence() -> None:
    heard = words('He said: "wire guard, post gress!" Again.')
    sentence = " ".join(word.text for word in heard)
    found = Aliases(["WireGuard", "Postgres"], heard).of(heard)
    assert [alias.text for alias in found] == ["WireGuard", "Postgres"]
    assert all(alias.heard in sentence for alias in found)
