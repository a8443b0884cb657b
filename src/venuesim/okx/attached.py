"""Stops and targets attached to an order: read, checked against the order's price, and kept as text with it.

Source: "Place order" of the v5 documentation, attachAlgoOrds and the notes on split TPs.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import StrEnum
from itertools import count

import msgspec

from venuesim.exchange.market import Market
from venuesim.exchange.orders import OrderRequest
from venuesim.exchange.vocabulary import OrderType, Side
from venuesim.okx import errors
from venuesim.okx.errors import OkxError
from venuesim.okx.parameters import Parameters

FIRST_ATTACHED_ID = 2_600_000_000_000_000_001
TARGETS_MAX = 10
STOPS_MAX = 1


class PriceType(StrEnum):
    """The prices that a trigger can watch."""

    LAST = "last"
    INDEX = "index"
    MARK = "mark"


class TargetKind(StrEnum):
    """The `tpOrdKind` values: a target waits for its trigger, or rests as a limit order at once."""

    CONDITION = "condition"
    LIMIT = "limit"


class Attached(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One attached order, all in OKX's own texts; an empty text means not set."""

    attach_algo_id: str
    attach_algo_cl_ord_id: str = ""
    tp_ord_kind: str = ""
    tp_trigger_px: str = ""
    tp_trigger_ratio: str = ""
    tp_trigger_px_type: str = ""
    tp_ord_px: str = ""
    sl_trigger_px: str = ""
    sl_trigger_ratio: str = ""
    sl_trigger_px_type: str = ""
    sl_ord_px: str = ""
    sz: str = ""
    amend_px_on_trigger_type: str = "0"
    callback_ratio: str = ""
    callback_spread: str = ""
    active_px: str = ""
    fail_code: str = ""
    fail_reason: str = ""

    @property
    def has_target(self) -> bool:
        """Whether there is a take-profit in it."""
        return bool(self.tp_ord_px)

    @property
    def has_stop(self) -> bool:
        """Whether there is a stop-loss in it."""
        return bool(self.sl_ord_px)

    @property
    def is_trailing(self) -> bool:
        """Whether it is a trailing stop."""
        return bool(self.callback_ratio or self.callback_spread)


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(list[Attached]).decode


def stored(attached: Sequence[Attached]) -> str:
    """Return attached orders as the text that is kept with their order, which is also what OKX shows."""
    return _encode(attached).decode()


def restored(text: str) -> list[Attached]:
    """Return the attached orders of such a text; none for an empty one."""
    return _decode(text) if text else []


class AttachedReader:
    """Reads attached orders and numbers them."""

    def __init__(self) -> None:
        self._ids = count(FIRST_ATTACHED_ID)

    def read(self, item: Parameters, request: OrderRequest, market: Market) -> list[Attached]:
        """Read `attachAlgoOrds` of an order; raises OkxError for what OKX would not attach."""
        members = item.objects("attachAlgoOrds")
        if not members:
            return []
        _check_order(item, request)
        attached = [self._read_one(member) for member in members]
        if not request.instrument.is_linear and any(entry.tp_ord_kind == TargetKind.LIMIT for entry in attached):
            raise OkxError("51094", "You can't place TP limit orders in spot, margin, or options trading.")
        check_prices(attached, request, market)
        if len(attached) > 1:
            _check_split(attached, request, item.decimal("sz"))
        return attached

    def _read_one(self, member: Parameters) -> Attached:
        is_trailing = member.has("callbackRatio") or member.has("callbackSpread")
        if is_trailing and member.has("callbackRatio") and member.has("callbackSpread"):
            raise OkxError("50024", "Parameter callbackRatio and callbackSpread can not exist at the same time.")
        kind = member.choice("tpOrdKind", TargetKind) if member.has("tpOrdKind") else TargetKind.CONDITION
        has_target, has_stop = _has(member, "tp", kind), _has(member, "sl", TargetKind.CONDITION)
        if not (has_target or has_stop or is_trailing):
            message = "tpTriggerPx&tpOrdPx or slTriggerPx&slOrdPx can't be empty when using attachAlgoClOrdId."
            raise OkxError("51178", message)
        return Attached(
            attach_algo_id=str(next(self._ids)),
            attach_algo_cl_ord_id=member.client_order_id("attachAlgoClOrdId") or "",
            tp_ord_kind=kind.value if has_target else "",
            **_leg(member, "tp", has=has_target and kind is TargetKind.CONDITION),
            tp_ord_px=member.echo("tpOrdPx") if has_target else "",
            **_leg(member, "sl", has=has_stop),
            sl_ord_px=member.echo("slOrdPx") if has_stop else "",
            sz=_amount(member, "sz"),
            amend_px_on_trigger_type=member.text("amendPxOnTriggerType") or "0",
            callback_ratio=_amount(member, "callbackRatio"),
            callback_spread=_amount(member, "callbackSpread"),
            active_px=_amount(member, "activePx"),
        )


def check_prices(attached: Sequence[Attached], request: OrderRequest, market: Market) -> None:
    """Refuse triggers on the wrong side of the order's price, or of the best price for a market order."""
    buys = request.side is Side.BUY
    is_market = request.order_type is OrderType.MARKET
    best = market.book.side(request.side.opposite).best_price() or market.mid
    reference, against = (
        (best, f"best {'ask' if buys else 'bid'} price") if is_market else (request.price, "order price")
    )
    higher, lower = ("51050", "51051") if is_market else ("51046", "51047")
    if not buys:
        higher, lower = ("51052", "51053") if is_market else ("51048", "51049")
    for entry in attached:
        limit = entry.tp_ord_px if entry.tp_ord_kind == TargetKind.LIMIT else ""
        target, stop = entry.tp_trigger_px or limit, entry.sl_trigger_px
        target_side, stop_side = ("higher", "lower") if buys else ("lower", "higher")
        if target and not _is_beyond(Decimal(target), reference, above=buys):
            raise OkxError(higher, f"The take profit trigger price must be {target_side} than the {against}")
        if stop and not _is_beyond(Decimal(stop), reference, above=not buys):
            raise OkxError(lower, f"The stop loss trigger price must be {stop_side} than the {against}")


