"""The operations on orders, algo orders and account settings, each with its endpoint name and documented limit."""

from collections.abc import Callable

from venuesim.faults import Endpoint
from venuesim.okx.account_figures import AccountFigures
from venuesim.okx.account_settings import AccountSettings
from venuesim.okx.algo_trading import AlgoTrading
from venuesim.okx.amending import Amending
from venuesim.okx.canceling import Canceling
from venuesim.okx.limits import SECONDS
from venuesim.okx.operations import Operation, Request, Result, Security
from venuesim.okx.placing import Placing
from venuesim.okx.position_figures import PositionFigures
from venuesim.okx.trading import Trading
from venuesim.wire.windows import Window

Run = Callable[[Request], Result]


class TradeCatalog:
    """The trading half: `gets` and `posts` by REST path, `socket` by the op of a frame."""

    def __init__(
        self,
        *,
        placing: Placing,
        amending: Amending,
        canceling: Canceling,
        trading: Trading,
        algos: AlgoTrading,
        settings: AccountSettings,
        figures: AccountFigures,
        positions: PositionFigures,
    ) -> None:
        place, amend = _change(Endpoint.PLACE, placing.place), _change(Endpoint.AMEND, amending.amend)
        cancel = _change(Endpoint.CANCEL, canceling.cancel)
        place_batch = _change(Endpoint.PLACE, placing.place, is_batch=True)
        amend_batch = _change(Endpoint.AMEND, amending.amend, is_batch=True)
        cancel_batch = _change(Endpoint.CANCEL, canceling.cancel, is_batch=True)
        mass_cancel = _change(Endpoint.CANCEL, canceling.mass_cancel)
        self.gets = _look_ups(trading, algos, settings, figures, positions)
        self.posts = {
            "trade/order": place,
            "trade/batch-orders": place_batch,
            "trade/amend-order": amend,
            "trade/amend-batch-orders": amend_batch,
            "trade/cancel-order": cancel,
            "trade/cancel-batch-orders": cancel_batch,
            "trade/mass-cancel": mass_cancel,
            "trade/cancel-all-after": _post("cancel-all-after", 1, canceling.cancel_all_after, seconds=1),
            "trade/close-position": _post("close-position", 20, canceling.close_position),
            "trade/order-precheck": _post("order-precheck", 5, figures.not_in_this_mode),
            "trade/order-algo": _change(Endpoint.PLACE, algos.place),
            "trade/cancel-algos": _change(Endpoint.CANCEL, algos.cancel, is_batch=True),
            "trade/amend-algos": _change(Endpoint.AMEND, algos.amend),
            "account/set-position-mode": _post("set-position-mode", 5, settings.set_position_mode),
            "account/set-account-level": _post("set-account-level", 5, settings.set_account_level),
            "account/set-isolated-mode": _post("set-isolated-mode", 5, settings.set_isolated_mode),
            "account/set-leverage": _post("set-leverage", 20, settings.set_leverage),
            "account/position/margin-balance": _post("margin-balance", 20, positions.change_margin),
            "account/set-auto-loan": _post("set-auto-loan", 5, figures.not_in_this_mode),
            "account/spot-manual-borrow-repay": _post("manual-borrow-repay", 1, figures.not_in_this_mode),
        }
        self.socket = {
            "order": place,
            "batch-orders": place_batch,
            "amend-order": amend,
            "batch-amend-orders": amend_batch,
            "cancel-order": cancel,
            "batch-cancel-orders": cancel_batch,
            "mass-cancel": mass_cancel,
        }


def _look_ups(
    trading: Trading,
    algos: AlgoTrading,
    settings: AccountSettings,
    figures: AccountFigures,
    positions: PositionFigures,
) -> dict[str, Operation]:
    query, other = Endpoint.QUERY, Endpoint.OTHER
    rows: list[tuple[str, Endpoint, int, Run]] = [
        ("trade/order", query, 60, trading.query),
        ("trade/orders-pending", Endpoint.OPEN_ORDERS, 60, trading.pending),
        ("trade/orders-history", query, 40, trading.history),
        ("trade/orders-history-archive", query, 20, trading.archive),
        ("trade/fills", Endpoint.EXECUTIONS, 60, trading.fills),
        ("trade/fills-history", Endpoint.EXECUTIONS, 10, trading.fills_history),
        ("trade/order-algo", query, 20, algos.query),
        ("trade/orders-algo-pending", Endpoint.OPEN_ORDERS, 20, algos.pending),
        ("trade/orders-algo-history", query, 20, algos.history),
        ("account/config", other, 5, settings.config),
        ("account/leverage-info", other, 20, settings.leverage),
        ("account/adjust-leverage-info", other, 5, figures.leverage_estimate),
        ("account/positions", Endpoint.POSITIONS, 10, positions.positions),
        ("account/positions-history", other, 10, positions.positions_history),
        ("account/account-position-risk", other, 10, positions.risk),
        ("account/max-size", other, 20, figures.max_size),
        ("account/max-avail-size", other, 20, figures.max_available),
        ("account/trade-fee", other, 5, figures.trade_fee),
        ("account/interest-accrued", other, 5, figures.nothing),
        ("account/spot-borrow-repay-history", other, 5, figures.nothing),
        ("account/max-loan", other, 20, figures.not_in_this_mode),
        ("account/interest-limits", other, 5, figures.not_in_this_mode),
    ]
    return {
        name: Operation(endpoint=endpoint, security=Security.READ, run=run, window=Window(name, requests_max, SECONDS))
        for name, endpoint, requests_max, run in rows
    }


def _post(name: str, requests_max: int, run: Run, *, seconds: int = SECONDS) -> Operation:
    """Return a setting: limited by the account like a look-up."""
    return Operation(
        endpoint=Endpoint.OTHER, security=Security.TRADE, run=run, window=Window(name, requests_max, seconds)
    )


def _change(endpoint: Endpoint, run: Run, *, is_batch: bool = False) -> Operation:
    """Return an operation on orders, which counts its own limits by instrument."""
    return Operation(endpoint=endpoint, security=Security.TRADE, run=run, is_batch=is_batch)
