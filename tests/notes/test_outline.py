from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podpipe import encodings
from podpipe.models import Notes, Outline, Section, Term
from podpipe.notes import read_outline

MEDIA_TYPES = ("text/plain", "text/markdown", "text/html")
EPISODES = ("kernel_daily_adlib", "lkml_20091101", "weekly_storage")

ZFS = "The developers merged a change that lets a send stream be resumed in the middle of a record."
URING = "Andres Freund posted the next version of his asynchronous series for the database server."


def headings(outline: Outline) -> list[str]:
    return [section.heading for section in outline.sections if section.heading]


def terms(outline: Outline) -> dict[str, Term]:
    return {term.text: term for term in outline.vocabulary}


def plain(text: str) -> Outline:
    return read_outline(Notes(text))


def html(text: str) -> Outline:
    return read_outline(Notes(text, "text/html"))


def markdown(text: str) -> Outline:
    return read_outline(Notes(text, "text/markdown"))


def test_a_short_sentence_that_opens_a_paragraph_is_a_heading() -> None:
    outline = plain(f"Welcome back to the show.\n\nZFS send. {ZFS}\n\nio_uring in PostgreSQL. {URING}\n")
    assert outline.sections == (
        Section("", "Welcome back to the show."),
        Section("ZFS send", ZFS),
        Section("io_uring in PostgreSQL", URING),
    )


def test_a_heading_may_hold_a_full_stop_within_a_word() -> None:
    assert headings(plain(f"memory.high. {ZFS}\n\nLinux 2.6.32 regressions. {URING}")) == [
        "memory.high",
        "Linux 2.6.32 regressions",
    ]


@pytest.mark.parametrize(
    "paragraph",
    [
        f"The test found two bugs. {ZFS}",
        f"Nobody objected. {ZFS}",
        f"It is not ready. {ZFS}",
        f"Andres posted a patch. {ZFS}",
        "Ryan C. Gordon posted what he hoped would be his final round of patches for the format.",
        f"This is a rather long sentence that goes on and on for ever. {ZFS}",
    ],
)
def test_a_sentence_of_the_text_is_no_heading(paragraph: str) -> None:
    assert plain(f"ZFS send. {ZFS}\n\n{paragraph}").sections == (Section("ZFS send", f"{ZFS}\n{paragraph}"),)


def test_paragraphs_of_a_topic_stay_apart_and_in_order() -> None:
    outline = plain(f"ZFS send. {ZFS}\n\n{URING}\n\nWhen it is done we shall see what comes of it all.")
    assert [section.text.split("\n") for section in outline.sections] == [
        [ZFS, URING, "When it is done we shall see what comes of it all."]
    ]


def test_lines_that_were_wrapped_are_one_paragraph() -> None:
    wrapped = ZFS.replace(" be ", "\nbe ").replace(" in ", "\r\nin ")
    assert plain(f"ZFS send. {wrapped}\n\nKVM. {URING}").sections == (
        Section("ZFS send", ZFS),
        Section("KVM", URING),
    )


def test_lines_longer_than_people_wrap_are_paragraphs() -> None:
    assert headings(plain(f"ZFS send. {ZFS} {URING}\nKVM. {URING} {ZFS}\nFatELF. {ZFS} {URING}")) == [
        "ZFS send",
        "KVM",
        "FatELF",
    ]


def test_the_parting_belongs_to_no_topic() -> None:
    outline = plain(f"ZFS send. {ZFS}\n\nThat's all for this week. Thank you for listening.")
    assert outline.sections[-1] == Section("", "That's all for this week. Thank you for listening.")


@pytest.mark.parametrize(
    ("text", "agenda"),
    [
        (
            "In today’s issue: Fanotify, FatELF, Memory Overcommit, and Thread Naming.",
            ("Fanotify", "FatELF", "Memory Overcommit", "Thread Naming"),
        ),
        (
            "Welcome back. In this episode: ZFS send streams, SMR drives, and a look at Btrfs RAID5.",
            ("ZFS send streams", "SMR drives", "Btrfs RAID5"),
        ),
        (
            "Today's items are: the OOM killer, cgroup v2 memory.high, and QEMU's vhost-user.",
            ("OOM killer", "cgroup v2 memory.high", "QEMU's vhost-user"),
        ),
        ("Coming up: lockdep; eBPF; and KVM.", ("lockdep", "eBPF", "KVM")),
        ("On the programme this week: lockdep and eBPF.", ("lockdep", "eBPF")),
        ("In this episode: 1. Rust in the kernel; 2. Folios.", ("Rust in the kernel", "Folios")),
        ("In this episode: (1) KVM, (2) Btrfs RAID5, and (3) OOM killer.", ("KVM", "Btrfs RAID5", "OOM killer")),
        ("Today's topics: 1. KVM 2. pytest 9. 3. setup.py", ("KVM", "pytest 9", "setup.py")),
        ("In this episode: Linux 2.6.31; Python 3. Thanks.", ("Linux 2.6.31", "Python 3")),
    ],
)
def test_the_sentence_that_announces_topics_is_the_agenda(text: str, agenda: tuple[str, ...]) -> None:
    assert plain(text).agenda == agenda
    assert html(f"<p>Hello.</p><p>{text}</p>").agenda == agenda


