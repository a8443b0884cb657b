"""Settings: the file, the environment above it, what is given above both."""

from pathlib import Path

import pytest

from tidegate.core.vocabulary import Exchange
from tidegate.settings import SettingsError, load_settings


def test_an_empty_folder_gives_the_embedded_defaults(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, environment={})
    assert settings.database == f"sqlite:///{tmp_path / 'desk.db'}"
    assert settings.host == "127.0.0.1"
    assert settings.key_file == tmp_path / "vault.key"


def test_what_is_given_wins_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "tidegate.toml").write_text('port = 1\nhost = "127.0.0.2"\ndesk_name = "from file"\n')
    environment = {"TIDEGATE_PORT": "2", "TIDEGATE_HOST": "127.0.0.3"}
    settings = load_settings(tmp_path, environment=environment, port=3)
    assert (settings.port, settings.host, settings.desk_name) == (3, "127.0.0.3", "from file")


def test_the_data_folder_may_come_from_the_environment(tmp_path: Path) -> None:
    assert load_settings(environment={"TIDEGATE_DATA": str(tmp_path)}).data_folder == tmp_path


def test_simulated_venues_are_read_per_exchange(tmp_path: Path) -> None:
    (tmp_path / "tidegate.toml").write_text(
        '[simulated_venues.okx]\nrest = "http://127.0.0.1:1"\nws = "ws://127.0.0.1:1"\n'
    )
    assert load_settings(tmp_path, environment={}).simulated_venues[Exchange.OKX]["rest"] == "http://127.0.0.1:1"


@pytest.mark.parametrize(("text", "wanted"), [("", True), ("1", True), ("true", True), ("false", False), ("0", False)])
def test_a_second_person_is_wanted_unless_it_is_turned_off(tmp_path: Path, text: str, wanted: bool) -> None:
    assert load_settings(tmp_path, environment={"TIDEGATE_FOUR_EYES": text}).four_eyes is wanted
    (tmp_path / "tidegate.toml").write_text("four_eyes = false\n")
    assert not load_settings(tmp_path, environment={}).four_eyes


@pytest.mark.parametrize("text", ["prot = 1", "port = 'many'", "port = ", "[simulated_venues.kraken]\nrest = 'x'"])
def test_a_setting_that_is_not_understood_is_refused_by_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "tidegate.toml").write_text(text)
    with pytest.raises(SettingsError, match=str(tmp_path)):
        load_settings(tmp_path, environment={})
