"""New orders: reads them, applies the instrument's rules, hands them to the exchange."""

from enum import StrEnum

from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.orders import Order, OrderRefused, OrderRequest
from venuesim.exchange.vocabulary import OrderType, RefusalReason, Side, TimeInForce
from venuesim.okx import errors
from venuesim.okx.errors import OkxError
from venuesim.okx.instruments import Instruments
from venuesim.okx.limits import OkxLimits
from venuesim.okx.operations import Request, Result, summarize
from venuesim.okx.parameters import Parameters
from venuesim.okx.rendering import Extra
from venuesim.okx.rules import check_rules


class WireType(StrEnum):
    """The `ordType` values that spot takes."""

    MARKET = "market"
    LIMIT = "limit"
    POST_ONLY = "post_only"
    FOK = "fok"
    IOC = "ioc"


class TargetCurrency(StrEnum):
    """The `tgtCcy` values: what `sz` of a market order counts."""

    BASE = "base_ccy"
    QUOTE = "quote_ccy"


class TradeMode(StrEnum):
    """The `tdMode` values."""

    CASH = "cash"
    CROSS = "cross"
    ISOLATED = "isolated"


class SelfTradePrevention(StrEnum):
    """The `stpMode` values. They are kept with the order only: an account can still trade with itself here."""

    CANCEL_MAKER = "cancel_maker"
    CANCEL_TAKER = "cancel_taker"
    CANCEL_BOTH = "cancel_both"


_TIMES_IN_FORCE = {WireType.FOK: TimeInForce.FOK, WireType.IOC: TimeInForce.IOC}


class Placing:
    """Places orders for trade/order, trade/batch-orders and their twins on the socket."""

    def __init__(self, *, exchange: Exchange, instruments: Instruments, limits: OkxLimits) -> None:
        self._exchange = exchange
        self._instruments = instruments
        self._limits = limits

    def place(self, request: Request) -> Result:
        """Place the orders of a request, each for itself. Accepted means only that: matching may cancel it at once."""
        account = request.account
        for item in request.items:
            if item.echo("clOrdId"):
                self._exchange.records.arrived(account, item.echo("clOrdId"))
        self._spend(request)
        seen: set[str] = set()
        return summarize([self._place_one(request, item, seen) for item in request.items])

    def _spend(self, request: Request) -> None:
        known = []
        for item in request.items:
            try:
                known.append(self._instruments.read(item))
            except OkxError:  # An unknown instrument has no limit; the item is refused below.
                continue
        self._limits.spend_placing(request.account, known, request.now_ms)

    def _place_one(self, request: Request, item: Parameters, seen: set[str]) -> tuple[dict[str, str], bool]:
        try:
            _check_expiry(request)
            client_order_id = item.client_order_id()
            if client_order_id in seen:
                raise errors.duplicate_client_order_id()
            order = self._accept(request.account, item, client_order_id, request.now_ms)
        except OkxError as error:
            return _answer(item, request.now_ms, error=error), False
        if client_order_id is not None:
            seen.add(client_order_id)
        return _answer(item, request.now_ms, order=order), True

    def _accept(self, account: Account, item: Parameters, client_order_id: str | None, now_ms: int) -> Order:
        order_request = self._read(item, client_order_id)
        market = self._exchange.markets[order_request.instrument.symbol]
        check_rules(order_request, market, account, scale=self._limits.scale)
        self._limits.spend_account_order(account, now_ms)
        try:
            return self._exchange.place(account, order_request)
        except OrderRefused as refused:
            raise _refusal(refused.reason, order_request) from refused

    def _read(self, item: Parameters, client_order_id: str | None) -> OrderRequest:
        instrument = self._instruments.read(item)
        if item.choice("tdMode", TradeMode) is not TradeMode.CASH:
            raise OkxError("51010", "Request unsupported under current account mode")
        side = item.choice("side", Side)
        wire_type = item.choice("ordType", WireType)
        if item.has("attachAlgoOrds"):
            raise errors.malformed("attachAlgoOrds")  # Attached orders are not simulated yet.
        is_market = wire_type is WireType.MARKET
        target = _target(item, side) if is_market else TargetCurrency.BASE
        size = item.decimal("sz")
        prevention = item.choice("stpMode", SelfTradePrevention).value if item.has("stpMode") else "cancel_maker"
        return OrderRequest(
            instrument=instrument,
            side=side,
            order_type=OrderType.MARKET if is_market else OrderType.LIMIT,
            client_order_id=client_order_id or "",
            time_in_force=_TIMES_IN_FORCE.get(wire_type, TimeInForce.GTC),
            post_only=wire_type is WireType.POST_ONLY,
            post_only_cancels=True,
            price=ZERO if is_market else item.decimal("px"),
            quantity=size if target is TargetCurrency.BASE else ZERO,
            quote_quantity=size if target is TargetCurrency.QUOTE else ZERO,
            extra={
                Extra.CLIENT_ORDER_ID: client_order_id or "",
                Extra.TAG: item.tag(),
                Extra.SIZE: item.required("sz"),
                Extra.TARGET_CURRENCY: target.value if is_market else "",
                Extra.SELF_TRADE_PREVENTION: prevention,
            },
        )


def _check_expiry(request: Request) -> None:
    expires_ms = Parameters({"expTime": request.expires_at}).integer("expTime")
    if expires_ms is not None and expires_ms < request.now_ms:
        raise errors.order_expired()


def _target(item: Parameters, side: Side) -> TargetCurrency:
    """Return what a market order's size counts: by default the quote currency for a buy, the base for a sell."""
    if item.has("tgtCcy"):
        return item.choice("tgtCcy", TargetCurrency)
    return TargetCurrency.QUOTE if side is Side.BUY else TargetCurrency.BASE


def _refusal(reason: RefusalReason, request: OrderRequest) -> OkxError:
    # Assumption: a market order above the balance is refused too, as with banAmend; OKX may instead make it smaller.
    if reason is RefusalReason.DUPLICATE_CLIENT_ORDER_ID:
        return errors.duplicate_client_order_id()
    assert reason is RefusalReason.INSUFFICIENT_BALANCE, "post-only orders are accepted and then canceled"
    given = request.instrument.quote if request.side is Side.BUY else request.instrument.base
    return errors.insufficient_balance(given)


def _answer(
    item: Parameters, now_ms: int, *, order: Order | None = None, error: OkxError | None = None
) -> dict[str, str]:
    return {
        "clOrdId": item.echo("clOrdId"),
        "ordId": "" if order is None else str(order.order_id),
        "tag": item.echo("tag"),
        "ts": str(now_ms),
        "sCode": "0" if error is None else error.code,
        "sMsg": "Order placed" if error is None else error.message,
        "subCode": "" if error is None else error.sub_code,
    }