@pytest.mark.parametrize(
    "text",
    [
        "Contact: mail, phone, and post.",
        "In this episode: only one thing.",
        "In this episode: a sentence that is much longer than what a list has, and then another.",
        "No colon here, and a comma, and another.",
    ],
)
def test_other_lists_are_no_agenda(text: str) -> None:
    assert plain(text).agenda == ()


def test_what_the_agenda_announced_is_a_heading_whatever_it_looks_like() -> None:
    outline = plain("Today's topics: what is new, and the OOM killer.\n\nWhat is new. Not a lot, I fear.")
    assert outline.agenda == ("what is new", "OOM killer")
    assert Section("What is new", "Not a lot, I fear.") in outline.sections


@pytest.mark.parametrize("apostrophe", ["'", "’"])
def test_announcements_are_a_section_and_keep_how_they_are_opened(apostrophe: str) -> None:
    opening = f"In today{apostrophe}s announcements:"
    assert plain(f"KVM. {URING}\n\n{opening} The latest release was 2.6.32-rc5.").sections[-1] == Section(
        "Announcements", "The latest release was 2.6.32-rc5.", lead=opening
    )


def test_timestamps_in_plain_text() -> None:
    outline = plain("[00:00] Intro\n(01:30) ZFS send\n1:02:03 - The end\n62:05 | Later\n- 63:00.5 Item\nQ&A – 70:00")
    assert [(section.heading, section.start_ms) for section in outline.sections] == [
        ("Intro", 0),
        ("ZFS send", 90_000),
        ("The end", 3_723_000),
        ("Later", 3_725_000),
        ("Item", 3_780_500),
        ("Q&A", 4_200_000),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "<ul><li>00:00 Intro</li><li>01:30 – ZFS send</li></ul>",
        "<p>(00:00) Intro<br/>(01:30) ZFS send</p>",
        '<p><a href="#t=0">00:00</a> Intro<br><a href="#t=90">1:30</a>: ZFS send</p>',
        "<div>Intro 00:00</div><div>ZFS send [01:30]</div>",
    ],
)
def test_timestamps_in_html(text: str) -> None:
    assert html(text).sections == (Section("Intro", "", 0), Section("ZFS send", "", 90_000))


def test_timestamps_in_markdown() -> None:
    expected = (Section("Intro", "", 0), Section("ZFS send", "", 90_000))
    assert markdown("- 00:00 Intro\n- [01:30] ZFS send\n").sections == expected


@pytest.mark.parametrize("text", ["1:75 Intro", "0:99 Intro", "99:99", "٣:٧٥ Intro", "0:00:61 Intro"])
def test_what_is_no_time_is_no_timestamp(text: str) -> None:
    assert all(section.start_ms is None for section in plain(text).sections)


@pytest.mark.parametrize("line", ["0:00 -", "-- 0:00", "[1:00]", "0:00 …"])
def test_a_timestamp_without_a_title_is_no_topic(line: str) -> None:
    assert all(section.start_ms is None for section in plain(f"{line}\n1:00 Intro").sections[:-1])


@pytest.mark.parametrize("line", ["---", "***", "* * *", "_____", "=====", "•", "…"])
def test_a_line_that_parts_paragraphs_is_no_topic(line: str) -> None:
    outline = plain(f"ZFS send. {ZFS}\n\n{line}\n\nKVM. {URING}")
    assert outline.sections == (Section("ZFS send", ZFS), Section("KVM", URING))
    assert html(f"<h2>KVM</h2><p>{line}</p><p><b>{line}</b> {URING}</p>").sections == (
        Section("KVM", f"{line} {URING}"),
    )


def test_text_below_a_timestamp_belongs_to_it() -> None:
    outline = plain(f"00:00 Intro\n\n{ZFS}\n\n01:30 KVM\n\n{URING}")
    assert outline.sections == (Section("Intro", ZFS, 0), Section("KVM", URING, 90_000))


def test_list_items_without_timestamps_are_topics() -> None:
    expected = (Section("FUSE"), Section("ZFS send"), Section("KVM guests"))
    assert html("<ul><li>FUSE</li><li>ZFS send</li><li>KVM guests.</li></ul>").sections == expected
    assert html("<ol><li>FUSE<li>ZFS send<li>KVM guests</ol>").sections == expected
    assert markdown("* FUSE\n* ZFS send\n* KVM guests\n").sections == expected
    assert plain("- FUSE\n• ZFS send\n3. KVM guests\n").sections == expected


