"""The operations that trade: orders, executions and positions, by path and by the op of the trade socket."""

from collections.abc import Callable
from typing import NamedTuple

from venuesim.bybit.amending import Amending
from venuesim.bybit.batches import Batches, batch_size
from venuesim.bybit.cancelling import Cancelling
from venuesim.bybit.closed_pnl import ClosedPnl
from venuesim.bybit.finding import OrderFinder, names_an_order
from venuesim.bybit.limits import BybitLimits
from venuesim.bybit.listing import Instruments
from venuesim.bybit.lookups import Lookups
from venuesim.bybit.operations import Json, Operation, Request, Result, Security
from venuesim.bybit.order_notes import OrderNotes
from venuesim.bybit.parameters import Parameters
from venuesim.bybit.placing import Placing
from venuesim.bybit.position_settings import PositionSettings
from venuesim.bybit.positions import Positions
from venuesim.bybit.private_topics import Renderers
from venuesim.bybit.protection import Protection
from venuesim.bybit.quotas import per_second
from venuesim.bybit.reading import OrderReader
from venuesim.bybit.reduce_only import ReduceOnlyKeeper
from venuesim.bybit.rendering import pushed, pushed_fill, pushed_funding
from venuesim.bybit.spot_protection import SpotProtection
from venuesim.bybit.spot_quota import SpotQuota
from venuesim.bybit.trading_stop import TradingStop
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import AccountEvent, AccountEventKind
from venuesim.faults import Endpoint
from venuesim.wire.calls import Call

GET, POST = "GET", "POST"
SOCKET_OPERATIONS = {
    "order.create": "order/create",
    "order.amend": "order/amend",
    "order.cancel": "order/cancel",
    "order.create-batch": "order/create-batch",
    "order.amend-batch": "order/amend-batch",
    "order.cancel-batch": "order/cancel-batch",
}


class Entry(NamedTuple):
    """One operation: what it is for, how many requests a second it may get (in linear, if other), and what runs."""

    endpoint: Endpoint
    limit: int
    linear: int | None
    run: Callable[[Request], Result]


