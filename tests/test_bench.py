from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from bench import fresh, page, voice
from bench.table import Table, markdown, percent
from whisper_pt import read_variables, state_arrays


def test_a_table_is_markdown_with_its_bars_escaped() -> None:
    table = Table("Speed", "How fast.", ("What", "Measured"), (("a|b", "1 s"), ("c", "20 s")))
    assert markdown(table).splitlines()[4:] == [
        "| What | Measured |",
        "|------|----------|",
        "| a\\|b | 1 s      |",
        "| c    | 20 s     |",
    ]


def test_percent_has_a_space() -> None:
    assert percent(0.0425, 1) == "4.2 %"


def test_a_section_is_put_in_place_of_the_old_one_and_the_rest_stays(tmp_path: Path) -> None:
    file = tmp_path / "docs" / "benchmarks.md"
    page.write("one", "old \\1", file)
    page.write("two", "second", file)
    file.write_text(file.read_text() + "\nBy hand.\n")
    page.write("one", "new", file)
    text = file.read_text()
    assert text.startswith("# Benchmarks")
    assert "old" not in text
    assert text.index("new") < text.index("second") < text.index("By hand.")


def _string(text: str) -> bytes:
    return struct.pack("<H", len(text) + 1) + text.encode() + b"\0"


def _model(path: Path, spec: str = "WhisperSpec") -> Path:
    weight = np.arange(6, dtype="<f2").reshape(3, 2)
    variable = _string("encoder/layer_0/self_attention/linear_0/weight") + struct.pack("<BIIBI", 2, 3, 2, 4, 12)
    aliases = struct.pack("<I", 1) + _string("alias") + _string("encoder/layer_0/self_attention/linear_0/weight")
    head = struct.pack("<I", 6) + _string(spec) + struct.pack("<II", 3, 1)
    path.write_bytes(head + variable + weight.tobytes() + aliases)
    return path


def test_a_ctranslate2_model_is_read_with_its_aliases(tmp_path: Path) -> None:
    variables = read_variables(_model(tmp_path / "model.bin"))
    assert list(variables) == ["encoder/layer_0/self_attention/linear_0/weight", "alias"]
    assert variables["alias"].tolist() == [[0, 1], [2, 3], [4, 5]]


def test_another_spec_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="expected WhisperSpec"):
        read_variables(_model(tmp_path / "model.bin", "TransformerSpec"))


def test_fused_projections_are_parted_and_keys_have_no_bias() -> None:
    encodings = np.zeros((1, 1))
    layer = "decoder/layer_3/attention/linear_1"
    state = state_arrays(
        {
            "encoder/position_encodings/encodings": encodings,
            "decoder/position_encodings/encodings": encodings,
            f"{layer}/weight": np.array([[1], [2]]),
            f"{layer}/bias": np.array([0, 4]),
        }
    )
    names = ("key.weight", "value.weight", "value.bias")
    assert {name: state[f"decoder.blocks.3.cross_attn.{name}"].tolist() for name in names} == {
        "key.weight": [[1]],
        "value.weight": [[2]],
        "value.bias": [4],
    }
    assert "decoder.blocks.3.cross_attn.key.bias" not in state


def test_scripts_to_be_spoken_say_what_is_written_and_what_is_said() -> None:
    heading_line = "# /proc and friends | {2|Two}. {/proc|Slash proc} and friends."
    script = f"[music 10]\nWelcome.\n\n{heading_line}\nIt costs {{$9|nine dollars}}."
    first, heading, text = voice.lines(script)
    assert (first.text, first.title) == ("Welcome.", "")
    assert (heading.title, heading.text, heading.said) == (
        "/proc and friends",
        "2. /proc and friends.",
        "Two. Slash proc and friends.",
    )
    assert (text.text, text.said) == ("It costs $9.", "It costs nine dollars.")
    assert heading.pause_s > text.pause_s


def test_every_fresh_episode_has_notes_and_a_script_with_headings() -> None:
    folders = {path.parent.name for path in fresh.FOLDER.glob("*/spoken.txt")}
    assert folders == set(fresh.SHAPES)
    for name in folders:
        assert len(list((fresh.FOLDER / name).glob("notes.*"))) == 1
        assert sum(bool(line.title) for line in voice.lines((fresh.FOLDER / name / "spoken.txt").read_text())) >= 3