@pytest.mark.parametrize("level", ["h2", "h3", "h4", "h5", "h6"])
def test_headings_of_html(level: str) -> None:
    text = f"<p>Hello.</p><{level}>ZFS <i>send</i>:</{level}><p>{ZFS}</p><p>More.</p><{level}>KVM</{level}>"
    assert html(text).sections == (
        Section("", "Hello."),
        Section("ZFS send", f"{ZFS}\nMore."),
        Section("KVM"),
    )


@pytest.mark.parametrize(
    "paragraph",
    [
        f"<p><b>ZFS send.</b> {ZFS}</p>",
        f"<p><strong>ZFS send</strong>: {ZFS}</p>",
        f"<p><span><b>ZFS send</b></span> – {ZFS}</p>",
        f"<div><p><strong>ZFS send</strong></p><p>{ZFS}</p></div>",
    ],
)
def test_bold_text_that_opens_a_paragraph_is_a_heading(paragraph: str) -> None:
    assert html(paragraph).sections == (Section("ZFS send", ZFS),)


def test_bold_text_within_a_paragraph_is_none() -> None:
    assert html(f"<p>The <b>ZFS</b> developers are here. {ZFS}</p>").sections[0].heading == ""


def test_headings_of_markdown() -> None:
    text = f"# The show\n\nHello there, all.\n\n## ZFS send\n\n{ZFS}\n\n### KVM\n\n**FatELF.** {URING}\n"
    expected = [("ZFS send", ZFS), ("KVM", ""), ("FatELF", URING)]
    for outline in (markdown(text), plain(text)):
        found = [(section.heading, section.text) for section in outline.sections]
        assert found[-3:] == expected


def test_scripts_styles_comments_and_titles_are_not_read() -> None:
    text = (
        "<html><head><title>Site</title><style>p{}</style></head><body><!-- no -->"
        f"<script>alert(1)</script><h2>KVM</h2><p>{URING}</p></body></html>"
    )
    assert html(text).sections == (Section("KVM", URING),)


def test_an_xml_declaration_before_html_does_no_harm() -> None:
    text = f'<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html><body><h2>KVM</h2><p>{URING}</p></body>'
    assert html(text).sections == (Section("KVM", URING),)


@pytest.mark.parametrize("control", ["\x01", "\x0b", "&#1;", "\0"])
def test_control_characters_do_not_cost_the_notes(control: str) -> None:
    assert Section("KVM", URING) in html(f"{control}hello <h2>KVM</h2><p>{URING}</p>").sections


def test_entities_and_white_space_are_resolved() -> None:
    assert html("<h2>R&amp;D\n  &lt;today&gt;&nbsp;&#8217;</h2>").sections == (Section("R&D <today> ’"),)


def test_links_to_the_audio_are_no_text() -> None:
    text = f"Audio: http://media.example.org/a_b/show.mp3\n\nKVM. {URING}"
    outline = plain(text)
    assert outline.sections == (Section("KVM", URING),)
    assert "show.mp3" not in terms(outline)


@pytest.mark.parametrize("text", ["", " \n\t\r\n ", "\0", "---"])
def test_notes_of_nothing_give_an_empty_outline(text: str) -> None:
    assert plain(text) == markdown(text) == html(text) == Outline()


@pytest.mark.parametrize("text", ["<p></p>", "&nbsp;", "<!-- KVM. -->", "<script>KVM</script>", "<h2>-</h2>"])
def test_markup_of_nothing_gives_an_empty_outline(text: str) -> None:
    assert html(text) == Outline()


def test_topics_names_acronyms_and_identifiers_are_terms() -> None:
    outline = read_outline(
        Notes(
            "In this episode: Futexes, and the OOM killer.\n\n"
            "Futexes. A patch by Darren Hart, and one of Arjan van de Ven, make futex_lock_pi a syscall. "
            "It writes /proc/pid/comm on 2.6.31.x, says kerneloops.org, in FIFO order; earlyoom and "
            "PostgreSQL, suspend_test_finish agree. See https://example.org/some_path/FooBar for more of it."
        ),
        show="LKML Daily",
    )
    found = terms(outline)
    assert {"Futexes", "OOM killer", "Darren Hart", "Arjan van de Ven", "LKML Daily"} <= set(found)
    assert {"futex_lock_pi", "/proc/pid/comm", "2.6.31.x", "kerneloops.org", "FIFO", "PostgreSQL"} <= set(found)
    assert "suspend_test_finish" in found
    assert not [text for text in found if "example.org" in text or "FooBar" in text or "some_path" in text]
    assert found["Futexes"].weight == found["OOM killer"].weight == 1.0


