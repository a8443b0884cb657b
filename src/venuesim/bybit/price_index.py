"""What the index price of a contract is made of ("Get Index Price Components")."""

import re

from venuesim.bybit import errors
from venuesim.bybit.figures import price_text
from venuesim.bybit.listing import Instruments
from venuesim.bybit.operations import Json, Request, Result
from venuesim.bybit.parameters import Category
from venuesim.exchange.engine import Exchange

_BASE = re.compile(r"(?P<before>10+)?(?P<coin>[A-Z]+)(?P<after>10+)?")
"""A base coin: contracts of small coins count a thousand of them or more, and say so before or behind the name."""


class PriceIndex:
    """Answers market/index-price-components."""

    def __init__(self, exchange: Exchange, instruments: Instruments) -> None:
        self._exchange = exchange
        self._instruments = instruments

    def components(self, request: Request) -> Result:
        """Show an index, which is called like its contract.

        Assumption: the simulated one follows a single pair, so that this is its one component.
        """
        name = request.parameters.required("indexName")
        instrument = self._instruments.named(Category.LINEAR, name)
        if instrument is None:
            raise errors.parameter("params error: indexName invalid")
        price = price_text(self._exchange.markets[instrument.symbol].index, instrument)
        base = _BASE.fullmatch(instrument.base)
        coin = instrument.base if base is None else base["coin"]
        multiplier = "1" if base is None else base["before"] or base["after"] or "1"
        component = {
            "exchange": "Bybit",
            "spotPair": f"{coin}{instrument.quote}",
            "equivalentPrice": price,
            "multiplier": multiplier,
            "price": price,
            "weight": "1",
        }
        result: Json = {
            "indexName": name,
            "lastPrice": price,
            "updateTime": str(request.now_ms),
            "components": [component],
        }
        return Result(result=result, message="")
