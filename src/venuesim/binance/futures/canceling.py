"""Cancels orders: one, many, all of a contract, or all when a countdown runs out."""

from collections.abc import Callable
from functools import partial

import msgspec

from venuesim.binance.futures.errors import Code, invalid_data, one_of, refused
from venuesim.binance.futures.fields import Fields
from venuesim.binance.futures.finding import Finder
from venuesim.binance.futures.formats import Json
from venuesim.binance.futures.rendering import changed
from venuesim.binance.futures.symbols import Symbols
from venuesim.binance.operations import Request, Result
from venuesim.exchange.accounts import Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.orders import Order
from venuesim.exchange.vocabulary import EndReason

CANCELED_TOGETHER_MAX = 10
ALL_CANCELED: Json = {"code": 200, "msg": "The operation of cancel all open order is done."}


class Canceling:
    """Cancels orders of the order book; algo orders are canceled elsewhere."""

    def __init__(self, *, exchange: Exchange, symbols: Symbols, finder: Finder) -> None:
        self._exchange = exchange
        self._symbols = symbols
        self._finder = finder
        self._countdowns: dict[tuple[int, str], tuple[int, Account]] = {}

    def cancel(self, request: Request) -> Result:
        """Cancel one order."""
        order = self._finder.find(Fields(request.parameters), request.account)
        if order is None or not order.is_open:
            raise refused(Code.CANCEL_REJECTED)
        self._exchange.cancel(order)
        return Result(changed(order), accepted=True)

    def cancel_many(self, request: Request) -> Result:
        """Cancel up to ten orders by their ids; each answers for itself."""
        fields = Fields(request.parameters)
        symbol = self._symbols.read(fields.parameters).instrument.symbol
        find = self._named(fields, request.account)
        answers: list[Json] = []
        for look_up in find:
            order = look_up()
            if order is None or not order.is_open or order.instrument.symbol != symbol:
                answers.append(refused(Code.CANCEL_REJECTED).payload())
            else:
                self._exchange.cancel(order)
                answers.append(changed(order))
        return Result(answers, accepted=any("orderId" in answer for answer in answers))

    def cancel_all(self, request: Request) -> Result:
        """Cancel every open order of a contract; there may be none."""
        market = self._symbols.read(request.parameters)
        orders = list(request.account.open_orders_of(market.instrument.symbol))
        for order in orders:
            self._exchange.cancel(order)
        return Result(ALL_CANCELED, accepted=bool(orders))

    def count_down(self, request: Request) -> Result:
        """Set, renew or (with 0) stop the countdown that cancels a contract's orders at its end."""
        fields = Fields(request.parameters)
        instrument = self._symbols.read(fields.parameters).instrument
        countdown_ms = fields.required_whole("countdownTime")
        key = (request.account.account_id, instrument.symbol)
        if countdown_ms:
            self._countdowns[key] = (request.now_ms + countdown_ms, request.account)
        else:
            self._countdowns.pop(key, None)
        return Result({"symbol": instrument.venue_id, "countdownTime": str(countdown_ms)}, accepted=True)

    def pass_time(self, now_ms: int) -> None:
        """Cancel where a countdown ran out."""
        due = [key for key, (due_ms, _) in self._countdowns.items() if due_ms <= now_ms]
        for key in due:
            _, account = self._countdowns.pop(key)
            for order in account.open_orders_of(key[1]):
                self._exchange.cancel(order, EndReason.DEAD_MAN_SWITCH)

    def _named(self, fields: Fields, account: Account) -> list[Callable[[], Order | None]]:
        """Return what looks up each order that a list names.

        Assumption: the names of the lists may be in small letters, as ccxt writes them.
        """
        exchange = self._exchange
        for name in ("orderIdList", "orderidlist"):
            if fields.has(name):
                return [partial(exchange.find_order, account, order_id=order_id) for order_id in _ids(fields, name)]
        for name in ("origClientOrderIdList", "origclientorderidlist"):
            if fields.has(name):
                words = _listed(fields, name)
                return [partial(exchange.find_order, account, client_order_id=str(word)) for word in words]
        raise one_of("orderIdList", "origClientOrderIdList")


def _ids(fields: Fields, name: str) -> list[int]:
    words = [str(word) for word in _listed(fields, name)]
    if not all(word.isascii() and word.isdigit() and len(word) <= 19 for word in words):
        raise invalid_data(name)
    return [int(word) for word in words]


def _listed(fields: Fields, name: str) -> list[str | int]:
    try:
        words = msgspec.json.decode(fields.text(name), type=list[str | int])
    except (msgspec.MsgspecError, RecursionError):
        raise invalid_data(name) from None
    if not words:
        raise invalid_data(name)
    if len(words) > CANCELED_TOGETHER_MAX:
        raise refused(Code.EXCEED_MAX_CANCEL_ORDER_SIZE)
    return words
