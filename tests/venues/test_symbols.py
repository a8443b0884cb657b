"""Names of instruments in both directions, and what is known of those that are gone."""

import pytest

from tidegate.core.vocabulary import Exchange, InstrumentKind
from tidegate.venues.symbols import SymbolMap
from tidegate.venues.values import UnlistedError


def test_what_is_not_listed_has_no_name_of_ours_and_no_rules() -> None:
    symbols = SymbolMap(Exchange.OKX)
    with pytest.raises(UnlistedError):
        symbols.ours("GONE-USDT-SWAP", InstrumentKind.LINEAR)
    with pytest.raises(UnlistedError):
        symbols.instrument("GONE/USDT:USDT")


def test_the_venue_can_still_be_asked_about_it() -> None:
    assert SymbolMap(Exchange.OKX).theirs("GONE/USDT:USDT") == "GONE-USDT-SWAP"
    assert SymbolMap(Exchange.BYBIT).theirs("GONE/USDT:USDT") == "GONEUSDT"
