"""Writes books, trades and the figures of a day in the formats of the USDⓈ-M API, for its answers and its streams."""

from venuesim.binance.futures.formats import Json, price_text, quantity_text, quote_text
from venuesim.exchange.accounts import ZERO
from venuesim.exchange.book import BookSide
from venuesim.exchange.events import PublicTrade
from venuesim.exchange.market import Market

DAY_MS = 86_400_000


def side_levels(market: Market, side: BookSide, limit: int) -> list[list[str]]:
    """Return one side of the book, best first, as [price, quantity]."""
    instrument = market.instrument
    return [[price_text(price, instrument), quantity_text(size, instrument)] for price, size in side.levels(limit)]


def best_levels(market: Market) -> Json:
    """Return the best bid and ask; zero for a side that is empty."""
    instrument = market.instrument
    empty = [price_text(ZERO, instrument), quantity_text(ZERO, instrument)]
    bid = (side_levels(market, market.book.bids, 1) or [empty])[0]
    ask = (side_levels(market, market.book.asks, 1) or [empty])[0]
    return {
        "symbol": instrument.venue_id,
        "bidPrice": bid[0],
        "bidQty": bid[1],
        "askPrice": ask[0],
        "askQty": ask[1],
    }


def day_figures(market: Market, now_ms: int) -> Json:
    """Return the 24 hour figures. Approximate: trade ids begin anew when the simulator starts."""
    figures, instrument = market.statistics, market.instrument
    change = figures.last - figures.open
    trades = market.trades
    return {
        "symbol": instrument.venue_id,
        "priceChange": price_text(change, instrument),
        "priceChangePercent": f"{change / figures.open * 100:.3f}",
        "weightedAvgPrice": price_text(figures.average, instrument),
        "lastPrice": price_text(figures.last, instrument),
        "lastQty": quantity_text(figures.last_quantity, instrument),
        "openPrice": price_text(figures.open, instrument),
        "highPrice": price_text(figures.high, instrument),
        "lowPrice": price_text(figures.low, instrument),
        "volume": quantity_text(figures.volume, instrument),
        "quoteVolume": f"{figures.quote_volume:.2f}",
        "openTime": now_ms - DAY_MS,
        "closeTime": now_ms,
        "firstId": trades.first().trade_id if trades else -1,
        "lastId": trades.last().trade_id if trades else -1,
        "count": figures.trade_count,
    }


def public_trade(trade: PublicTrade) -> Json:
    """Return a trade as the lists show it."""
    instrument = trade.instrument
    return {
        "id": trade.trade_id,
        "price": price_text(trade.price, instrument),
        "qty": quantity_text(trade.quantity, instrument),
        "quoteQty": quote_text(trade.price * trade.quantity, instrument),
        "time": trade.time_ms,
        "isBuyerMaker": trade.buyer_is_maker,
        "isRPITrade": False,
    }


AGGREGATED_MS = 100


def aggregated(trades: list[PublicTrade]) -> list[list[PublicTrade]]:
    """Return trades in groups: neighbours within 100 ms at one price, with takers on one side."""
    groups: list[list[PublicTrade]] = []
    for trade in trades:
        first = groups[-1][0] if groups else None
        if (
            first is not None
            and first.price == trade.price
            and first.buyer_is_maker is trade.buyer_is_maker
            and first.time_ms // AGGREGATED_MS == trade.time_ms // AGGREGATED_MS
        ):
            groups[-1].append(trade)
        else:
            groups.append([trade])
    return groups


def aggregate_trade(group: list[PublicTrade]) -> Json:
    """Return a group as one trade. Assumption: its id is that of its first trade, so that it never changes."""
    first, instrument = group[0], group[0].instrument
    quantity = quantity_text(sum((trade.quantity for trade in group), ZERO), instrument)
    return {
        "a": first.trade_id,
        "p": price_text(first.price, instrument),
        "q": quantity,
        "nq": quantity,
        "f": first.trade_id,
        "l": group[-1].trade_id,
        "T": first.time_ms,
        "m": first.buyer_is_maker,
    }


def depth(market: Market, limit: int, now_ms: int) -> Json:
    """Return so many levels of the book."""
    bids = side_levels(market, market.book.bids, limit)
    asks = side_levels(market, market.book.asks, limit)
    return {"lastUpdateId": market.update_id, "E": now_ms, "T": now_ms, "bids": bids, "asks": asks}
