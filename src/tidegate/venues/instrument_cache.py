"""Listings on disk, so that the desk knows its instruments before the venue has answered."""

from pathlib import Path

import msgspec
import structlog

from tidegate.core.instruments import Instrument
from tidegate.core.vocabulary import Exchange

log = structlog.get_logger(__name__)


class InstrumentCache:
    """One JSON file per venue and world in a folder. A missing or broken file is an empty cache."""

    def __init__(self, folder: Path, exchange: Exchange, environment: str) -> None:
        self._path = folder / f"instruments-{exchange}-{environment}.json"

    def read(self) -> list[Instrument]:
        """What was written last; empty when there is nothing that can be read."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=list[Instrument])
        except FileNotFoundError:
            return []
        except (OSError, msgspec.MsgspecError) as error:
            log.warning("the instrument cache cannot be read", path=str(self._path), error=str(error))
            return []

    def write(self, instruments: list[Instrument]) -> None:
        """Replace the file as a whole, so that a crash leaves the old one or the new one."""
        temporary = self._path.with_suffix(".tmp")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(msgspec.json.encode(instruments))
            temporary.replace(self._path)
        except OSError as error:
            log.warning("the instrument cache cannot be written", path=str(self._path), error=str(error))
