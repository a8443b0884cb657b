"""What can be set: a TOML file in the data folder, and environment variables above it.

Secrets are not settings: the vault's passphrase comes from `TIDEGATE_PASSPHRASE` alone and is never kept.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from tidegate.core.vocabulary import Exchange

ENVIRONMENT_PREFIX = "TIDEGATE_"
SETTINGS_FILE = "tidegate.toml"
DATA_FOLDER = Path(".tidegate")


class SettingsError(Exception):
    """The settings make no sense; the message says which and why."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that a desk process needs to know. Seconds are real seconds.

    `simulated_venues` gives, per exchange, the base URLs of simulators (`rest`, `ws`, for Binance `ws_api` too), as
    `venuesim --json` prints them; accounts of the environment `simulated` use them. `rate_limit_scale` multiplies the
    venues' rate limits that the desk keeps to: leave it at 1, unless simulators are told the same. `four_eyes`: looser
    limits and the release of a kill switch need a second person; a desk of one turns it off.
    """

    data_folder: Path = DATA_FOLDER
    database_url: str = ""
    desk_name: str = "desk"
    host: str = "127.0.0.1"
    port: int = 8080
    compare_every_seconds: float = 15.0
    refresh_instruments_every_seconds: float = 300.0
    rate_limit_scale: float = 1.0
    four_eyes: bool = True
    simulated_venues: dict[Exchange, dict[str, str]] = {}

    @property
    def database(self) -> str:
        """The database's URL: a SQLite file in the data folder unless another one is set."""
        return self.database_url or f"sqlite:///{self.data_folder.resolve() / 'desk.db'}"

    @property
    def key_file(self) -> Path:
        """The key that seals venue credentials, where no passphrase is given."""
        return self.data_folder / "vault.key"

    @property
    def cache_folder(self) -> Path:
        """Listings of instruments, kept between starts."""
        return self.data_folder / "cache"


_FROM_ENVIRONMENT = {
    "DATABASE_URL": "database_url",
    "DESK_NAME": "desk_name",
    "HOST": "host",
    "PORT": "port",
    "COMPARE_EVERY_SECONDS": "compare_every_seconds",
    "REFRESH_INSTRUMENTS_EVERY_SECONDS": "refresh_instruments_every_seconds",
    "RATE_LIMIT_SCALE": "rate_limit_scale",
    "FOUR_EYES": "four_eyes",
}


def load_settings(
    data_folder: Path | None = None, *, environment: Mapping[str, str] = os.environ, **given: object
) -> Settings:
    """Read the settings of a data folder. What is `given` wins over the environment, which wins over the file.

    Raises:
        SettingsError: the file cannot be read, or a value or name in it is not understood.
    """
    folder = data_folder or Path(environment.get(f"{ENVIRONMENT_PREFIX}DATA") or DATA_FOLDER)
    values: dict[str, object] = {**_read_file(folder / SETTINGS_FILE), "data_folder": folder}
    for name, field in _FROM_ENVIRONMENT.items():
        if value := environment.get(ENVIRONMENT_PREFIX + name):
            values[field] = value
    values.update({field: value for field, value in given.items() if value is not None})
    try:
        return msgspec.convert(values, Settings, strict=False, builtin_types=(Path,), dec_hook=_path)
    except msgspec.ValidationError as error:
        raise SettingsError(f"the settings of {folder} are not understood: {error}") from error


def _path(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str | Path):
        return Path(value)
    raise ValueError(f"{value!r} is no {kind.__name__}")


def _read_file(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from error
