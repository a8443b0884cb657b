"""Transfers between an account's wallets ("User Universal Transfer"): of spot and USD-M futures, the two there are."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum

from venuesim.binance.errors import BinanceError
from venuesim.binance.operations import Request, Result
from venuesim.binance.parameters import Parameters
from venuesim.exchange.accounts import Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.flows import Flow
from venuesim.exchange.margin import available
from venuesim.exchange.vocabulary import FlowKind

PERMISSION = "transfer"
SIZE, SIZE_MAX = 10, 100
DAYS_SHOWN_MS = 7 * 86_400_000


class TransferType(StrEnum):
    """Where from and where to, as far as it begins or ends in spot; the venue has more."""

    MAIN_UMFUTURE = "MAIN_UMFUTURE"
    UMFUTURE_MAIN = "UMFUTURE_MAIN"
    MAIN_CMFUTURE = "MAIN_CMFUTURE"
    CMFUTURE_MAIN = "CMFUTURE_MAIN"
    MAIN_MARGIN = "MAIN_MARGIN"
    MARGIN_MAIN = "MARGIN_MAIN"
    MAIN_FUNDING = "MAIN_FUNDING"
    FUNDING_MAIN = "FUNDING_MAIN"
    MAIN_OPTION = "MAIN_OPTION"
    OPTION_MAIN = "OPTION_MAIN"
    MAIN_PORTFOLIO_MARGIN = "MAIN_PORTFOLIO_MARGIN"
    PORTFOLIO_MARGIN_MAIN = "PORTFOLIO_MARGIN_MAIN"


_SIGNS: Mapping[TransferType, int] = {TransferType.MAIN_UMFUTURE: -1, TransferType.UMFUTURE_MAIN: 1}
"""Those that there are here, and which way they move spot's balance."""


class Transfers:
    """Moves cash between the two wallets, and lists what was moved."""

    def __init__(self, spot: Exchange, futures: Exchange) -> None:
        self._spot = spot
        self._futures = futures

    def make(self, request: Request) -> Result:
        """Move cash. Assumption: the codes of its refusals, which the document does not name."""
        kind = _kind(request.parameters)
        asset, amount = request.parameters.required("asset"), request.parameters.decimal("amount")
        request.all_read()
        if PERMISSION not in request.account.granted:
            raise BinanceError(-1002, "You are not authorized to execute this request.")
        other = self._futures.account_of(request.account.api_key)
        if kind not in _SIGNS or other is None:
            raise BinanceError(-9000, "user have no avaliable amount")
        moved = amount * _SIGNS[kind]
        sides = [(self._spot, request.account, moved), (self._futures, other, -moved)]
        if any(change < 0 and -change > _free(exchange, account, asset) for exchange, account, change in sides):
            raise BinanceError(-5013, "Asset transfer failed: insufficient balance")
        for exchange, account, change in sides:
            exchange.clearing.move_cash(account, asset, change, kind=FlowKind.TRANSFER)
        return Result({"tranId": next(self._spot.flows.newest_first(request.account)).flow_id})

    def listed(self, request: Request) -> Result:
        """List the transfers of one type, newest first; of the last seven days unless it is said since when."""
        parameters = request.parameters
        kind = _kind(parameters)
        start_ms, end_ms = parameters.time_ms("startTime"), parameters.time_ms("endTime")
        size = min(parameters.integer("size", SIZE) or SIZE, SIZE_MAX)
        page = max(1, parameters.integer("current", 1) or 1)
        parameters.skip("fromSymbol", "toSymbol")
        request.all_read()
        begin_ms = request.now_ms - DAYS_SHOWN_MS if start_ms is None else start_ms
        found = [
            _row(flow, kind)
            for flow in self._spot.flows.newest_first(request.account)
            if _is_of(flow, kind) and begin_ms <= flow.time_ms <= (request.now_ms if end_ms is None else end_ms)
        ]
        return Result({"total": len(found), "rows": found[(page - 1) * size : page * size]})


def _kind(parameters: Parameters) -> TransferType:
    return parameters.choice("type", TransferType, -1102, "Mandatory parameter 'type' was malformed.")


def _free(exchange: Exchange, account: Account, asset: str) -> Decimal:
    return min(account.balances[asset].free, available(account, asset, exchange.markets))


def _is_of(flow: Flow, kind: TransferType) -> bool:
    return flow.kind is FlowKind.TRANSFER and kind in _SIGNS and flow.amount * _SIGNS[kind] > 0


def _row(flow: Flow, kind: TransferType) -> dict[str, object]:
    return {
        "asset": flow.asset,
        "amount": f"{abs(flow.amount):f}",
        "type": kind.value,
        "status": "CONFIRMED",
        "tranId": flow.flow_id,
        "timestamp": flow.time_ms,
    }
