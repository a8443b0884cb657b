"""How an account is set up: its mode, its position mode, and the leverage of its contracts.

Sources: "Get account configuration", "Set account mode", "Set position mode", "Set leverage", "Get leverage" of the v5
documentation, and the 59000 class of its error codes.
"""

from decimal import Decimal
from enum import StrEnum
from itertools import product

from venuesim.exchange.accounts import Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import AccountEventKind
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.vocabulary import MarginMode, PositionSide
from venuesim.okx import errors
from venuesim.okx.algo_orders import AlgoBook
from venuesim.okx.errors import OkxError
from venuesim.okx.fee_tiers import level_name
from venuesim.okx.instruments import Instruments, instrument_id
from venuesim.okx.operations import Request, Result
from venuesim.okx.order_words import user_id
from venuesim.okx.parameters import Parameters
from venuesim.okx.positions import all_positions
from venuesim.okx.trade_terms import (
    AccountLevel,
    PositionMode,
    holding_in,
    level_of,
    pocket_of,
    position_mode_of,
    prevention_of,
    read_position_side,
)
from venuesim.wire.calls import plain

LEVERAGE_MIN = Decimal(1)
INSTRUMENTS_MAX = 20

_PERMISSIONS = {"read": "read_only", "trade": "trade", "withdraw": "withdraw"}


class IsolatedMode(StrEnum):
    """The `isoMode` values of contracts."""

    AUTOMATIC = "automatic"
    AUTONOMY = "autonomy"


class IsolatedType(StrEnum):
    """The `type` values of set-isolated-mode."""

    MARGIN = "MARGIN"
    CONTRACTS = "CONTRACTS"


