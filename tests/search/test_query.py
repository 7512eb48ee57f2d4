from __future__ import annotations

import itertools
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from podpipe.errors import SearchError
from podpipe.search import analysis
from podpipe.search.query import All, Any, Node, Query, Term, parse


def words(*texts: str) -> tuple[tuple[Term, ...], ...]:
    return tuple((Term((text,)),) for text in texts)


def whole(*texts: str) -> Query:
    """The query for all of these words."""
    return Query(All(tuple(Term((text,)) for text in texts)))


def test_words_are_all_wanted() -> None:
    assert parse("zebra Llama") == whole("zebra", "llama")


def test_common_words_are_left_out() -> None:
    assert parse("the zebra and a llama") == whole("zebra", "llama")


def test_a_phrase_is_one_term() -> None:
    assert parse('"zebra llama" gnu').terms == ((Term(("zebra", "llama")),), *words("gnu"))


def test_minus_before_words_phrases_and_topics() -> None:
    query = parse('gnu -zebra -"zebra llama" -topic:yak')
    assert query.terms == words("gnu")
    assert query.tree.without == (Term(("zebra",)), Term(("zebra", "llama")), Term(("yak",), in_title=True))


def test_a_minus_within_a_word_is_no_minus() -> None:
    assert parse("page-zebra").terms == ((Term(("page", "zebra")),),)


def test_or_joins_its_neighbours() -> None:
    query = parse('zebra OR llama OR "gnu yak" emu')
    assert query.terms == ((Term(("zebra",)), Term(("llama",)), Term(("gnu", "yak"))), (Term(("emu",)),))


@pytest.mark.parametrize("text", ["OR zebra", "zebra OR", "zebra OR OR", "AND zebra", "zebra AND", "OR AND zebra OR"])
def test_a_joint_without_a_neighbour_joins_nothing(text: str) -> None:
    assert parse(text) == whole("zebra")


def test_and_is_what_words_are_anyway() -> None:
    assert parse("zebra AND llama") == parse("zebra llama")


def test_joints_in_lower_case_are_common_words() -> None:
    assert parse("zebra or llama") == parse("zebra llama")


def test_or_after_an_exclusion_does_not_touch_it() -> None:
    query = parse("gnu -zebra OR llama")
    assert query.tree.without == (Term(("zebra",)),)


def test_a_star_asks_for_any_ending() -> None:
    assert parse("oom*").terms == ((Term(("oom",), prefix=True),),)
    assert parse("io_ur*").terms == ((Term(("io", "ur"), prefix=True),),)


@pytest.mark.parametrize(
    ("beginning", "stem"),
    [("memory", "memori"), ("informa", "inform"), ("serialize", "serial"), ("virtuali", "virtual"), ("query", "queri")],
)
def test_a_star_asks_for_stems_that_end_before_it_too(beginning: str, stem: str) -> None:
    (terms,) = parse(f"{beginning}*").terms
    assert terms[0] == Term((beginning,), prefix=True)
    assert Term((stem,)) in terms
    assert parse(f'"zebra {beginning}*"').terms[0][0] == Term(("zebra", beginning), prefix=True)
    assert Term(("zebra", stem)) in parse(f'"zebra {beginning}*"').terms[0]


def test_topic_asks_for_titles() -> None:
    assert parse("topic:zebra").terms == ((Term(("zebra",), in_title=True),),)
    assert parse('topic:"zebra llama"').terms == ((Term(("zebra", "llama"), in_title=True),),)


def test_show_and_since_are_filters() -> None:
    zebra = whole("zebra").tree
    query = parse('zebra show:"Storage Weekly" since:2026-02-03 until:2026-02')
    assert query == Query(zebra, "Storage Weekly", date(2026, 2, 3), date(2026, 2, 28))
    assert parse("zebra", show="x", since=date(2020, 1, 1)) == Query(zebra, "x", since=date(2020, 1, 1))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026", (2026, 1, 1)),
        ("2026-05", (2026, 5, 1)),
        ("2026-5-7", (2026, 5, 7)),
        ("2024-02-29", (2024, 2, 29)),
    ],
)
def test_a_day_may_be_a_year_or_a_month(text: str, day: tuple[int, int, int]) -> None:
    assert parse(f"zebra since:{text}").since == date(*day)


