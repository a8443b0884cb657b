"""The day's figures of a market, as requests and the tickers topics tell them ("Get Tickers", "Ticker")."""

from decimal import Decimal

from venuesim.bybit.figures import price_text, size_text
from venuesim.bybit.invented import open_interest_of_others
from venuesim.bybit.listing_linear import FUNDING_RATE_MAX
from venuesim.bybit.operations import Json
from venuesim.exchange.accounts import ZERO
from venuesim.exchange.book import BookSide
from venuesim.exchange.candle import HOUR_MS, MINUTE_MS, Interval
from venuesim.exchange.clock import Clock
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import PublicTrade
from venuesim.exchange.market import Market
from venuesim.wire.calls import plain

_SPOT_CHANGE = Decimal("0.0001")
_LINEAR_CHANGE = Decimal("0.000001")
_MONEY = Decimal("0.0001")
_USD = Decimal("0.00000001")
_CENT = Decimal("0.01")


class TickDirections:
    """Whether the last trade of each market was above or below the one before: `tickDirection`."""

    def __init__(self, exchange: Exchange) -> None:
        self._last: dict[str, tuple[Decimal, str]] = {}
        exchange.listeners.trades.append(self._traded)

    def of(self, symbol: str) -> str:
        """Return the direction of a market by unified symbol; one without a trade begins with ZeroPlusTick."""
        last = self._last.get(symbol)
        return "ZeroPlusTick" if last is None else last[1]

    def _traded(self, trade: PublicTrade) -> None:
        symbol = trade.instrument.symbol
        last = self._last.get(symbol)
        if last is None or trade.price == last[0]:
            before = "Plus" if last is None or "Plus" in last[1] else "Minus"
            direction = f"Zero{before}Tick"
        else:
            direction = "PlusTick" if trade.price > last[0] else "MinusTick"
        self._last[symbol] = (trade.price, direction)


class Tickers:
    """Renders tickers."""

    def __init__(self, exchange: Exchange, clock: Clock, directions: TickDirections) -> None:
        self._exchange = exchange
        self._clock = clock
        self._directions = directions
        self._hour_ago: dict[str, tuple[int, Decimal]] = {}

    def shown(self, market: Market) -> Json:
        """Return a ticker as a request shows it."""
        if not market.instrument.is_linear:
            return {**self.told_spot(market), **_best(market)}
        figures = self.told_linear(market)
        del figures["tickDirection"]
        return {
            **figures,
            "predictedDeliveryPrice": "",
            "basis": "",
            "basisRate": "",
            "basisRateYear": "",
            "deliveryFeeRate": "",
            "deliveryTime": "0",
        }

    def told(self, market: Market) -> Json:
        """Return a ticker as the topic tells it."""
        return self.told_linear(market) if market.instrument.is_linear else self.told_spot(market)

    def told_spot(self, market: Market) -> Json:
        """Return the ticker of a pair without its best prices."""
        figures = market.statistics
        rate = usd_price(self._exchange, market.instrument.quote)
        return {
            "symbol": market.instrument.venue_id,
            "lastPrice": plain(figures.last),
            "highPrice24h": plain(figures.high),
            "lowPrice24h": plain(figures.low),
            "prevPrice24h": plain(figures.open),
            "volume24h": plain(figures.volume),
            "turnover24h": plain(figures.quote_volume),
            "price24hPcnt": plain((figures.last / figures.open - 1).quantize(_SPOT_CHANGE)),
            "usdIndexPrice": plain((market.mid * rate).quantize(_USD)),
        }

    def told_linear(self, market: Market) -> Json:
        """Return the ticker of a contract."""
        instrument, figures = market.instrument, market.statistics
        held = self.open_interest(market)
        worth = plain((held * market.mark).quantize(_CENT))
        return {
            "symbol": instrument.venue_id,
            "tickDirection": self._directions.of(instrument.symbol),
            "price24hPcnt": plain((figures.last / figures.open - 1).quantize(_LINEAR_CHANGE)),
            "lastPrice": price_text(figures.last, instrument),
            "prevPrice24h": price_text(figures.open, instrument),
            "highPrice24h": price_text(figures.high, instrument),
            "lowPrice24h": price_text(figures.low, instrument),
            "prevPrice1h": price_text(self._an_hour_ago(market), instrument),
            "markPrice": price_text(market.mark, instrument),
            "indexPrice": price_text(market.index, instrument),
            "openInterest": plain(held),
            "openInterestValue": worth,
            "singleOpenInterest": plain(held),
            "singleOpenInterestValue": worth,
            "turnover24h": plain(figures.quote_volume.quantize(_MONEY)),
            "volume24h": plain(figures.volume),
            "fundingIntervalHour": str(instrument.funding_interval_hours),
            "fundingCap": plain(FUNDING_RATE_MAX),
            "nextFundingTime": str(market.next_funding_ms),
            "fundingRate": plain(market.funding_rate),
            **_best(market),
            "preOpenPrice": "",
            "preQty": "",
            "curPreListingPhase": "",
        }

    def open_interest(self, market: Market) -> Decimal:
        """Return how much of a contract is held on one side (base): by strangers, and by the simulated accounts."""
        symbol = market.instrument.symbol
        held = ZERO
        for account in self._exchange.accounts.values():
            for holding in account.holdings_of(symbol):
                held += sum((max(position.quantity, ZERO) for position in holding.positions.values()), ZERO)
        return open_interest_of_others(market.instrument) + held

    def _an_hour_ago(self, market: Market) -> Decimal:
        """Return the price of an hour ago, to the minute."""
        symbol = market.instrument.symbol
        minute = self._clock.now_ms() // MINUTE_MS
        known = self._hour_ago.get(symbol)
        if known is None or known[0] != minute:
            now_ms = self._clock.now_ms()
            candles = market.candles.of(Interval(MINUTE_MS), limit=1, now_ms=now_ms, end_ms=now_ms - HOUR_MS)
            price = candles[0].open if candles else market.statistics.open
            known = self._hour_ago[symbol] = (minute, price)
        return known[1]


def usd_price(exchange: Exchange, coin: str) -> Decimal:
    """Return what one unit is worth in dollars, which are worth one USDT; zero for a coin without a market."""
    return exchange.clearing.worth(coin, "USDT")


def _best(market: Market) -> Json:
    bid, ask = _first(market, market.book.bids), _first(market, market.book.asks)
    return {"bid1Price": bid[0], "bid1Size": bid[1], "ask1Price": ask[0], "ask1Size": ask[1]}


def _first(market: Market, side: BookSide) -> tuple[str, str]:
    levels = side.levels(1)
    if not levels:
        return "", ""
    price, quantity = levels[0]
    return price_text(price, market.instrument), size_text(quantity, market.instrument)
