"""Markets by hand: prices, liquidity, rules, funding, and where prices come from."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import msgspec
from msgspec import UNSET, UnsetType

from venuesim.control.reading import ControlError, Rooms, amount, moment_ms, positive, rate
from venuesim.exchange.engine import Exchange
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.ledger import Row, iso_time
from venuesim.exchange.market import Market
from venuesim.exchange.prices import PriceSource, Script
from venuesim.exchange.replay import Replay

LEVELS_MAX = 500
TICKS_MIN = 100
"""How many ticks a price has at least, so that there is room for a book."""


class Rules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rules of an instrument that change (base units; `notional_min` in quote)."""

    tick_size: str | None = None
    lot_size: str | None = None
    quantity_min: str | None = None
    notional_min: str | None = None
    is_trading: bool | None = None


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A price, so many milliseconds after the script begins."""

    after_ms: int
    price: str


class ReplayBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of trades or candles on the simulator's own machine."""

    path: str
    speed: str = "1"
    loops: bool = False


class MarketBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to do with a market; what is left out stays as it is.

    `level_quantity` is in base. `mark_price` and `index_price` null let them follow the market again; `script` and
    `replay` null let it walk at random again.
    """

    symbol: str
    exchange: str | None = None
    price: str | None = None
    frozen: bool | None = None
    levels: int | None = None
    level_quantity: str | None = None
    half_spread: str | None = None
    mark_price: str | UnsetType | None = UNSET
    index_price: str | UnsetType | None = UNSET
    funding_rate: str | None = None
    next_funding: str | int | None = None
    rules: Rules | None = None
    script: tuple[Step, ...] | UnsetType | None = UNSET
    replay: ReplayBody | UnsetType | None = UNSET


class FundingBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A funding payment to make now, at the market's rate or at another."""

    symbol: str
    exchange: str | None = None
    rate: str | None = None


class Change(msgspec.Struct, kw_only=True):
    """What a body asks of one market, read and checked."""

    exchange: Exchange
    market: Market
    price: Decimal | None
    instrument: Instrument | None
    source: PriceSource | None


