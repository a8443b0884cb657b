"""The control API under `/_sim`: accounts, markets, faults, limits and the ledger, the same for all venues."""

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import TypeVar
from urllib.parse import parse_qsl

import msgspec
from aiohttp import web

from venuesim.exchange.engine import Exchange
from venuesim.exchange.ledger import Cursor, Row, read_page
from venuesim.exchange.market import Market
from venuesim.faults import Fault, FaultRequest, FaultSet
from venuesim.venue import Venue

LEDGER_LIMIT = 1000
LEDGER_LIMIT_MAX = 10_000
_AMOUNT = re.compile(r"\d{1,18}(\.\d{1,18})?")

Body = TypeVar("Body", bound=msgspec.Struct)


class ControlError(Exception):
    """The request to the control API makes no sense; the message says why."""


class AccountBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An account to create; amounts are strings."""

    api_key: str
    secret: str
    passphrase: str = ""
    exchange: str | None = None
    balances: dict[str, str] = {}
    permissions: tuple[str, ...] = ("read", "trade")


class MarketBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to do with a market: move it, freeze it, and how deep to quote it (`level_quantity` in base)."""

    symbol: str
    exchange: str | None = None
    price: str | None = None
    frozen: bool | None = None
    levels: int | None = None
    level_quantity: str | None = None
    half_spread: str | None = None


class ExchangeBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which venue is meant (None: all)."""

    exchange: str | None = None


class LimitsBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to multiply every rate limit with."""

    scale: float
    exchange: str | None = None