class TradeOperations:
    """Builds what trading needs, and lists its operations. Figures of "Rate Limit" for accounts without a VIP level."""

    def __init__(self, *, exchange: Exchange, instruments: Instruments, limits: BybitLimits) -> None:
        finder = OrderFinder(exchange=exchange, instruments=instruments)
        reader = OrderReader(exchange=exchange, instruments=instruments)
        placing = Placing(exchange=exchange, reader=reader, limits=limits)
        amending = Amending(exchange=exchange, finder=finder)
        cancelling = Cancelling(exchange=exchange, finder=finder)
        batches = Batches(placing=placing, amending=amending, cancelling=cancelling)
        lookups = Lookups(exchange=exchange, finder=finder)
        OrderNotes(exchange)
        self._exchange = exchange
        self.protection = Protection(exchange)
        self._spot_protection = SpotProtection(exchange)
        self._reduce_only = ReduceOnlyKeeper(exchange)
        self._closed_pnl = ClosedPnl(exchange=exchange, instruments=instruments)
        self._positions = Positions(
            exchange=exchange, instruments=instruments, protection=self.protection, closed_pnl=self._closed_pnl
        )
        trading_stop = TradingStop(exchange=exchange, instruments=instruments, protection=self.protection)
        settings = PositionSettings(exchange=exchange, instruments=instruments, positions=self._positions)
        gets = {
            "order/realtime": Entry(Endpoint.QUERY, 50, None, lookups.realtime),
            "order/history": Entry(Endpoint.QUERY, 50, None, lookups.history),
            "order/spot-borrow-check": Entry(Endpoint.OTHER, 50, None, SpotQuota(exchange, instruments).show),
            "execution/list": Entry(Endpoint.EXECUTIONS, 50, None, lookups.executions),
            "position/list": Entry(Endpoint.POSITIONS, 50, None, self._positions.show),
            "position/closed-pnl": Entry(Endpoint.OTHER, 50, None, self._closed_pnl.show),
        }
        posts = {
            "order/create": Entry(Endpoint.PLACE, 20, 10, placing.place),
            "order/amend": Entry(Endpoint.AMEND, 20, 10, amending.amend),
            "order/cancel": Entry(Endpoint.CANCEL, 20, 10, cancelling.cancel),
            "order/cancel-all": Entry(Endpoint.CANCEL, 20, 10, cancelling.cancel_all),
            "order/create-batch": Entry(Endpoint.PLACE, 20, 10, batches.create),
            "order/amend-batch": Entry(Endpoint.AMEND, 20, 10, batches.amend),
            "order/cancel-batch": Entry(Endpoint.CANCEL, 20, 10, batches.cancel),
            "order/pre-check": Entry(Endpoint.OTHER, 10, None, placing.pre_check),
            "order/disconnected-cancel-all": Entry(Endpoint.OTHER, 5, None, cancelling.set_disconnect_window),
            "position/set-leverage": Entry(Endpoint.OTHER, 10, None, settings.set_leverage),
            "position/switch-isolated": Entry(Endpoint.OTHER, 10, None, settings.switch_isolated),
            "position/switch-mode": Entry(Endpoint.OTHER, 10, None, settings.switch_mode),
            "position/trading-stop": Entry(Endpoint.OTHER, 10, None, trading_stop.set),
            "position/set-tpsl-mode": Entry(Endpoint.OTHER, 10, None, settings.set_tpsl_mode),
            "position/set-risk-limit": Entry(Endpoint.OTHER, 10, None, settings.set_risk_limit),
            "position/confirm-pending-mmr": Entry(Endpoint.OTHER, 10, None, settings.confirm_risk_limit),
            "position/add-margin": Entry(Endpoint.OTHER, 10, None, settings.add_margin),
            "position/set-auto-add-margin": Entry(Endpoint.OTHER, 10, None, settings.set_auto_add_margin),
            "position/move-positions": Entry(Endpoint.OTHER, 10, None, settings.move_positions),
            "account/set-margin-mode": Entry(Endpoint.OTHER, 5, None, settings.set_margin_mode),
        }
        self.rest: dict[tuple[str, str], Operation] = {
            (method, f"/v5/{name}"): _operation(name, entry, Security.READ if method == GET else Security.TRADE)
            for method, entries in ((GET, gets), (POST, posts))
            for name, entry in entries.items()
        }
        self.socket = {op: self.rest[POST, f"/v5/{name}"] for op, name in SOCKET_OPERATIONS.items()}

    def look_after_positions(self) -> None:
        """Begin to arm positions with stops; call it once the private streams listen, which come first."""
        self.protection.listen()
        self._spot_protection.listen()
        self._reduce_only.listen()

    def renderers(self) -> Renderers:
        """Return how the private topics word orders, executions and positions."""
        return Renderers(
            order=lambda event: [pushed(event.order, self._closed_pnl.of_order(event.order))],
            execution=lambda execution: [pushed_fill(execution)],
            funding=self._funding,
            positions=self._positions.pushed,
        )

    def _funding(self, event: AccountEvent) -> list[Json]:
        """Return a funding payment that is being told: it is the account's newest movement."""
        if event.kind is not AccountEventKind.FUNDING or event.instrument is None:
            return []
        return [pushed_funding(next(self._exchange.flows.newest_first(event.account)), event.instrument)]


def _operation(name: str, entry: Entry, security: Security) -> Operation:
    return Operation(
        endpoint=entry.endpoint,
        security=security,
        run=entry.run,
        quota=per_second(name, entry.limit, linear=entry.linear),
        units=batch_size if name.endswith("-batch") else None,
        endpoint_of=_realtime_endpoint if name == "order/realtime" else None,
    )


def _realtime_endpoint(call: Call) -> Endpoint:
    """Tell a look-up of one order from one of the open orders: Bybit has one path for both."""
    return Endpoint.QUERY if names_an_order(Parameters.of_query(call.query)) else Endpoint.OPEN_ORDERS