@pytest.mark.parametrize("text", ["yesterday", "26", "2026-13", "2026-02-30", "0000", "2026-", "2026-1-1-1", "20266"])
def test_what_is_no_day_is_pointed_at(text: str) -> None:
    with pytest.raises(SearchError, match="is no day; write since:2026-11-01") as caught:
        parse(f"zebra since:{text}")
    _, query, pointer = str(caught.value).splitlines()
    assert query[pointer.index("^") :].startswith("since:")


@pytest.mark.parametrize(
    "text", ["", " ", "the", '"of the"', "-zebra", "*", "...", '""', "the show:x", "show:x -zebra"]
)
def test_nothing_to_search_for(text: str) -> None:
    with pytest.raises(SearchError, match="nothing to search for"):
        parse(text)


@pytest.mark.parametrize("text", ["show:x", "since:2026", "until:2026-02", 'speaker:"jon m"', "show:x since:2026"])
def test_fields_may_stand_alone(text: str) -> None:
    assert parse(text).tree == All(())
    assert parse(text).is_narrowed


@pytest.mark.parametrize(("text", "column"), [('"', 0), ('zebra "llama', 6), ('"a b" c "', 8), ('ze"bra', 2)])
def test_an_open_quote_is_pointed_at(text: str, column: int) -> None:
    with pytest.raises(SearchError, match="the quote is never closed") as caught:
        parse(text)
    assert str(caught.value).splitlines()[1:] == [f"  {text}", f"  {' ' * column}^"]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("c++", ["c++"]),
        ("C#", ["c#"]),
        ("F#", ["f#"]),
        (".NET", [".net"]),
        ("io_uring", ["io", analysis.normal("uring")]),
        ("2.6.31-rc5", ["2", "6", "31", "rc5"]),
        ("/proc/self", ["proc", "self"]),
        ("O(1)", ["o", "1"]),
        ("doesn’t", ["doesn't"]),
        ("Linus's", [analysis.normal("Linus")]),
        ("Café", ["cafe"]),
        ("ＦＵＬＬ", ["full"]),
        ("日本語", ["日本", "本語"]),
        ("Go", []),
        ("in Go", ["go"]),
        ("IT", ["it"]),
        ("AT&T", ["at&t"]),
    ],
)
def test_terms_of_a_word(text: str, terms: list[str]) -> None:
    assert analysis.terms(text) == terms


@pytest.mark.parametrize("pair", [("stream", "streams"), ("killer", "Killers"), ("naïve", "naive"), ("ﬁle", "file")])
def test_words_that_differ_in_form_are_one_term(pair: tuple[str, str]) -> None:
    assert analysis.normal(pair[0]) == analysis.normal(pair[1])


@given(st.text() | st.lists(st.sampled_from('- NOT OR AND ( ) " topic: show: zebra'.split(" "))).map(" ".join))
@example("-OR")
@example("NOT OR zebra")
@example("zebra -AND llama")
def test_no_query_fails_otherwise(text: str) -> None:
    try:
        query = parse(text)
    except SearchError as error:
        assert str(error)
    else:
        assert query.terms
        assert all(term.run and all(term.run) for alternatives in query.terms for term in alternatives)


@given(st.text())
def test_spans_are_in_order_and_of_the_text(text: str) -> None:
    found = list(analysis.spans(text))
    assert all(term and 0 <= start < end <= len(text) for term, start, end in found)
    assert all(left[1] < right[1] and left[2] <= right[2] for left, right in itertools.pairwise(found))
    assert [term for term, _, _ in found] == analysis.terms(text)


@given(st.lists(st.sampled_from(["zebra", "llama", "gnu", "yak", "io_uring", "c++"]), min_size=1, max_size=6))
def test_what_is_quoted_has_the_terms_of_its_words(parts: list[str]) -> None:
    ((term,),) = parse(f'"{" ".join(parts)}"').terms
    assert term.run == tuple(found for part in parts for found in analysis.terms(part))