def test_terms_are_sorted_by_weight_and_know_their_places() -> None:
    outline = plain(f"KVM. {ZFS}\n\nfutex_lock_pi came first, {URING}\n\nIn the end: futex_lock_pi again.")
    weights = [term.weight for term in outline.vocabulary]
    assert weights == sorted(weights, reverse=True)
    assert all(0 < weight <= 1 for weight in weights)
    places = terms(outline)["futex_lock_pi"].places
    assert len(places) == 2
    assert 0 < places[0] < places[1] < 1
    assert terms(outline)["KVM"].places == (0.0,)


def test_common_words_and_numbers_are_no_terms() -> None:
    outline = plain("On the second Monday of March, in 2009 at 10:30, I said that The End was 18,023 days off.")
    assert not {"Monday", "March", "2009", "10:30", "18,023", "The", "I"} & set(terms(outline))


@pytest.mark.parametrize("episode", EPISODES)
def test_all_spoken_headings_of_real_notes_are_sections(shared_data: Path, episode: str) -> None:
    folder = shared_data / "episodes" / episode
    truth = json.loads((folder / "chapters.json").read_text())
    wanted = {chapter["title"] for chapter in truth["chapters"]} | {*truth.get("in_notes_but_not_spoken", ())}
    assert set(headings(plain((folder / "notes.txt").read_text()))) == wanted


@pytest.mark.parametrize("episode", EPISODES)
def test_real_notes_read_the_same_as_html(shared_data: Path, episode: str) -> None:
    text = (shared_data / "episodes" / episode / "notes.txt").read_text()
    written = "".join(f"<p>{line}</p>\n" for line in text.splitlines() if line.strip())
    assert html(written) == plain(text)


@given(st.text(), st.sampled_from(MEDIA_TYPES))
def test_no_text_makes_it_fail(text: str, media_type: str) -> None:
    assert isinstance(read_outline(Notes(text, media_type), title=text, show=text), Outline)  # type: ignore[arg-type]


MARKUP = (
    "<p> </p> <b> </b> <h2> </h2> <li> <ul> <br> <table> <!-- --> <![CDATA[ ]]> &amp; &#0; &#x1; # ## * - 1. "
    "[ ] ( ) ` ``` > : . , ; ! ? ’ “ 0:00 1:75 99:59:59 1:00.0000000001 ٣:٠٠ In today's issue: and KVM "
    "io_uring /proc a A Audio: https://x.example/ posted Zfs. \n \n\n \r\n \x00 \x0b \x1c \u2028 ß ﬁ 🎙"
)
PIECES = st.sampled_from(MARKUP.split(" ")) | st.text(max_size=3)


@given(
    st.lists(PIECES, max_size=40),
    st.sampled_from(MEDIA_TYPES),
    st.sampled_from(["", " "]),
)
def test_no_mixture_of_markup_makes_it_fail(pieces: list[str], media_type: str, gap: str) -> None:
    outline = read_outline(Notes(gap.join(pieces), media_type))  # type: ignore[arg-type]
    assert all(section.heading or section.text for section in outline.sections)
    assert all(0 < term.weight <= 1 and all(0 <= p <= 1 for p in term.places) for term in outline.vocabulary)


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
@pytest.mark.parametrize("unit", ["<div>", "<b>", "> ", "[x](", "-", "A. ", "- ", "(", "1:00 ", "**", "&lt;"])
def test_very_repetitive_text_is_read(unit: str, media_type: str) -> None:
    assert isinstance(read_outline(Notes(unit * 5000, media_type)), Outline)  # type: ignore[arg-type]


SPOKEN = "records stream resumed merged cold cache guests drives array"
WORDS = st.lists(st.sampled_from(SPOKEN.split()), min_size=9)
TITLES = st.lists(
    st.sampled_from(["ZFS", "streams", "io_uring", "KVM", "memory.high", "Ünïcode"]), min_size=1, max_size=6
)


@given(st.lists(st.tuples(TITLES, WORDS), min_size=1, max_size=8))
def test_what_is_written_in_the_three_forms_is_read_alike(topics: list[tuple[list[str], list[str]]]) -> None:
    expected = tuple(Section(" ".join(title), " ".join(words) + ".") for title, words in topics)
    assert plain("\n\n".join(f"{s.heading}. {s.text}" for s in expected)).sections == expected
    assert html("".join(f"<h2>{s.heading}</h2><p>{s.text}</p>" for s in expected)).sections == expected
    escaped = [(s.heading.replace("_", "\\_"), s.text) for s in expected]
    assert markdown("\n\n".join(f"## {heading}\n\n{text}" for heading, text in escaped)).sections == expected


NOTES = "Überblick über Žižkov und Çelik: naïve café – 10 €."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_is_known_by_its_bytes(encoding: str) -> None:
    assert encodings.decode(NOTES.encode(encoding)) == NOTES
    assert encodings.decode(NOTES.encode(encoding), "iso-8859-1") == NOTES