class ControlApi:
    """Answers the control port."""

    def __init__(self, venues: Mapping[str, Venue], faults: FaultSet) -> None:
        self._venues = venues
        self._faults = faults
        self._calls: dict[tuple[str, str], Callable[[Mapping[str, str], bytes], object]] = {
            ("POST", "/_sim/accounts"): lambda _, body: self._add_accounts(_decode(body, AccountBody)),
            ("GET", "/_sim/market"): lambda query, _: self._show_markets(query),
            ("POST", "/_sim/market"): lambda _, body: self._change_market(_decode(body, MarketBody)),
            ("GET", "/_sim/faults"): lambda _, __: self._show_faults(),
            ("POST", "/_sim/faults"): lambda _, body: self._add_fault(_decode(body, FaultRequest)),
            ("DELETE", "/_sim/faults"): self._clear_faults,
            ("POST", "/_sim/limits"): lambda _, body: self._scale_limits(_decode(body, LimitsBody)),
            ("GET", "/_sim/ledger"): lambda query, _: self._read_ledger(query),
        }

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request: 200 with JSON, 400 with `{"error"}` for nonsense, 404 for an unknown call."""
        path, _, query = request.raw_path.partition("?")
        call = self._calls.get((request.method, path))
        if call is None:
            return _json({"error": f"no control call {request.method} {path}"}, status=404)
        try:
            return _json(call(dict(parse_qsl(query)), await request.read()))
        except ControlError as error:
            return _json({"error": str(error)}, status=400)

    def _add_accounts(self, body: AccountBody) -> object:
        balances = {asset: _amount(text) for asset, text in body.balances.items()}
        for exchange in self._exchanges(body.exchange):
            exchange.add_account(
                api_key=body.api_key,
                secret=body.secret,
                passphrase=body.passphrase,
                permissions=body.permissions,
                balances=balances,
            )
        return {"api_key": body.api_key, "exchanges": _names(self._exchanges(body.exchange))}

    def _show_markets(self, query: Mapping[str, str]) -> object:
        wanted = query.get("symbol")
        return {
            "markets": [
                _market_row(exchange, market)
                for exchange in self._exchanges(query.get("exchange"))
                for symbol, market in exchange.markets.items()
                if wanted in {None, symbol}
            ]
        }

    def _change_market(self, body: MarketBody) -> object:
        price = None if body.price is None else _positive(body.price)
        exchanges = [exchange for exchange in self._exchanges(body.exchange) if body.symbol in exchange.markets]
        if not exchanges:
            raise ControlError(f"no venue lists {body.symbol}")
        for exchange in exchanges:
            market = exchange.markets[body.symbol]
            if body.frozen is not None:
                market.frozen = body.frozen
            if _shape_ladder(market, body) and price is None:
                exchange.requote(body.symbol)
            if price is not None:
                if price % market.instrument.tick_size:
                    raise ControlError(
                        f"{body.symbol} has a tick of {market.instrument.tick_size:f} at {exchange.name}"
                    )
                exchange.move_market(body.symbol, price)
        return {"markets": [_market_row(exchange, exchange.markets[body.symbol]) for exchange in exchanges]}

    def _add_fault(self, request: FaultRequest) -> object:
        self._exchanges(request.exchange)
        if not 0 <= request.match.probability <= 1:
            raise ControlError("a probability lies between 0 and 1")
        return _fault_row(self._faults.add(request))

    def _show_faults(self) -> object:
        return {"faults": [_fault_row(fault) for fault in self._faults]}

    def _clear_faults(self, query: Mapping[str, str], body: bytes) -> object:
        """Switch faults off; the exchange may be named in the query or in a body."""
        exchange = _decode(body, ExchangeBody).exchange if body else query.get("exchange")
        self._exchanges(exchange)
        self._faults.clear(exchange=exchange)
        return self._show_faults()

    def _scale_limits(self, body: LimitsBody) -> object:
        if body.scale <= 0:
            raise ControlError("a scale is above 0")
        exchanges = self._exchanges(body.exchange)
        for exchange in exchanges:
            self._venues[exchange.name].limits.scale = body.scale
        return {"scale": body.scale, "exchanges": _names(exchanges)}

    def _read_ledger(self, query: Mapping[str, str]) -> object:
        exchanges = self._exchanges(query.get("exchange"))
        try:
            cursor = Cursor.parse(query["cursor"]) if query.get("cursor") else Cursor()
            limit = min(int(query.get("limit", LEDGER_LIMIT)), LEDGER_LIMIT_MAX)
        except ValueError as error:
            raise ControlError(str(error)) from error
        if cursor.wallet >= len(exchanges) or limit < 1:
            raise ControlError("the cursor or the limit is out of range")
        page = read_page(exchanges[cursor.wallet], cursor, limit=limit)
        following = page.following
        if following is None and cursor.wallet + 1 < len(exchanges):
            following = Cursor(wallet=cursor.wallet + 1)
        return {**page.rows, "next_cursor": None if following is None else str(following)}

    def _exchanges(self, name: str | None) -> list[Exchange]:
        if name is None:
            return [exchange for venue in self._venues.values() for exchange in venue.exchanges]
        if name not in self._venues:
            raise ControlError(f"no exchange {name}; there are {', '.join(self._venues)}")
        return list(self._venues[name].exchanges)


def _names(exchanges: Iterable[Exchange]) -> list[str]:
    """Return the venues that exchanges belong to, each once."""
    return list(dict.fromkeys(exchange.name for exchange in exchanges))


def _decode(body: bytes, kind: type[Body]) -> Body:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ControlError(str(error)) from error


def _json(payload: object, *, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(payload), status=status, content_type="application/json")


def _amount(text: str) -> Decimal:
    if not _AMOUNT.fullmatch(text):
        raise ControlError(f"{text!r} is not a plain decimal amount")
    return Decimal(text)


def _positive(text: str) -> Decimal:
    amount = _amount(text)
    if amount <= 0:
        raise ControlError("a price or size is above 0")
    return amount


def _shape_ladder(market: Market, body: MarketBody) -> bool:
    """Take over the ladder's settings; return whether there were any."""
    if body.levels is not None:
        market.ladder.levels = body.levels
    if body.level_quantity is not None:
        market.ladder.level_quantity = _positive(body.level_quantity)
    if body.half_spread is not None:
        market.ladder.half_spread = _positive(body.half_spread)
    return not (body.levels is None and body.level_quantity is None and body.half_spread is None)


def _market_row(exchange: Exchange, market: Market) -> Row:
    bid, ask = market.book.bids.best_price(), market.book.asks.best_price()
    return {
        "exchange": exchange.name,
        "symbol": market.instrument.symbol,
        "price": f"{market.mid:f}",
        "bid": None if bid is None else f"{bid:f}",
        "ask": None if ask is None else f"{ask:f}",
        "frozen": market.frozen,
    }


def _fault_row(fault: Fault) -> Row:
    request = fault.request
    return {
        "id": fault.fault_id,
        "kind": request.kind.value,
        "exchange": request.exchange,
        "match": msgspec.to_builtins(request.match),
        "fired": fault.fired,
    }