ZEBRA, LLAMA, GNU, YAK = (Term((text,)) for text in ("zebra", "llama", "gnu", "yak"))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("zebra NOT llama", All((ZEBRA,), (LLAMA,))),
        ("zebra AND NOT llama", All((ZEBRA,), (LLAMA,))),
        ("zebra OR llama gnu", All((Any((ZEBRA, LLAMA)), GNU))),
        ("zebra | llama || gnu", All((Any((ZEBRA, LLAMA, GNU)),))),
        ("(zebra llama) OR gnu", All((Any((All((ZEBRA, LLAMA)), GNU)),))),
        ("zebra (llama OR gnu)", All((ZEBRA, Any((LLAMA, GNU))))),
        ("zebra -(llama OR gnu)", All((ZEBRA,), (Any((LLAMA, GNU)),))),
        ("(zebra -llama) OR (gnu -yak)", All((Any((All((ZEBRA,), (LLAMA,)), All((GNU,), (YAK,)))),))),
        ("((zebra))", All((ZEBRA,))),
        ("zebra () llama", All((ZEBRA, LLAMA))),
    ],
)
def test_parentheses_and_not(text: str, tree: Node) -> None:
    assert parse(text).tree == tree


@pytest.mark.parametrize(
    ("text", "what", "column"),
    [
        ("topic:", "topic: needs a word or a phrase", 0),
        ("zebra show: ", "show: needs a word or a phrase", 6),
        ("(zebra", "never closed", 0),
        ("zebra (llama OR (gnu)", "never closed", 6),
        ("zebra) llama", "never opened", 5),
        ("zebra OR -llama", "OR can't be followed by NOT", 10),
        ("zebra (-llama)", "only leave out", 6),
        ("zebra (since:2026 llama)", "narrows the whole query", 7),
        ("topic:(zebra)", "needs a word or a phrase", 0),
        ("(" * 60 + "zebra" + ")" * 60, "too many", 50),
    ],
)
def test_what_is_wrong_is_pointed_at(text: str, what: str, column: int) -> None:
    with pytest.raises(SearchError, match=what) as caught:
        parse(text)
    assert str(caught.value).splitlines()[1:] == [f"  {text}", f"  {' ' * column}^"]


def test_a_word_may_have_parentheses_of_its_own() -> None:
    assert parse("O(1)").terms == ((Term(("o", "1")),),)
    assert parse("(O(1) OR zebra)").terms == ((Term(("o", "1")), Term(("zebra",))),)


def test_words_are_stemmed_as_each_language_does() -> None:
    german = parse("Häuser", languages=["de"]).terms
    assert german == ((Term(("haus",)),),)
    assert parse("Häuser", languages=["en", "de"]).terms == ((Term(("hauser",)), Term(("haus",))),)


def test_one_character_of_a_script_without_spaces_begins_a_pair() -> None:
    assert parse("猫").terms == ((Term(("猫",), prefix=True),),)
    assert parse("黒猫").terms == ((Term(("黒猫",)),),)


SAMPLES = (
    "It is in Go. And IT was fast.",
    "THE WHO",
    "The Rise Of Rust",
    "it's AT&T's C++20 in .NET",
    "カーネル の 話",
)


PIECES = (
    *("go", "Go", "it", "It", "IT", "I", "know", "Know", "You've", "It's", "'It", "Greg's", "A", "a", "US", "x", "9"),
    *(" ", " ", ", ", ". ", " (", ' "', "'", "’", "-", "_", "&", "+", "#", ".N", "é", "猫", "話"),
)


@given(st.text() | st.sampled_from(SAMPLES) | st.lists(st.sampled_from(PIECES)).map("".join))
@example("a A's_")
@example("0&a Go")
def test_terms_are_those_of_spans(text: str) -> None:
    assert analysis.terms(text) == [term for term, _, _ in analysis.spans(text)]


@given(st.lists(st.lists(st.sampled_from(PIECES)).map("".join)))
def test_each_line_has_its_own_terms(lines: list[str]) -> None:
    found = analysis.lines("\n".join(lines)).split("\n")
    assert [line.split() for line in found] == [analysis.terms(line) for line in lines or [""]]
    assert all(line[0] == line[-1] == " " for line in found)