def _is_beyond(price: Decimal, reference: Decimal, *, above: bool) -> bool:
    return price > reference if above else price < reference


def _has(member: Parameters, leg: str, kind: TargetKind) -> bool:
    """Whether a leg is there: order price and trigger price (or ratio) come together, unless it is a limit target."""
    has_order, has_trigger = member.has(f"{leg}OrdPx"), member.has(f"{leg}TriggerPx")
    has_ratio = member.has(f"{leg}TriggerRatio")
    if has_trigger and has_ratio:
        raise OkxError("50024", f"Parameter {leg}TriggerPx and {leg}TriggerRatio can not exist at the same time.")
    if kind is TargetKind.LIMIT:
        if has_order and member.order_price(f"{leg}OrdPx") < 0:
            raise OkxError("51093", "TP limit order prices (tpOrdPx) in one order can't be -1 (market price).")
        return has_order
    if has_order is not (has_trigger or has_ratio):
        raise errors.empty(f"{leg}TriggerPx" if has_order else f"{leg}OrdPx")
    if has_order:
        member.order_price(f"{leg}OrdPx")
    return has_order


def _leg(member: Parameters, leg: str, *, has: bool) -> dict[str, str]:
    """Return the trigger of a leg as constructor arguments."""
    if not has:
        return {}
    kind = member.choice(f"{leg}TriggerPxType", PriceType) if member.has(f"{leg}TriggerPxType") else PriceType.LAST
    return {
        f"{leg}_trigger_px": _amount(member, f"{leg}TriggerPx"),
        f"{leg}_trigger_ratio": member.echo(f"{leg}TriggerRatio"),
        f"{leg}_trigger_px_type": kind.value,
    }


def _amount(member: Parameters, name: str) -> str:
    """Return an amount above zero as it was sent; empty when it was not."""
    member.decimal_or_none(name)
    return member.echo(name)


def _check_order(item: Parameters, request: OrderRequest) -> None:
    received = "base_ccy" if request.side is Side.BUY else "quote_ccy"
    if not request.instrument.is_linear and item.echo("tgtCcy") == received and request.order_type is OrderType.MARKET:
        message = f"The order type market, {received} is not allowed to set stop loss and take profit"
        raise OkxError("51044", message)


def _check_split(attached: Sequence[Attached], request: OrderRequest, size: Decimal) -> None:
    """Check several attached orders: targets that share the order's size, and at most one stop for all of it."""
    targets = [entry for entry in attached if entry.has_target]
    stops = [entry for entry in attached if entry.has_stop]
    if not request.instrument.is_linear:
        raise OkxError(
            "51077", "Setting multiple TP and cost-price SL orders isn't supported for spot and margin trading."
        )
    if any(entry.has_target and entry.has_stop for entry in attached):
        message = (
            "TP/SL orders in Split TPs only support one-way TP/SL. "
            "You can't use slTriggerPx&slOrdPx and tpTriggerPx&tpOrdPx at the same time."
        )
        raise OkxError("51076", message)
    within = "with Split TPs attached in a same order cannot exceed"
    if len(targets) > TARGETS_MAX:
        raise OkxError("51079", f"The number of TP orders {within} {TARGETS_MAX}")
    if len(stops) > STOPS_MAX:
        raise OkxError("51084", f"The number of SL orders {within} {STOPS_MAX}")
    if len({entry.tp_ord_kind for entry in targets}) > 1:
        raise OkxError("51091", "All TP orders in one order must be of the same type.")
    if any(not entry.sz for entry in targets):
        raise OkxError("51089", "The size of the TP order among split TPs attached cannot be empty")
    _check_targets(targets)
    if sum(Decimal(entry.sz) for entry in targets) != size and targets:
        message = (
            "The total size of TP orders with Split TPs attached in a same order should equal the size of this order"
        )
        raise OkxError("51083", message)
    if len(targets) < 2 and any(entry.amend_px_on_trigger_type == "1" for entry in stops):
        message = (
            "The number of TP orders cannot be less than 2 when cost-price SL is enabled "
            "(amendPxOnTriggerType set as 1) for Split TPs"
        )
        raise OkxError("51085", message)


def _check_targets(targets: Sequence[Attached]) -> None:
    types = {entry.tp_trigger_px_type for entry in targets}
    if len(types) > 1:
        message = (
            "Take-profit trigger price types (tpTriggerPxType) must be the same in an order with Split TPs attached"
        )
        raise OkxError("51080", message)
    if _repeats(entry.tp_trigger_px for entry in targets if entry.tp_trigger_px):
        message = "Take-profit trigger prices (tpTriggerPx) cannot be the same in an order with Split TPs attached"
        raise OkxError("51081", message)
    if _repeats(entry.tp_ord_px for entry in targets if entry.tp_ord_kind == TargetKind.LIMIT):
        raise OkxError("51092", "TP order prices (tpOrdPx) in one order must be different.")


def _repeats(texts: Iterable[str]) -> bool:
    return any(number > 1 for number in Counter(texts).values())