@pytest.mark.parametrize("mark", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_byte_order_marks_of_either_order(mark: str) -> None:
    assert encodings.decode(("\ufeff" + NOTES).encode(mark)) == NOTES


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Grüße aus Köln", "iso-8859-1"),
        ("“Curly” – 10 €", "cp1252"),
        ("Привет, мир", "koi8-r"),
        ("日本語のテキスト", "shift_jis"),
        ("简体中文", "gb18030"),
    ],
)
def test_the_charset_that_is_declared_is_taken(text: str, encoding: str) -> None:
    assert encodings.decode(text.encode(encoding), encoding) == text
    page = f'<meta charset="{encoding}"><p>{text}</p>'
    assert encodings.decode(page.encode(encoding)) == page
    feed = f"<?xml version='1.0' encoding='{encoding}'?><p>{text}</p>"
    assert encodings.decode(feed.encode(encoding)) == feed


@pytest.mark.parametrize("charset", ["", "nonsense", "hex", "undefined", "idna", "utf\0", "utf-8\n", "é", "x" * 5000])
def test_a_charset_of_nonsense_is_passed_over(charset: str) -> None:
    assert encodings.decode(b'<meta charset="iso-8859-1">caf\xe9', charset) == '<meta charset="iso-8859-1">café'


def test_headings_survive_an_old_encoding(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(f"Žižkov’s notes. {ZFS}\r\n\r\nKVM. {URING}".encode("cp1252"))
    assert headings(plain(encodings.decode(path.read_bytes(), "windows-1252"))) == ["Žižkov’s notes", "KVM"]


@given(st.binary(max_size=200), st.sampled_from(["", "utf-8", "ascii", "utf-16", "utf-7", "idna", "big5", "?"]))
def test_any_bytes_become_text_and_then_an_outline(data: bytes, charset: str) -> None:
    assert isinstance(plain(encodings.decode(data, charset)), Outline)


@given(st.text())
def test_utf_8_is_decoded_exactly(text: str) -> None:
    assert encodings.decode(text.encode()).removeprefix("\ufeff") == text.removeprefix("\ufeff")


def test_the_title_of_the_page_is_no_topic() -> None:
    notes = Notes("# Bench show\n\nHello and welcome.\n\n## Fanotify\n\nEric Paris posted a patch.", "text/markdown")
    assert [section.heading for section in read_outline(notes).sections] == ["", "Fanotify"]
    plain = Notes("Bench show\n\nHello and welcome.\n\nFanotify. Eric Paris posted a patch series for it today.")
    assert [section.heading for section in read_outline(plain, title="Bench show").sections] == ["", "Fanotify"]


def test_headings_of_the_first_level_are_topics_where_there_are_several() -> None:
    notes = Notes("# Fanotify\n\nEric Paris posted.\n\n# KVM\n\nGleb Natapov posted.", "text/markdown")
    assert [section.heading for section in read_outline(notes).sections] == ["Fanotify", "KVM"]


_TOPICS = ("ZFS send streams", "io_uring in PostgreSQL", "SMR drives")


def _topics(text: str, media_type: str) -> tuple[str, ...]:
    """The topics that are looked for: those announced, or headings without text."""
    outline = read_outline(Notes(text, media_type))  # type: ignore[arg-type]
    return outline.agenda or tuple(s.heading for s in outline.sections if s.heading and not s.text)


@pytest.mark.parametrize(
    ("text", "media_type"),
    [
        ("Today: ZFS send streams, io_uring in PostgreSQL and SMR drives.", "text/plain"),
        ("<p>Today: ZFS send streams, io_uring in PostgreSQL and SMR drives</p>", "text/html"),
        ("<ul><li>ZFS send streams</li><li>io_uring in PostgreSQL</li><li>SMR drives</li></ul>", "text/html"),
        ("<p>ZFS send streams<br>io_uring in PostgreSQL<br/>SMR drives</p>", "text/html"),
        ("<p>ZFS send streams | io_uring in PostgreSQL | SMR drives</p>", "text/html"),
        ("ZFS send streams, io_uring in PostgreSQL, SMR drives", "text/plain"),
        ("ZFS send streams; io_uring in PostgreSQL; SMR drives.", "text/plain"),
        ("ZFS send streams\nio_uring in PostgreSQL\nSMR drives", "text/plain"),
        ("Topics:\n- ZFS send streams\n- io_uring in PostgreSQL\n- SMR drives", "text/plain"),
        ("This week we talk about ZFS send streams, io_uring in PostgreSQL, and SMR drives.", "text/plain"),
        ("We cover ZFS send streams, io_uring in PostgreSQL, SMR drives and more!", "text/plain"),
        ("Topics: ZFS send streams, io_uring in PostgreSQL, SMR drives\n\nNames: Qu Wenruo, lockdep", "text/plain"),
        ("## Topics\n\n- ZFS send streams\n- io_uring in PostgreSQL\n- SMR drives\n\n## People\n\n- Qu Wenruo\n",
         "text/markdown"),
    ],
)  # fmt: skip
def test_topics_are_listed_in_many_shapes(text: str, media_type: str) -> None:
    assert _topics(text, media_type) == _TOPICS
    assert {"io_uring", "PostgreSQL"} <= terms_of(text, media_type)


def terms_of(text: str, media_type: str = "text/plain") -> set[str]:
    outline = read_outline(Notes(text, media_type))  # type: ignore[arg-type]
    return {term.text for term in outline.vocabulary}


def test_names_that_are_listed_are_terms_and_no_topics() -> None:
    text = "In this episode: Btrfs, KVM and SMR drives.\n\nNames and terms: Qu Wenruo, lockdep, vhost-user."
    outline = read_outline(Notes(text))
    assert {"Qu Wenruo", "lockdep", "vhost-user"} <= terms_of(text)
    assert not any("lockdep" in section.text or "lockdep" in section.heading for section in outline.sections)


def test_an_acronym_and_its_word_are_one_term() -> None:
    text = "The OOM killer came. The OOM killer went. Nobody likes the OOM killer. The KVM code is new."
    assert "OOM killer" in terms_of(text)
    assert "KVM code" not in terms_of(text)


def test_names_in_the_title_are_terms_and_those_of_files_are_not() -> None:
    def terms(title: str) -> set[str]:
        return {term.text for term in read_outline(Notes(""), title=title).vocabulary}

    assert {"Jens Axboe", "io_uring"} <= terms("A talk with Jens Axboe about io_uring")
    assert terms("linux_kernel_podcast_20091101") == set()
    assert terms("How To Build A Boat") == set()


def test_hosts_and_guests_are_terms_by_their_whole_names() -> None:
    outline = read_outline(Notes("Of brakes."), people=["Ada Lovelace", "Will", "Siân ap Rhys"])
    assert {term.text for term in outline.vocabulary} == {"Ada Lovelace", "Siân ap Rhys"}


def test_a_heading_with_commas_or_longer_than_a_line_is_one_topic() -> None:
    long = "What the council decided about the old railway bridge, the cycle path behind it, and the three car parks"
    outline = read_outline(
        Notes(
            f"Tonight we have: {long}, Night trains, and Apples, pears and plums.\n\n"
            f"{long}. The bridge stays closed until May.\n\n"
            "Night trains. The Nightjet from Zurich to Amsterdam leaves at ten and has small cabins for one.\n\n"
            "Apples, pears and plums\n\nThey are ripe."
        )
    )
    assert outline.agenda == (long, "Night trains", "Apples, pears and plums")
    assert [section.heading for section in outline.sections] == ["", *outline.agenda]


@pytest.mark.parametrize(
    "notes",
    [
        f"ZFS SEND\n{ZFS}\n\nPOSTGRES\n{URING}",
        f"ZFS SEND\n--------\n{ZFS}\n\nPOSTGRES\n========\n{URING}",
        f"1. ZFS SEND\n{ZFS}\n\n2. POSTGRES\n{URING}",
        f"[ZFS SEND]\n{ZFS}\n\n[POSTGRES]\n{URING}",
        f"== ZFS SEND ==\n\n{ZFS}\n\n== POSTGRES ==\n\n{URING}",
        f"**ZFS SEND**\n\n{ZFS}\n\n**POSTGRES**\n\n{URING}",
        f"ZFS SEND – {ZFS}\n\nPOSTGRES — {URING}",
    ],
)
def test_headings_as_people_set_them_off_in_plain_text(notes: str) -> None:
    assert plain(notes).sections == (Section("ZFS SEND", ZFS), Section("POSTGRES", URING))


@pytest.mark.parametrize("notes", [f"<h2>1. ZFS</h2><p>{ZFS}</p>", f"<p><b>1) ZFS.</b> {ZFS}</p>"])
def test_a_heading_is_not_its_number(notes: str) -> None:
    assert html(notes).sections == (Section("ZFS", ZFS),)


def test_a_wrapped_paragraph_has_no_heading_in_its_first_line() -> None:
    wrapped = (
        "The developers of the file system merged a change\nThursday that lets a send stream be resumed in the middle."
    )
    assert headings(plain(wrapped)) == []


def test_what_was_released_may_be_a_heading() -> None:
    assert headings(plain(f"Linux 6.1 released. {ZFS}\n\nLost and found. {URING}")) == [
        "Linux 6.1 released",
        "Lost and found",
    ]


@pytest.mark.parametrize(
    "notes", ["- ZFS\n- SMR\n\nFollow us on the web, and tell your friends!", "* ZFS\n* SMR\nWrite to us."]
)
def test_what_comes_after_a_list_belongs_to_none_of_its_items(notes: str) -> None:
    assert [section for section in plain(notes).sections if section.heading] == [Section("ZFS"), Section("SMR")]


def test_an_agenda_that_is_talked_about() -> None:
    assert plain("This week we talk about ZFS, SMR drives and a look at KVM.").agenda == ("ZFS", "SMR drives", "KVM")


def test_headings_alone_on_a_line_may_begin_with_an_article() -> None:
    outline = plain(f"The outage\n{ZFS}\n\nListener mail\n{URING}\n\nThis is a show about networks\n\nThe end of it")
    assert headings(outline) == ["The outage", "Listener mail", "The end of it"]


def test_a_first_line_that_ends_before_the_paragraph_is_wide_is_a_heading_and_a_wrapped_one_is_not() -> None:
    apart = plain("Moons\nSaturn has more of them than anybody\ncan count, and Jupiter is close.\n")
    assert [(section.heading, section.text[:6]) for section in apart.sections] == [("Moons", "Saturn")]
    assert headings(plain("Saturn has more of them than anybody\nCopernicus knew, and Jupiter has, too.\n")) == []


def test_underlined_headings_of_several_lines() -> None:
    text = f"The letter that was kept\nin a drawer for thirty years\n----\n\n{ZFS}\n\nMaps\n====\n{URING}\n"
    assert headings(plain(text)) == ["The letter that was kept in a drawer for thirty years", "Maps"]


def test_headings_in_capitals_make_no_acronyms() -> None:
    outline = plain(f"SATURN AND NASA\n{ZFS} NASA knew.\n\nCHOOSING AN EYEPIECE\n{URING}\n")
    assert headings(outline) == ["SATURN AND NASA", "CHOOSING AN EYEPIECE"]
    assert {"Saturn And NASA", "Choosing An Eyepiece", "NASA"} <= set(terms(outline))
    assert not {"AND", "SATURN", "EYEPIECE", "AN"} & set(terms(outline))


def test_a_link_to_the_sound_is_no_topic() -> None:
    page = f'<p><a href="a.mp3">Listen to the episode</a></p><h2>Download managers</h2><p>{ZFS}</p>'
    assert headings(html(page)) == ["Download managers"]


def test_items_of_a_list_are_topics_whatever_signs_they_have() -> None:
    titles = ["When is an email a contract?", "The neighbour, the hedge and the High Court", "Small claims: how to"]
    items = "".join(f"<li>{title}</li>" for title in [*titles, "GDPR requests", "Section 21"])
    assert headings(html(f"<p>Hello.</p><ul>{items}</ul><p>No advice.</p>")) == [
        *titles,
        "GDPR requests",
        "Section 21",
    ]


def test_sentences_in_a_list_are_no_topics() -> None:
    items = "<li>We fixed the sound, at last.</li><li>Is it fine now? Tell us; please.</li><li>It rains, still.</li>"
    assert headings(html(f"<p>Hello.</p><ul>{items}</ul>")) == []


def test_bold_words_of_a_sentence_are_no_heading() -> None:
    text = "<p><strong>Without Prejudice</strong>, with Hannah, <b>live</b>.</p>"
    assert headings(html(text)) == []
    assert headings(html("<p><b>The kernel</b> got a patch.</p>")) == []
    assert headings(html("<p><b>The kernel:</b> got a patch.</p>")) == ["The kernel"]


def test_where_headings_are_marked_a_sentence_that_opens_a_paragraph_is_none() -> None:
    first = "An average hides everything. One request in a hundred took four seconds at our place."
    marked = f"<h2>VACUUM</h2><p>A table of ours had dead rows.</p><h2>p99</h2><p>{first}</p>"
    assert [(s.heading, s.text) for s in html(marked).sections][1] == ("p99", first)
    more = f"<p>OOM killer. {ZFS}</p><p>Btrfs. {ZFS}</p><p>KVM. {URING}</p>"
    assert headings(html(f"<h2>Topics</h2>{more}<h2>Links</h2><p>None today.</p>")) == [
        "OOM killer",
        "Btrfs",
        "KVM",
    ]


@pytest.mark.parametrize(
    "first",
    [
        "DISTANT SIGNAL\nEpisode 203",
        "Spokes and Folks, episode 112",
        "Rows #58\n\nThis is Rows #58, with Tom.",
        "Ep. 7: rain",
        "Show 12",
        "Distant Signal\n\nThis is Distant Signal, from Crewe.",
        "Distant Signal\n\nWelcome back to the Distant Signal. It rains.",
    ],
)
def test_the_name_of_show_or_episode_is_no_topic(first: str) -> None:
    assert headings(plain("Rust edition 2024\n\nIt is out.\n\nBug #12\n\nIt is in.")) == [
        "Rust edition 2024",
        "Bug #12",
    ]
    assert headings(plain(f"{first}\n\nClass 37\n\n{ZFS}\n\nToilets\n\n{URING}")) == ["Class 37", "Toilets"]


@pytest.mark.parametrize("sign", ["👉", "→", "▶️", "✔", "‣", "»"])
def test_pictures_and_arrows_make_a_list(sign: str) -> None:
    outline = plain(
        f"On today's show:\n{sign} FPGA or emulator?\n{sign} Recapping a Game Gear\n{sign} SCART\n\n#retro #c64"
    )
    assert [h for h in headings(outline) if h] == ["FPGA or emulator?", "Recapping a Game Gear", "SCART"]


def test_what_somebody_talks_about_goes_on_in_the_next_sentence() -> None:
    outline = plain("This week Anna talks about coral nurseries, and why parrotfish matter. Plus: a sunscreen myth.")
    assert outline.agenda == ("coral nurseries", "why parrotfish matter", "sunscreen myth")


@pytest.mark.parametrize("above", ["<h3>Stories</h3>", "<p>This month:</p>", "<p><strong>The questions</strong></p>"])
def test_what_stands_above_the_only_list_is_no_topic(above: str) -> None:
    items = "<li>First look inside</li><li>Is she laying?</li><li>Feeding in spring</li>"
    below = "<h2>Links</h2><ul><li>The hive, a book</li><li>Varroa, a leaflet</li></ul>"
    topics = ["First look inside", "Is she laying?", "Feeding in spring"]
    assert headings(html(f"<p>Hello.</p>{above}<ul>{items}</ul>{below}")) == topics


def test_what_stands_above_each_of_several_lists_may_be_a_topic() -> None:
    lists = "".join(f"<h3>{name}</h3><ul><li>{name} 6.1</li><li>{name} on ARM</li></ul>" for name in ("Linux", "Btrfs"))
    found = headings(html(lists))
    assert "Linux" in found
    assert "Btrfs" in found


@pytest.mark.parametrize(
    "elsewhere",
    [
        "<h2>Links</h2><ul><li>Coffee market report</li><li>Water test kit</li></ul>",
        "<p><b>Links</b></p><ul><li>Coffee market report</li><li>Water test kit</li></ul>",
        "<h2>About our guest</h2><p>Duncan Rae.</p><p>He kept lights for years, and then he kept bees.</p>",
        "<h3>Support us</h3><p>From two pounds a month.</p>",
        "<p>Write to me: letters@fixithour.example</p>",
        '<p><a href="audio.mp3">audio.mp3</a> (31 MB)</p>',
        '<p>Download: <a href="audio.mp3">audio.mp3</a></p>',
        '<p><a href="audio.mp3">Audio</a></p>',
        '<p><a href="audio.mp3">audio.mp3</a> (5 min)</p>',
        '<p><a href="audio.mp3">Audio</a> · 14 May · hosted by Martin Ashby</p>',
        "<h4>Books I mention</h4><ul><li>Night Mail, a film</li><li>The Box, a history</li></ul>",
        "<h2>Transcript and licence</h2><p>Ask us, and you may keep what you are given.</p>",
    ],
)
def test_what_is_not_about_the_episode_is_no_topic(elsewhere: str) -> None:
    items = "<li>Grinder burrs</li><li>Cold brew</li><li>Water hardness</li>"
    assert headings(html(f"{elsewhere}<h2>Today</h2><ul>{items}</ul>{elsewhere}")) == [
        "Grinder burrs",
        "Cold brew",
        "Water hardness",
    ]


def test_items_of_a_list_are_topics_in_whole() -> None:
    items = [
        "Marta from Lisbon: squeaky floorboards",
        "Henrik from Aarhus: a radiator that is cold at the top",
        "Anonymous: is it OK to paint over wallpaper?",
    ]
    assert headings(html(f"<p>Hello.</p><ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>")) == items


def test_an_initial_ends_no_sentence() -> None:
    told = "In this episode we talk about the horse box, the mailbags, W. H. Auden and the film, and the last run."
    assert read_outline(Notes(told)).agenda == ("horse box", "mailbags", "W. H. Auden and the film", "last run")


@pytest.mark.parametrize("label", ["Sponsors", "About our guest", "Links"])
def test_what_is_not_about_the_episode_may_be_read_out(label: str) -> None:
    told = "This episode is supported by a maker of filters, whose jug does something that you can taste."
    outline = html(f"<h2>Cold brew</h2><p>Take eighty grams to a litre.</p><h2>{label}</h2><p>{told}</p>")
    assert [(section.heading, section.text) for section in outline.sections] == [
        ("Cold brew", "Take eighty grams to a litre."),
        ("", told),
    ]
