from __future__ import annotations

import pytest

from podpipe.topics.headings.likeness import by_spelling, is_spelled, letters, likeness

MISHEARD = [
    ("FatELF", "That health"),
    ("FatELF", "FET-ELF,"),
    ("Fanotify", "They notify"),
    ("eBPF", "DBTF"),
    ("eBPF", "EBT-F"),
    ("KVM", "KVN"),
    ("Btrfs", "DDRFS,"),
    ("Btrfs RAID5", "DTRFS RAID 5."),
    ("io_uring", "I O U ring"),
    ("io_uring in PostgreSQL", "EOuring and Postgre SQL."),
    ("vhost-user", "Be host user."),
    ("Lockdep", "Lockedit"),
    ("Thread naming", "Fred Naming."),
    ("Memory Overcommit", "overcommit memory"),
]
OTHERS = [
    ("Memory Overcommit", "memory.high"),
    ("Memory Pressure", "Memory Overcommit"),
    ("FatELF", "And that is all for today"),
    ("Fanotify", "And that"),
    ("Futexes", "That's"),
    ("vhost-user", "That's a summary"),
    ("SMR drives", "Btrfs RAID5"),
    ("ZFS send", "Today's items"),
]


@pytest.mark.parametrize(("topic", "said"), MISHEARD)
def test_what_is_misheard_is_alike(topic: str, said: str) -> None:
    assert likeness(topic, said) >= 0.68


@pytest.mark.parametrize(("topic", "said"), OTHERS)
def test_what_is_another_topic_is_not(topic: str, said: str) -> None:
    assert likeness(topic, said) < 0.68


@pytest.mark.parametrize("text", ["io_uring", "Путин", "日本語", "ß", "RAID5 2.0", "naïve café", "🎙 x"])
def test_a_text_is_like_itself(text: str) -> None:
    assert likeness(text, text) == pytest.approx(1)
    assert likeness(text, f"{text.upper()}.") >= 0.6


@pytest.mark.parametrize("text", ["", "…", "🎙", "_"])
def test_nothing_is_like_no_text(text: str) -> None:
    assert likeness(text, "something") == likeness("something", text) == 0


def test_words_may_come_in_any_order() -> None:
    assert by_spelling("pipe fds", "fds pipe") > 0.9


def test_letters_are_what_is_left_without_symbols() -> None:
    assert letters("QEMU's vhost_user 2.0") == "qemusvhostuser20"


def test_acronyms_are_spelled_out_and_words_are_not() -> None:
    assert [
        word for word in ("eBPF", "KVM", "Btrfs", "Perf", "memory.high", "OOM killer", "I") if is_spelled(word)
    ] == [
        "eBPF",
        "KVM",
        "Btrfs",
    ]