class Markets:
    """The calls under `/_sim/market` and `/_sim/funding`."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    def show(self, query: Mapping[str, str]) -> object:
        """List the markets."""
        wanted = query.get("symbol")
        return {
            "markets": [
                market_row(exchange, market)
                for exchange in self._rooms.exchanges(query.get("exchange"))
                for symbol, market in exchange.markets.items()
                if wanted in {None, symbol}
            ]
        }

    def change(self, body: MarketBody) -> object:
        """Change a market at a venue or at all of them: everything that is asked, or nothing."""
        exchanges = self._rooms.listing(body.symbol, body.exchange)
        _check(body, exchanges[0].markets[body.symbol].instrument)
        changes = [_read(body, exchange) for exchange in exchanges]
        for change in changes:
            _apply(body, change)
        return {"markets": [market_row(change.exchange, change.market) for change in changes]}

    def fund(self, body: FundingBody) -> object:
        """Let longs and shorts of a contract pay each other now."""
        exchanges = self._rooms.contracts(body.symbol, body.exchange)
        given = None if body.rate is None else rate(body.rate)
        for exchange in exchanges:
            market = exchange.markets[body.symbol]
            usual = market.funding_rate
            market.funding_rate = usual if given is None else given
            exchange.clearing.fund(market)
            market.funding_rate = usual
        return {"markets": [market_row(exchange, exchange.markets[body.symbol]) for exchange in exchanges]}


def _check(body: MarketBody, instrument: Instrument) -> None:
    of_contracts = {
        "mark_price": body.mark_price is not UNSET,
        "index_price": body.index_price is not UNSET,
        "funding_rate": body.funding_rate is not None,
        "next_funding": body.next_funding is not None,
    }
    for name, is_given in of_contracts.items():
        if is_given and not instrument.is_linear:
            raise ControlError(f"{body.symbol} is not a contract: it has no {name}")
    if body.script == ():
        raise ControlError("a script has at least one step")
    if body.script and body.replay:
        raise ControlError("a market has one source: a script or a replay")
    if body.frozen and (body.script or body.replay):
        raise ControlError("a frozen market takes no prices from a script or a replay")
    if body.levels is not None and not 0 <= body.levels <= LEVELS_MAX:
        raise ControlError(f"levels lie between 0 and {LEVELS_MAX}")
    for text in (body.level_quantity, body.half_spread, body.mark_price or None, body.index_price or None):
        if isinstance(text, str):
            positive(text)
    if body.funding_rate is not None:
        rate(body.funding_rate)
    if body.next_funding is not None:
        moment_ms(body.next_funding)


def _read(body: MarketBody, exchange: Exchange) -> Change:
    market = exchange.markets[body.symbol]
    instrument = None if body.rules is None else _ruled(market.instrument, body.rules, market.mid)
    rules = instrument or market.instrument
    price = None if body.price is None else positive(body.price)
    if price is not None and price % rules.tick_size:
        raise ControlError(f"{body.symbol} has a tick of {rules.tick_size:f} at {exchange.name}")
    source = source_of(body.script or None, body.replay or None, rules, exchange.clock.now_ms())
    return Change(exchange=exchange, market=market, price=price, instrument=instrument, source=source)


def source_of(
    script: tuple[Step, ...] | UnsetType | None,
    replay: ReplayBody | UnsetType | None,
    instrument: Instrument,
    now_ms: int,
) -> PriceSource | None:
    """Return the prices of a script or a file; raises ControlError for what cannot be used."""
    try:
        if script:
            steps = [(step.after_ms, positive(step.price)) for step in script]
            if steps[0][0] < 0:
                raise ControlError("a step comes after 0 or more milliseconds")
            return Script(instrument, steps, start_ms=now_ms)
        if replay:
            speed = positive(replay.speed)
            return Replay(instrument, Path(replay.path), start_ms=now_ms, speed=speed, loops=replay.loops)
    except (ValueError, OSError) as error:
        raise ControlError(str(error)) from error
    return None


def _ruled(instrument: Instrument, rules: Rules, price: Decimal) -> Instrument:
    changes: dict[str, object] = {
        name: positive(text)
        for name in ("tick_size", "lot_size", "quantity_min")
        if (text := getattr(rules, name)) is not None
    }
    if rules.notional_min is not None:
        changes["notional_min"] = amount(rules.notional_min)
    if rules.is_trading is not None:
        changes["is_trading"] = rules.is_trading
    ruled = msgspec.structs.replace(instrument, **changes)
    if ruled.tick_size > price / TICKS_MIN:
        raise ControlError(f"a tick is at most a {TICKS_MIN}th of the price")
    if max(ruled.quantity_min, ruled.lot_size) > ruled.quantity_max:
        raise ControlError(f"lot_size and quantity_min are at most {ruled.quantity_max:f}")
    return ruled


def _apply(body: MarketBody, change: Change) -> None:
    exchange, market = change.exchange, change.market
    if change.instrument is not None:
        exchange.change_instrument(change.instrument)
    if body.script is not UNSET or body.replay is not UNSET:
        _take_source(market, change.source)
    if body.frozen is not None:
        market.frozen = body.frozen
    _set_prices(market, body)
    is_shaped = _shape_ladder(market, body)
    if change.price is not None:
        exchange.move_market(body.symbol, change.price)
    elif is_shaped or change.instrument is not None:
        exchange.requote(body.symbol)
    if body.mark_price is not UNSET or body.index_price is not UNSET:
        exchange.liquidity.settle_prices(market)


def _take_source(market: Market, source: PriceSource | None) -> None:
    """Let a market follow a source, which sets a frozen one going; or none."""
    if isinstance(market.source, Replay):
        market.source.close()
    market.source = source
    market.source_error = None
    if source is not None:
        market.frozen = False


def _set_prices(market: Market, body: MarketBody) -> None:
    if body.mark_price is not UNSET:
        market.mark_price = None if body.mark_price is None else Decimal(body.mark_price)
    if body.index_price is not UNSET:
        market.index_price = None if body.index_price is None else Decimal(body.index_price)
    if body.funding_rate is not None:
        market.funding_rate = Decimal(body.funding_rate)
    if body.next_funding is not None:
        market.next_funding_ms = moment_ms(body.next_funding)


def _shape_ladder(market: Market, body: MarketBody) -> bool:
    """Take over the ladder's settings; return whether there were any."""
    if body.levels is not None:
        market.ladder.levels = body.levels
    if body.level_quantity is not None:
        market.ladder.level_quantity = Decimal(body.level_quantity)
    if body.half_spread is not None:
        market.ladder.half_spread = Decimal(body.half_spread)
    return not (body.levels is None and body.level_quantity is None and body.half_spread is None)


def market_row(exchange: Exchange, market: Market) -> Row:
    """Return how a market stands."""
    instrument = market.instrument
    bid, ask = market.book.bids.best_price(), market.book.asks.best_price()
    row: Row = {
        "exchange": exchange.name,
        "symbol": instrument.symbol,
        "price": f"{market.mid:f}",
        "bid": None if bid is None else f"{bid:f}",
        "ask": None if ask is None else f"{ask:f}",
        "frozen": market.frozen,
        "source": _source_name(market),
        "source_error": market.source_error,
        "rules": {
            "tick_size": f"{instrument.tick_size:f}",
            "lot_size": f"{instrument.lot_size:f}",
            "quantity_min": f"{instrument.quantity_min:f}",
            "notional_min": f"{instrument.notional_min:f}",
            "is_trading": instrument.is_trading,
        },
    }
    if instrument.is_linear:
        row |= {
            "mark_price": f"{market.mark:f}",
            "index_price": f"{market.index:f}",
            "funding_rate": f"{market.funding_rate:f}",
            "next_funding": iso_time(market.next_funding_ms),
        }
    return row


def _source_name(market: Market) -> str:
    match market.source:
        case Script():
            return "script"
        case Replay():
            return "replay"
        case _:
            return "walk"
