from pathlib import Path

import pytest

from configuration import Configuration, WrongConfiguration, load


def test_without_file_and_environment_every_value_is_the_default(tmp_path: Path) -> None:
    loaded = load({}, tmp_path)
    assert loaded.configuration.delay_seconds == Configuration().delay_seconds
    assert set(loaded.origins.values()) == {"default"}
    assert loaded.configuration.home == (tmp_path / "nianbao-data").resolve()


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(tmp_path: Path) -> None:
    (tmp_path / "nianbao.toml").write_text('delay_seconds = 5.5\nport = 9000\ncontact = "a@example.org"\n')
    loaded = load({"NIANBAO_PORT": "9001", "HOME": "/elsewhere"}, tmp_path)
    assert (loaded.configuration.delay_seconds, loaded.configuration.port) == (5.5, 9001)
    assert loaded.origins["delay_seconds"] == str(tmp_path / "nianbao.toml")
    assert loaded.origins["port"] == "NIANBAO_PORT"
    assert loaded.origins["timeout_seconds"] == "default"


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"NIANBAO_DELAY": "1"}, ("NIANBAO_DELAY", "delay_seconds")),
        ({"NIANBAO_DELAY_SECONDS": "soon"}, ("delay_seconds", "'soon'", "NIANBAO_DELAY_SECONDS", "from 0 to 600")),
        ({"NIANBAO_PORT": "70000"}, ("port", "70000", "0 to 65535")),
        ({"NIANBAO_TIMEZONE": "Mars/Olympus"}, ("timezone", "Mars/Olympus", "Asia/Shanghai")),
        ({"NIANBAO_FILE": "absent.toml"}, ("absent.toml", "no such file")),
    ],
)
def test_a_wrong_setting_is_named_with_its_source_and_what_was_expected(
    tmp_path: Path, environment: dict[str, str], words: tuple[str, ...]
) -> None:
    with pytest.raises(WrongConfiguration) as raised:
        load(environment, tmp_path)
    assert all(word in str(raised.value) for word in words), raised.value
    assert "pydantic" not in str(raised.value)


def test_an_unknown_key_in_the_file_is_named_with_the_file(tmp_path: Path) -> None:
    (tmp_path / "nianbao.toml").write_text("dely_seconds = 5\n")
    with pytest.raises(
        WrongConfiguration, match=r"dely_seconds in .*nianbao\.toml is not a setting\. Did you mean delay_seconds"
    ):
        load({}, tmp_path)


def test_a_file_that_is_not_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "nianbao.toml").write_text("delay_seconds: 5\n")
    with pytest.raises(WrongConfiguration, match=r"nianbao\.toml cannot be read as TOML"):
        load({}, tmp_path)


def test_two_wrong_settings_are_both_named(tmp_path: Path) -> None:
    with pytest.raises(WrongConfiguration, match=r"(?s)delay_seconds.*port"):
        load({"NIANBAO_DELAY_SECONDS": "-1", "NIANBAO_PORT": "x"}, tmp_path)


def test_the_configuration_cannot_be_changed(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="frozen"):
        load({}, tmp_path).configuration.port = 1  # type: ignore[misc]


def test_every_setting_says_what_is_expected() -> None:
    assert all(field.description for field in Configuration.model_fields.values())
