"""Answers the control port: one table of calls."""

from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

import msgspec
from aiohttp import web

from venuesim.control.accounts import AccountBody, Accounts, TransferBody
from venuesim.control.faults import Faults
from venuesim.control.markets import FundingBody, MarketBody, Markets
from venuesim.control.reading import ControlError, Rooms, decode, names
from venuesim.control.trading import BustBody, CloseBody, HandMade, OrderBody
from venuesim.exchange.ledger import Cursor, iso_time, read_page
from venuesim.exchange.vocabulary import Origin
from venuesim.fault_effects import FaultEffects
from venuesim.faults import FaultRequest, FaultSet
from venuesim.venue import Venue

LEDGER_LIMIT = 1000
LEDGER_LIMIT_MAX = 10_000
SCALE_MAX = 1e9

Answer = Callable[[Mapping[str, str], bytes], object]


class LimitsBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to multiply every rate limit with."""

    scale: float
    exchange: str | None = None


class ControlApi:
    """Answers the control port."""

    def __init__(self, venues: Mapping[str, Venue], faults: FaultSet, effects: FaultEffects) -> None:
        self._venues = venues
        self._rooms = rooms = Rooms(venues)
        accounts, markets, hand = Accounts(rooms, effects), Markets(rooms), HandMade(rooms)
        switched = Faults(rooms, faults, effects)
        self.calls: dict[tuple[str, str], Answer] = {
            ("GET", "accounts"): lambda query, _: accounts.show(query),
            ("POST", "accounts"): lambda _, body: accounts.add(decode(body, AccountBody)),
            ("POST", "transfers"): lambda _, body: accounts.transfer(decode(body, TransferBody)),
            ("GET", "market"): lambda query, _: markets.show(query),
            ("POST", "market"): lambda _, body: markets.change(decode(body, MarketBody)),
            ("POST", "funding"): lambda _, body: markets.fund(decode(body, FundingBody)),
            ("POST", "orders"): lambda _, body: hand.order(decode(body, OrderBody)),
            ("POST", "liquidations"): lambda _, body: hand.close(decode(body, CloseBody), Origin.LIQUIDATION),
            ("POST", "deleveraging"): lambda _, body: hand.close(decode(body, CloseBody), Origin.AUTO_DELEVERAGING),
            ("POST", "busts"): lambda _, body: hand.bust(decode(body, BustBody)),
            ("GET", "faults"): lambda _, __: switched.show(),
            ("POST", "faults"): lambda _, body: switched.add(decode(body, FaultRequest)),
            ("DELETE", "faults"): switched.clear,
            ("POST", "limits"): lambda _, body: self._scale_limits(decode(body, LimitsBody)),
            ("GET", "ledger"): lambda query, _: self._read_ledger(query),
            ("GET", "time"): lambda _, __: self._tell_time(),
        }

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request: 200 with JSON, 400 with `{"error"}` for nonsense, 404 for an unknown call."""
        path, _, query = request.raw_path.partition("?")
        call = self.calls.get((request.method, path.removeprefix("/_sim/"))) if path.startswith("/_sim/") else None
        if call is None:
            return _json({"error": f"no control call {request.method} {path}"}, status=404)
        try:
            return _json(call(dict(parse_qsl(query)), await request.read()))
        except ControlError as error:
            return _json({"error": str(error)}, status=400)

    def _scale_limits(self, body: LimitsBody) -> object:
        if not 0 < body.scale <= SCALE_MAX:
            raise ControlError(f"a scale is above 0 and at most {SCALE_MAX:.0f}")
        exchanges = self._rooms.exchanges(body.exchange)
        for name in names(exchanges):
            self._venues[name].limits.scale = body.scale
        return {"scale": body.scale, "exchanges": names(exchanges)}

    def _read_ledger(self, query: Mapping[str, str]) -> object:
        exchanges = self._rooms.exchanges(query.get("exchange"))
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

    def _tell_time(self) -> object:
        """Tell what each venue's clock says."""
        clocks = {name: venue.exchanges[0].clock.now_ms() for name, venue in self._venues.items()}
        return {"exchanges": {name: {"now_ms": now_ms, "now": iso_time(now_ms)} for name, now_ms in clocks.items()}}


def _json(payload: object, *, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(payload), status=status, content_type="application/json")
