"""The public figures of a market in OKX's words: for REST and for the public channels alike."""

from decimal import Decimal

from venuesim.exchange.book import BookSide
from venuesim.exchange.candle import DAY_MS, HOUR_MS, Interval
from venuesim.exchange.events import PublicTrade
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.market import Market
from venuesim.okx.aggregated_trades import Aggregated
from venuesim.okx.instruments import instrument_id, instrument_type, shown_size
from venuesim.okx.rules import price_limits
from venuesim.wire.calls import plain

Json = dict[str, object]

CHINA_MS = 8 * HOUR_MS
"""How far the clock of the UTC+8 days is ahead."""

FUNDING_RATE_MAX = Decimal("0.00375")
INTEREST_RATE = Decimal("0.0001")
RATE_STEP = Decimal("0.0000000000000001")


def family_of(instrument: Instrument) -> str:
    """Return `instFamily`, which is also the id of the index: BTC-USDT for BTC-USDT and BTC-USDT-SWAP."""
    return f"{instrument.base}-{instrument.quote}"


def ticker(market: Market, now_ms: int) -> Json:
    """Return an instrument's ticker (OKX "Get tickers", "Tickers channel").

    `volCcy24h` is in base for swaps and in quote for pairs.
    """
    instrument, figures = market.instrument, market.statistics
    bid, ask = _best(market, market.book.bids), _best(market, market.book.asks)
    return {
        "instType": instrument_type(instrument).value,
        "instId": instrument_id(instrument),
        "last": plain(figures.last),
        "lastSz": shown_size(instrument, figures.last_quantity),
        "askPx": ask[0],
        "askSz": ask[1],
        "bidPx": bid[0],
        "bidSz": bid[1],
        "open24h": plain(figures.open),
        "high24h": plain(figures.high),
        "low24h": plain(figures.low),
        "volCcy24h": plain(figures.volume if instrument.is_linear else figures.quote_volume),
        "vol24h": shown_size(instrument, figures.volume),
        "sodUtc0": plain(day_open(market, now_ms, 0)),
        "sodUtc8": plain(day_open(market, now_ms, CHINA_MS)),
        "ts": str(now_ms),
    }


def day_open(market: Market, now_ms: int, offset_ms: int) -> Decimal:
    """Return the price at which the running day opened, by a clock that is `offset_ms` ahead of UTC."""
    candles = market.candles.of(Interval(DAY_MS), limit=1, now_ms=now_ms, offset_ms=offset_ms)
    return candles[-1].open if candles else market.statistics.open


def book(market: Market, depth: int) -> dict[str, list[list[str]]]:
    """Return both sides (OKX "Get order book")."""
    return {"asks": rows(market, market.book.asks, depth), "bids": rows(market, market.book.bids, depth)}


def rows(market: Market, side: BookSide, depth: int) -> list[list[str]]:
    """Return one side of a book."""
    return [level(market.instrument, *counted) for counted in side.counted_levels(depth)]


def level(instrument: Instrument, price: Decimal, quantity: Decimal, orders: int) -> list[str]:
    """Return one row of a book: price, size (zero: gone), a deprecated zero, and the number of orders."""
    return [plain(price), shown_size(instrument, quantity), "0", str(orders)]


def trade(told: PublicTrade) -> Json:
    """Return a public trade as the lists of trades show it; the side is the taker's."""
    return {
        "instId": instrument_id(told.instrument),
        "side": "sell" if told.buyer_is_maker else "buy",
        "sz": shown_size(told.instrument, told.quantity),
        "source": "0",
        "px": plain(told.price),
        "tradeId": str(told.trade_id),
        "ts": str(told.time_ms),
    }


def aggregated(trades: Aggregated, market: Market) -> Json:
    """Return a taker's matches at one price as the trades channel pushes them."""
    told = trade(trades.last) | {"sz": shown_size(market.instrument, trades.quantity)}
    return told | {"count": str(trades.matches), "seqId": market.update_id}


def index_ticker(market: Market, now_ms: int) -> Json:
    """Return the index of an instrument's family; its day is assumed to be the market's."""
    figures = market.statistics
    return {
        "instId": family_of(market.instrument),
        "idxPx": plain(market.round_price(market.index)),
        "high24h": plain(figures.high),
        "low24h": plain(figures.low),
        "open24h": plain(figures.open),
        "sodUtc0": plain(day_open(market, now_ms, 0)),
        "sodUtc8": plain(day_open(market, now_ms, CHINA_MS)),
        "ts": str(now_ms),
    }


def mark_price(market: Market, kind: str, now_ms: int) -> Json:
    """Return the mark price; `kind` is the `instType`: SWAP, or MARGIN for a pair."""
    return {
        "instType": kind,
        "instId": instrument_id(market.instrument),
        "markPx": plain(market.round_price(market.mark)),
        "ts": str(now_ms),
    }


def price_limit(market: Market, now_ms: int) -> Json:
    """Return the highest price of a buy and the lowest of a sell."""
    highest, lowest = price_limits(market)
    return {
        "instType": instrument_type(market.instrument).value,
        "instId": instrument_id(market.instrument),
        "buyLmt": plain(highest),
        "sellLmt": plain(lowest),
        "enabled": True,
        "ts": str(now_ms),
    }


def funding_rate(market: Market, now_ms: int) -> Json:
    """Return a swap's running funding (OKX "Get funding rate"): the rate is collected at the end of this period."""
    instrument = market.instrument
    interval_ms = instrument.funding_interval_hours * HOUR_MS
    settled = market.funded[-1].rate if market.funded else market.funding_rate
    premium = ((market.mark - market.index) / market.index).quantize(RATE_STEP)
    return {
        "formulaType": "withRate",
        "fundingRate": plain(market.funding_rate),
        "fundingTime": str(market.next_funding_ms),
        "impactValue": "20000",
        "instId": instrument_id(instrument),
        "instType": "SWAP",
        "interestRate": plain(INTEREST_RATE),
        "maxFundingRate": plain(FUNDING_RATE_MAX),
        "method": "current_period",
        "minFundingRate": plain(-FUNDING_RATE_MAX),
        "nextFundingRate": "",
        "nextFundingTime": str(market.next_funding_ms + interval_ms),
        "premium": plain(premium),
        "settFundingRate": plain(settled),
        "settState": "settled",
        "ts": str(now_ms),
    }


def open_interest(market: Market, held: Decimal, now_ms: int) -> Json:
    """Return a swap's open interest: what accounts hold (base), and strangers', invented from the day's volume."""
    instrument = market.instrument
    quantity = held + _lots(instrument, market.statistics.volume / 4)
    return {
        "instType": "SWAP",
        "instId": instrument_id(instrument),
        "oi": shown_size(instrument, quantity),
        "oiCcy": plain(quantity),
        "oiUsd": plain(quantity * market.round_price(market.mark)),
        "ts": str(now_ms),
    }


def _lots(instrument: Instrument, quantity: Decimal) -> Decimal:
    return quantity // instrument.lot_size * instrument.lot_size


def _best(market: Market, side: BookSide) -> tuple[str, str]:
    levels = side.levels(1)
    return (plain(levels[0][0]), shown_size(market.instrument, levels[0][1])) if levels else ("", "")
