"""Writes the events of the market streams ("Websocket Market Streams"). `st` 1 says that it is a USDⓈ-M contract."""

from venuesim.binance.futures.formats import Json, eight, price_text, quantity_text, quote_text
from venuesim.binance.futures.market_rendering import aggregate_trade, best_levels, day_figures
from venuesim.binance.futures.rendering import shown_price, time_in_force_word
from venuesim.exchange.candle import Candle, Interval
from venuesim.exchange.events import PublicTrade
from venuesim.exchange.market import Market
from venuesim.exchange.orders import Execution

UM = 1


def trade_event(trade: PublicTrade) -> Json:
    """Return a trade."""
    instrument = trade.instrument
    return {
        "e": "trade",
        "E": trade.time_ms,
        "T": trade.time_ms,
        "s": instrument.venue_id,
        "t": trade.trade_id,
        "p": price_text(trade.price, instrument),
        "q": quantity_text(trade.quantity, instrument),
        "X": "MARKET",
        "m": trade.buyer_is_maker,
        "st": UM,
    }


def aggregate_trade_event(group: list[PublicTrade], now_ms: int) -> Json:
    """Return trades at one price and side as one."""
    return {"e": "aggTrade", "E": now_ms, "s": group[0].instrument.venue_id, **aggregate_trade(group), "st": UM}


def mark_price_event(market: Market, now_ms: int) -> Json:
    """Return mark and index price and the funding due next."""
    return {
        "e": "markPriceUpdate",
        "E": now_ms,
        "s": market.instrument.venue_id,
        "p": eight(market.mark),
        "ap": eight(market.mark),
        "P": eight(market.index),
        "i": eight(market.index),
        "r": eight(market.funding_rate),
        "T": market.next_funding_ms,
        "st": UM,
    }


def kline_event(market: Market, candle: Candle, interval: Interval, word: str, now_ms: int, *, closed: bool) -> Json:
    """Return a candle of a contract."""
    symbol = market.instrument.venue_id
    bar = _bar(market, candle, interval, word, closed=closed)
    return {"e": "kline", "E": now_ms, "s": symbol, "k": {"t": bar.pop("t"), "T": bar.pop("T"), "s": symbol, **bar}}


def continuous_kline_event(
    market: Market, candle: Candle, interval: Interval, word: str, now_ms: int, *, closed: bool
) -> Json:
    """Return a candle of a pair's perpetual."""
    bar = _bar(market, candle, interval, word, closed=closed)
    pair = market.instrument.venue_id
    return {"e": "continuous_kline", "E": now_ms, "ps": pair, "ct": "PERPETUAL", "k": bar}


def mini_ticker_event(market: Market, now_ms: int) -> Json:
    """Return the short 24 hour figures."""
    figures = day_figures(market, now_ms)
    return {
        "e": "24hrMiniTicker",
        "E": now_ms,
        "s": figures["symbol"],
        "c": figures["lastPrice"],
        "o": figures["openPrice"],
        "h": figures["highPrice"],
        "l": figures["lowPrice"],
        "v": figures["volume"],
        "q": figures["quoteVolume"],
        "ps": figures["symbol"],
        "st": UM,
    }


def ticker_event(market: Market, now_ms: int) -> Json:
    """Return the 24 hour figures."""
    figures = day_figures(market, now_ms)
    return {
        "e": "24hrTicker",
        "E": now_ms,
        "s": figures["symbol"],
        "p": figures["priceChange"],
        "P": figures["priceChangePercent"],
        "w": figures["weightedAvgPrice"],
        "c": figures["lastPrice"],
        "Q": figures["lastQty"],
        "o": figures["openPrice"],
        "h": figures["highPrice"],
        "l": figures["lowPrice"],
        "v": figures["volume"],
        "q": figures["quoteVolume"],
        "O": figures["openTime"],
        "C": figures["closeTime"],
        "F": figures["firstId"],
        "L": figures["lastId"],
        "n": figures["count"],
        "ps": figures["symbol"],
        "st": UM,
    }


def book_ticker_event(market: Market, now_ms: int) -> Json:
    """Return the best bid and ask."""
    best = best_levels(market)
    return {
        "e": "bookTicker",
        "u": market.update_id,
        "E": now_ms,
        "T": now_ms,
        "s": best["symbol"],
        "b": best["bidPrice"],
        "B": best["bidQty"],
        "a": best["askPrice"],
        "A": best["askQty"],
        "ps": best["symbol"],
        "st": UM,
    }


def force_order_event(execution: Execution, now_ms: int) -> Json:
    """Return a liquidation, as far as it has traded."""
    order, instrument = execution.order, execution.instrument
    return {
        "e": "forceOrder",
        "E": now_ms,
        "o": {
            "s": instrument.venue_id,
            "S": order.side.upper(),
            "o": "LIMIT",
            "f": time_in_force_word(order),
            "q": quantity_text(order.quantity, instrument),
            "p": shown_price(order),
            "ap": quote_text(order.average_price, instrument),
            "X": order.status.upper(),
            "l": quantity_text(execution.quantity, instrument),
            "z": quantity_text(order.filled_quantity, instrument),
            "T": execution.time_ms,
        },
        "ps": instrument.venue_id,
        "st": UM,
    }


def _bar(market: Market, candle: Candle, interval: Interval, word: str, *, closed: bool) -> Json:
    instrument = market.instrument
    # Assumption: the ids of a candle's first and last trade are not kept; -1 says none, as on the venue for no trade.
    return {
        "t": candle.open_ms,
        "T": interval.after(candle.open_ms) - 1,
        "i": word,
        "f": -1,
        "L": -1,
        "o": price_text(candle.open, instrument),
        "c": price_text(candle.close, instrument),
        "h": price_text(candle.high, instrument),
        "l": price_text(candle.low, instrument),
        "v": quantity_text(candle.volume, instrument),
        "n": candle.trade_count,
        "x": closed,
        "q": quote_text(candle.quote_volume, instrument),
        "V": quantity_text(candle.taker_buy_volume, instrument),
        "Q": quote_text(candle.taker_buy_quote_volume, instrument),
        "B": "0",
    }