class AccountSettings:
    """The settings of accounts."""

    def __init__(self, *, exchange: Exchange, instruments: Instruments, algos: AlgoBook) -> None:
        self._exchange = exchange
        self._instruments = instruments
        self._algos = algos

    def config(self, request: Request) -> Result:
        """Show the account's configuration."""
        account = request.account
        return Result(
            data=[
                {
                    "uid": user_id(account),
                    "mainUid": user_id(account),
                    "acctLv": level_of(account).value,
                    "acctStpMode": prevention_of(account).value,
                    "posMode": position_mode_of(account).value,
                    "autoLoan": False,
                    "greeksType": "PA",
                    "feeType": "0",
                    "level": level_name(account),
                    "levelTmp": "",
                    "ctIsoMode": "automatic",
                    "mgnIsoMode": "automatic",
                    "spotOffsetType": "",
                    "stgyType": "0",
                    "roleType": "0",
                    "traderInsts": [],
                    "spotRoleType": "0",
                    "spotTraderInsts": [],
                    "opAuth": "0",
                    "kycLv": "3",
                    "label": "venuesim",
                    "ip": "",
                    "perm": ",".join(text for name, text in _PERMISSIONS.items() if account.may(name)),
                    "liquidationGear": "-1",
                    "enableSpotBorrow": False,
                    "spotBorrowAutoRepay": False,
                    "type": "0",
                    "settleCcy": "USDT",
                    "settleCcyList": ["USD", "USDC", "USDG"],
                }
            ]
        )

    def set_position_mode(self, request: Request) -> Result:
        """Switch between net and long/short mode; contracts must be without positions and orders."""
        mode = _item(request).choice("posMode", PositionMode)
        account = request.account
        if level_of(account) is AccountLevel.SPOT:
            raise errors.unsupported_mode()
        if mode is not position_mode_of(account):
            self._check_idle(account)
            account.is_hedged = mode is PositionMode.LONG_SHORT
            self._exchange.clearing.tell(account, AccountEventKind.POSITION_MODE)
        return Result(data=[{"posMode": mode.value}])

    def set_account_level(self, request: Request) -> Result:
        """Switch between spot and futures mode. Assumption: accounts here have too little for the other two modes."""
        level = _item(request).choice("acctLv", AccountLevel)
        account = request.account
        if level in {AccountLevel.MULTI_CURRENCY, AccountLevel.PORTFOLIO}:
            message = (
                "You do not meet the requirements for switching to this account mode. "
                "Please upgrade the account mode on the OKX website or App"
            )
            raise OkxError("51070", message)
        if level is not level_of(account):
            if self._has_orders(account):
                message = (
                    "Unable to switch. Please close or cancel all open orders and refer to the pre-check endpoint to "
                    "stop any incompatible bots."
                )
                raise OkxError("59132", message)
            if _has_positions(account):
                message = "Unable to switch. Refer to the pre-check endpoint and close any incompatible positions."
                raise OkxError("59134", message)
            account.settings["acctLv"] = level.value
        return Result(data=[{"acctLv": level.value}])

    def set_isolated_mode(self, request: Request) -> Result:
        """Confirm automatic transfers of isolated margin; manual ones are not simulated."""
        item = _item(request)
        item.choice("type", IsolatedType)
        if item.choice("isoMode", IsolatedMode) is IsolatedMode.AUTONOMY:
            raise OkxError("59006", "This feature is unavailable and will go offline soon.")
        return Result(data=[{"isoMode": IsolatedMode.AUTOMATIC.value}])

    # Leverage

    def set_leverage(self, request: Request) -> Result:
        """Set the leverage of a contract in one margin mode, isolated long/short mode: of one side."""
        item, account = _item(request), request.account
        if item.has("ccy") and not item.has("instId"):
            raise OkxError("54000", "Margin trading is not supported.")
        instrument = self._instruments.named(item.required("instId"))
        mode = item.choice("mgnMode", MarginMode)
        leverage = item.decimal("lever")
        _check_contract(account, instrument)
        if leverage < LEVERAGE_MIN:
            message = f"Leverage can't be less than {LEVERAGE_MIN}. Please increase the leverage."
            raise OkxError("59105", message, status=400)
        if leverage > instrument.leverage_max:
            raise OkxError("59102", "Leverage exceeds the maximum limit. Please lower the leverage.")
        has_sides = account.is_hedged and mode is MarginMode.ISOLATED
        side = read_position_side(item, account) if has_sides else PositionSide.NET
        self._apply_leverage(account, instrument, mode, side, leverage)
        # Assumption: the side is shown for isolated margin only.
        shown_side = side.value if mode is MarginMode.ISOLATED else ""
        return Result(
            data=[
                {
                    "instId": instrument_id(instrument),
                    "lever": plain(leverage),
                    "mgnMode": mode.value,
                    "posSide": shown_side,
                }
            ]
        )

    def _apply_leverage(
        self, account: Account, instrument: Instrument, mode: MarginMode, side: PositionSide, leverage: Decimal
    ) -> None:
        pocket = pocket_of(account, mode, side)
        if any(algo.pocket == pocket and algo.symbol == instrument.symbol for algo in self._algos.live(account)):
            is_cross = mode is MarginMode.CROSS
            code, name = ("59669", "cross-margin") if is_cross else ("59668", "isolated margin")
            message = (
                f"Cancel {name} TP/SL, trailing, trigger, and chase orders or stop bots before adjusting your leverage."
            )
            raise OkxError(code, message)
        holding_in(account, instrument, pocket)
        if not self._exchange.clearing.set_leverage(account, instrument, leverage, pocket):
            message = "Account margin is insufficient and leverage is too low. Please increase the leverage."
            raise OkxError("59103", message)

    def leverage(self, request: Request) -> Result:
        """Show the leverage of contracts in one margin mode; in long/short mode a row for each side."""
        query, account = request.query, request.account
        mode = query.choice("mgnMode", MarginMode)
        named = query.required("instId").split(",")[:INSTRUMENTS_MAX]
        listed = [self._instruments.named(name) for name in named]
        for instrument in listed:
            _check_contract(account, instrument)
        sides = [PositionSide.LONG, PositionSide.SHORT] if account.is_hedged else [PositionSide.NET]
        return Result(
            data=[
                {
                    "ccy": "",
                    "instId": instrument_id(instrument),
                    "mgnMode": mode.value,
                    "posSide": side.value,
                    "lever": plain(holding_in(account, instrument, pocket_of(account, mode, side)).leverage),
                }
                for instrument, side in product(listed, sides)
            ]
        )

    # Checks

    def _check_idle(self, account: Account) -> None:
        if _has_positions(account) or self._has_orders(account):
            message = "Settings failed. Close any open positions or orders before modifying settings."
            raise OkxError("59000", message)

    def _has_orders(self, account: Account) -> bool:
        """Whether contracts have pending orders; those of pairs do not matter."""
        algos = (self._exchange.markets[algo.symbol].instrument for algo in self._algos.live(account))
        return any(order.instrument.is_linear for order in account.open_orders.values()) or any(
            instrument.is_linear for instrument in algos
        )


def _has_positions(account: Account) -> bool:
    return any(position.is_open for position in all_positions(account))


def _check_contract(account: Account, instrument: Instrument) -> None:
    if not instrument.is_linear:
        raise OkxError("54000", "Margin trading is not supported.")
    if level_of(account) is AccountLevel.SPOT:
        raise errors.unsupported_mode()


def _item(request: Request) -> Parameters:
    return request.items[0]
