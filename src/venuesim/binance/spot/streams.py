"""The market streams (`/stream/ws`, `/ws`, `/stream`): tickers, best prices, trades and depth by name."""

from collections import defaultdict
from collections.abc import Callable
from functools import partial

import msgspec

from venuesim.binance.spot.depth import DepthPublisher
from venuesim.binance.spot.market_data import DAY_MS, best_levels, levels
from venuesim.binance.spot.rendering import Json, eight
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import BookChanged, PublicTrade
from venuesim.exchange.market import Market
from venuesim.wire.sockets import Socket

TICKER_EVERY_STEPS = 4
"""Tickers come once a second: every fourth step of the market."""

PARTIAL_DEPTHS = (5, 10, 20)


class Control(msgspec.Struct, frozen=True, kw_only=True):
    """A frame that a client sends."""

    method: str
    id: int | str | None = None
    params: list[str] | None = None


class MarketStreams:
    """Publishes to every session that subscribed; renders only what somebody hears."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._sessions: defaultdict[str, set[MarketSession]] = defaultdict(set)
        self._steps: defaultdict[str, int] = defaultdict(int)
        self._depth = DepthPublisher()
        exchange.listeners.trades.append(self._traded)
        exchange.listeners.books.append(self._book_changed)

    def open(self, path: str, socket: Socket) -> "MarketSession":
        """Return the session of a new socket, subscribed to what its address names."""
        is_combined = path.rstrip("/").endswith("/stream")
        session = MarketSession(self, socket, is_combined=is_combined)
        _, _, query_names = socket.query.partition("streams=")
        for name in [*query_names.split("/"), path.rpartition("/ws/")[2]]:
            if "@" in name:
                self.subscribe(name, session)
        return session

    def subscribe(self, name: str, session: "MarketSession") -> None:
        """Start sending a stream to a session; unknown names are accepted and stay silent, as on Binance."""
        self._sessions[name].add(session)
        market = self._market(name)
        if market is not None and "@depth" in name:
            self._depth.begin(market)

    def unsubscribe(self, name: str, session: "MarketSession") -> None:
        """Stop sending a stream to a session."""
        self._sessions[name].discard(session)

    def forget(self, session: "MarketSession") -> None:
        """Stop sending anything to a session."""
        for sessions in self._sessions.values():
            sessions.discard(session)

    def names_of(self, session: "MarketSession") -> list[str]:
        """Return what a session is subscribed to."""
        return [name for name, sessions in self._sessions.items() if session in sessions]

    def _market(self, name: str) -> Market | None:
        wanted = name.partition("@")[0].upper()
        return next((m for m in self._exchange.markets.values() if m.instrument.venue_id == wanted), None)

    def _publish(self, name: str, render: Callable[[], Json | None]) -> None:
        sessions = self._sessions.get(name)
        if not sessions:
            return
        payload = render()
        if payload is not None:
            for session in sessions:
                session.push(name, payload)

    def _traded(self, trade: PublicTrade) -> None:
        self._publish(f"{trade.instrument.venue_id.lower()}@trade", lambda: _trade(trade))

    def _book_changed(self, event: BookChanged) -> None:
        if not self._sessions:
            return
        market = self._exchange.markets[event.instrument.symbol]
        prefix = market.instrument.venue_id.lower()
        self._publish(f"{prefix}@bookTicker", lambda: _book_ticker(market))
        self._publish_depth(prefix, market, event.time_ms)
        self._steps[prefix] += 1
        if self._steps[prefix] % TICKER_EVERY_STEPS == 0:
            self._publish(f"{prefix}@miniTicker", lambda: _mini_ticker(market, event.time_ms))
            self._publish(f"{prefix}@ticker", lambda: _ticker(market, event.time_ms))

    def _publish_depth(self, prefix: str, market: Market, time_ms: int) -> None:
        names = [name for name in (f"{prefix}@depth", f"{prefix}@depth@100ms") if self._sessions.get(name)]
        if names:
            update = self._depth.update(market, time_ms)
            for name in names:
                self._publish(name, lambda: update)
        for depth in PARTIAL_DEPTHS:
            for name in (f"{prefix}@depth{depth}", f"{prefix}@depth{depth}@100ms"):
                self._publish(name, partial(_partial_depth, market, depth))


class MarketSession:
    """One connection to the market streams."""

    def __init__(self, streams: MarketStreams, socket: Socket, *, is_combined: bool) -> None:
        self._streams = streams
        self._socket = socket
        self._is_combined = is_combined

    def push(self, name: str, payload: Json) -> None:
        """Send one event, wrapped on a combined connection."""
        frame = {"stream": name, "data": payload} if self._is_combined else payload
        self._socket.send(msgspec.json.encode(frame).decode())

    async def receive(self, text: str) -> None:
        """Answer SUBSCRIBE, UNSUBSCRIBE and LIST_SUBSCRIPTIONS."""
        try:
            control = msgspec.json.decode(text, type=Control)
        except (msgspec.MsgspecError, RecursionError) as error:
            self._refuse(None, 3, f"Invalid JSON: {error}")
            return
        match control.method:
            case "SUBSCRIBE":
                for name in control.params or []:
                    self._streams.subscribe(name, self)
                self._answer(control.id, None)
            case "UNSUBSCRIBE":
                for name in control.params or []:
                    self._streams.unsubscribe(name, self)
                self._answer(control.id, None)
            case "LIST_SUBSCRIPTIONS":
                self._answer(control.id, self._streams.names_of(self))
            case _:
                self._refuse(control.id, 2, f"Invalid request: unknown variant `{control.method}`")

    def closed(self) -> None:
        """Forget the connection."""
        self._streams.forget(self)

    def _answer(self, request_id: int | str | None, result: list[str] | None) -> None:
        self._socket.send(msgspec.json.encode({"result": result, "id": request_id}).decode())

    def _refuse(self, request_id: int | str | None, code: int, message: str) -> None:
        frame = {"error": {"code": code, "msg": message}, "id": request_id}
        self._socket.send(msgspec.json.encode(frame).decode())


def _trade(trade: PublicTrade) -> Json:
    return {
        "e": "trade",
        "E": trade.time_ms,
        "s": trade.instrument.venue_id,
        "t": trade.trade_id,
        "p": eight(trade.price),
        "q": eight(trade.quantity),
        "T": trade.time_ms,
        "m": trade.buyer_is_maker,
        "M": True,
    }


def _book_ticker(market: Market) -> Json:
    bid, bid_quantity, ask, ask_quantity = best_levels(market)
    names = {"b": bid, "B": bid_quantity, "a": ask, "A": ask_quantity}
    return {"u": market.update_id, "s": market.instrument.venue_id, **names}


def _partial_depth(market: Market, depth: int) -> Json:
    return {"lastUpdateId": market.update_id, **levels(market, depth)}


def _mini_ticker(market: Market, time_ms: int) -> Json:
    figures = market.statistics
    return {
        "e": "24hrMiniTicker",
        "E": time_ms,
        "s": market.instrument.venue_id,
        "c": eight(figures.last),
        "o": eight(figures.open),
        "h": eight(figures.high),
        "l": eight(figures.low),
        "v": eight(figures.volume),
        "q": eight(figures.quote_volume),
    }


def _ticker(market: Market, time_ms: int) -> Json:
    figures = market.statistics
    bid, bid_quantity, ask, ask_quantity = best_levels(market)
    change = figures.last - figures.open
    return {
        **_mini_ticker(market, time_ms),
        "e": "24hrTicker",
        "p": eight(change),
        "P": f"{change / figures.open * 100:.3f}",
        "w": eight(figures.average),
        "x": eight(figures.open),
        "Q": eight(figures.last_quantity),
        "b": bid,
        "B": bid_quantity,
        "a": ask,
        "A": ask_quantity,
        "O": time_ms - DAY_MS,
        "C": time_ms,
        "F": 1,
        "L": figures.trade_count,
        "n": figures.trade_count,
    }
