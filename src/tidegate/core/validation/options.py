"""Whether the options of an order fit together, its type, and what its venue offers."""

from collections.abc import Mapping

from tidegate.core.capabilities import (
    capabilities_of,
    is_supported,
    params_of,
    supported_order_types,
    supported_triggers,
)
from tidegate.core.instruments import Instrument
from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.messages.values import Refusal
from tidegate.core.records import Account
from tidegate.core.validation.refusals import refuse, unsupported
from tidegate.core.vocabulary import (
    InstrumentKind,
    OrderType,
    PositionSide,
    RefusalCode,
    Routing,
    Side,
    TimeInForce,
    TriggerBy,
)

PARAMETER_LENGTH_MAX = 64
_PASSIVE = frozenset({TimeInForce.GTC, TimeInForce.GTD})
# How long an order may be good for. A condition may be waited for; a market order itself not.
TIMES_IN_FORCE: Mapping[OrderType, tuple[TimeInForce, ...]] = {
    OrderType.MARKET: (TimeInForce.GTC, TimeInForce.IOC),
    OrderType.LIMIT: tuple(TimeInForce),
    OrderType.STOP_LOSS: (TimeInForce.GTC, TimeInForce.GTD),
    OrderType.STOP_LIMIT: tuple(TimeInForce),
    OrderType.TAKE_PROFIT: (TimeInForce.GTC, TimeInForce.GTD),
    OrderType.TAKE_PROFIT_LIMIT: tuple(TimeInForce),
    OrderType.TRAILING_STOP: (TimeInForce.GTC, TimeInForce.GTD),
}


def check_options(command: PlaceOrder, account: Account, instrument: Instrument) -> Refusal | None:
    """Order type, time in force, routing and the rest, each against the type and the market."""
    refusal = _check_type(command, instrument) or _check_time_in_force(command) or _check_expiry(command)
    if refusal is None and (command.post_only or command.params):
        refusal = _check_post_only(command) or _check_params(command, instrument)
    return refusal or _check_trigger_by(command, instrument) or _check_derivative(command, account, instrument)


def _check_type(command: PlaceOrder, instrument: Instrument) -> Refusal | None:
    if not is_supported(command.order_type, instrument):
        supported = supported_order_types(instrument)
        return unsupported(RefusalCode.UNSUPPORTED_ORDER_TYPE, command.order_type, supported)
    if command.routing is not Routing.VENUE:
        return unsupported(RefusalCode.UNSUPPORTED_ROUTING, command.routing, (Routing.VENUE,))
    return None


def _check_time_in_force(command: PlaceOrder) -> Refusal | None:
    supported = TIMES_IN_FORCE[command.order_type]
    if command.time_in_force in supported:
        return None
    listed = " or ".join(supported)
    message = f"{command.order_type} orders are {listed}; {command.time_in_force} goes with limit orders"
    return refuse(RefusalCode.UNSUPPORTED_COMBINATION, message)


def _check_expiry(command: PlaceOrder) -> Refusal | None:
    if command.time_in_force is not TimeInForce.GTD:
        if command.expires_at is None:
            return None
        return refuse(RefusalCode.EXPIRY_NOT_ALLOWED, "expires_at goes with time_in_force gtd")
    if command.expires_at is None:
        return refuse(RefusalCode.EXPIRY_REQUIRED, "a gtd order needs expires_at, the time at which it is to end")
    if command.expires_at <= command.at:
        message = f"expires_at is in the future, and {command.expires_at.isoformat()} is not"
        return refuse(RefusalCode.EXPIRY_NOT_ALLOWED, message)
    return None


def _check_post_only(command: PlaceOrder) -> Refusal | None:
    if not command.post_only:
        return None
    if command.order_type is OrderType.LIMIT and command.time_in_force in _PASSIVE:
        return None
    return refuse(RefusalCode.UNSUPPORTED_COMBINATION, "post_only goes with limit orders that are gtc or gtd")


def _check_params(command: PlaceOrder, instrument: Instrument) -> Refusal | None:
    if not command.params:
        return None
    allowed = params_of(command, instrument)
    if unknown := sorted(command.params.keys() - allowed):
        list_of = f"not on this venue's list for {command.order_type} orders"
        message = f"{list_of}: {', '.join(unknown)}; allowed: {', '.join(sorted(allowed))}"
        return refuse(RefusalCode.PARAMETER_NOT_ALLOWED, message)
    for name, value in sorted(command.params.items()):
        if not (value.isascii() and value.isprintable() and 0 < len(value) <= PARAMETER_LENGTH_MAX):
            message = f"the value of {name} is 1 to {PARAMETER_LENGTH_MAX} printable ASCII characters"
            return refuse(RefusalCode.PARAMETER_NOT_ALLOWED, message)
    return None


def _check_trigger_by(command: PlaceOrder, instrument: Instrument) -> Refusal | None:
    if command.trigger_by is TriggerBy.LAST:
        return None
    supported = supported_triggers(command, instrument)
    if command.trigger_by in supported:
        return None
    asked = f"trigger_by {command.trigger_by} for a {command.order_type} order"
    return unsupported(RefusalCode.UNSUPPORTED_COMBINATION, asked, sorted(supported))


def _check_derivative(command: PlaceOrder, account: Account, instrument: Instrument) -> Refusal | None:
    if instrument.kind is InstrumentKind.SPOT:
        return _check_spot(command)
    if len(account.user_ids) > 1:
        message = f"derivatives are traded in accounts of one user; {account.account_id} serves {len(account.user_ids)}"
        return refuse(RefusalCode.UNSUPPORTED_COMBINATION, message)
    if command.position_side is PositionSide.NET:
        return None
    if not capabilities_of(instrument).hedge_mode:
        return unsupported(RefusalCode.UNSUPPORTED_COMBINATION, f"position_side {command.position_side}", ("net",))
    closing_side = Side.SELL if command.position_side is PositionSide.LONG else Side.BUY
    if command.reduce_only and command.side is not closing_side:
        message = (
            f"to {command.side} adds to the {command.position_side} position; reduce_only goes with {closing_side}"
        )
        return refuse(RefusalCode.UNSUPPORTED_COMBINATION, message)
    return None


def _check_spot(command: PlaceOrder) -> Refusal | None:
    if command.reduce_only:
        return refuse(RefusalCode.UNSUPPORTED_COMBINATION, "reduce_only is for derivatives; this is a spot market")
    if command.position_side is not PositionSide.NET:
        message = f"position_side {command.position_side} is for derivatives; a spot market has no positions"
        return refuse(RefusalCode.UNSUPPORTED_COMBINATION, message)
    return None
