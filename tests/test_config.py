from __future__ import annotations

import re
from pathlib import Path

import pytest

from podpipe import config
from podpipe.config import Config, Limits, Network
from podpipe.errors import ConfigError

PAGE = Path(__file__).parents[1] / "docs" / "configuration.md"


def written(folder: Path, text: str) -> Path:
    (folder / "podpipe.toml").write_text(text)
    return folder


def test_without_a_file_there_are_defaults(tmp_path: Path) -> None:
    assert config.load(tmp_path, {}) == Config()


def test_the_file_and_then_the_environment_set_what_they_name(tmp_path: Path) -> None:
    root = written(tmp_path, '[network]\nallow_hosts = ["nas.local"]\n[limits]\nfile_mb = 5\nepisode_hours = 2\n')
    assert config.load(root, {}) == Config(
        network=Network(allow_hosts=("nas.local",)), limits=Limits(file_mb=5, episode_hours=2)
    )
    environment = {
        "PODPIPE_LIMITS_FILE_MB": "7",
        "PODPIPE_NETWORK_ALLOW_HOSTS": "a.local, 10.0.0.0/8",
        "PODPIPE_X": "1",
    }
    assert config.load(root, environment) == Config(
        network=Network(allow_hosts=("a.local", "10.0.0.0/8")), limits=Limits(file_mb=7, episode_hours=2)
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[limits]\nfile_bm = 1", "[limits] has no setting 'file_bm'; did you mean file_mb?"),
        ("[limit]\nfile_mb = 1", "has [limit], which podpipe does not know; did you mean limits?"),
        ("[limits]\nfile_mb = 0", "limits.file_mb: expected int >= 1"),
        ("[limits]\nfile_mb = '5'", "limits.file_mb: expected int, got str"),
        ("[network]\nallow_hosts = 'nas'", "network.allow_hosts: expected array, got str"),
        ("limits = 3", "limits: expected object, got int"),
        ("[limits", "is no TOML: "),
    ],
)
def test_a_mistake_is_one_sentence_that_names_the_setting(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config.load(written(tmp_path, text), {})
    assert complaint in str(caught.value)
    assert str(tmp_path / "podpipe.toml") in str(caught.value)


def test_a_mistake_in_the_environment_names_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"the environment \(PODPIPE_…\): limits\.file_mb: expected int"):
        config.load(tmp_path, {"PODPIPE_LIMITS_FILE_MB": "many"})


def test_a_file_that_is_no_text_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "podpipe.toml").write_bytes(b"\xff\xfe\0")
    with pytest.raises(ConfigError, match=r"podpipe\.toml is no TOML"):
        config.load(tmp_path, {})


def test_the_page_names_every_setting_with_its_default() -> None:
    page = PAGE.read_text()
    for table in Config.__struct_fields__:
        settings = getattr(Config(), table)
        block = re.search(rf"^\[{table}\]\n(.*?)(?=^\[|^```)", page, re.MULTILINE | re.DOTALL)
        assert block, f"docs/configuration.md lacks [{table}]"
        shown = dict(re.findall(r"^(\w+) = ([^#\n]*?)\s*(?:#.*)?$", block[1], re.MULTILINE))
        assert set(shown) == set(settings.__struct_fields__)
        for name, value in shown.items():
            default = getattr(settings, name)
            assert value == {"()": "[]", "''": '""'}.get(repr(default), f"{default:g}" if default else repr(default))
