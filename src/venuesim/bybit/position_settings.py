"""How positions are held: leverage, margin mode, position mode, and the margin of an isolated one."""

from decimal import Decimal

from venuesim.bybit import errors
from venuesim.bybit.errors import BybitError
from venuesim.bybit.listing import Instruments
from venuesim.bybit.operations import Request, Result
from venuesim.bybit.parameters import Category, Parameters
from venuesim.bybit.positions import AUTO_ADD_MARGIN, Positions
from venuesim.bybit.reading import position_side_of
from venuesim.exchange.accounts import Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import AccountEventKind
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.positions import Position
from venuesim.exchange.vocabulary import MarginMode
from venuesim.wire.calls import plain

LEVERAGE_STEP = Decimal("0.01")
MARGIN_STEP = Decimal("0.0001")
ONE_WAY, HEDGED = 0, 3
MARGIN_MODES = {"REGULAR_MARGIN": MarginMode.CROSS, "ISOLATED_MARGIN": MarginMode.ISOLATED}
PORTFOLIO = "PORTFOLIO_MARGIN"
SETTLEMENT = "USDT"


class PositionSettings:
    """Changes how an account holds its contracts."""

    def __init__(self, *, exchange: Exchange, instruments: Instruments, positions: Positions) -> None:
        self._exchange = exchange
        self._instruments = instruments
        self._positions = positions

    def set_leverage(self, request: Request) -> Result:
        """Set a contract's leverage ("Set Leverage"). Both sides must have the same (in hedge mode too: assumption)."""
        parameters, account = request.parameters, request.account
        instrument = self._contract(parameters)
        leverage, other = parameters.decimal("buyLeverage"), parameters.decimal("sellLeverage")
        if leverage != other:
            raise BybitError(10001, "buy leverage must be equal to sell leverage")
        if leverage < 1 or leverage % LEVERAGE_STEP:
            raise BybitError(10001, "params error: buyLeverage invalid")
        if leverage > instrument.leverage_max:
            shown = f"[{leverage * 100:.0f}] gt maxLeverage [{instrument.leverage_max * 100}]"
            raise BybitError(110013, f"cannot set leverage {shown} by risk limit")
        holding = account.holding(instrument)
        if holding.leverage == leverage:
            raise BybitError(110043, "leverage not modified")
        mark = self._exchange.markets[instrument.symbol].mark
        if any(
            instrument.tier_of(position.notional(mark)).leverage_max < leverage for position in holding.open_positions()
        ):
            raise BybitError(110013, "Cannot set leverage due to risk limit level.")
        if not self._exchange.clearing.set_leverage(account, instrument, leverage):
            raise BybitError(110044, "Available margin is insufficient.")
        return Result(result={}, accepted=True)

    def switch_mode(self, request: Request) -> Result:
        """Switch one contract, or all of a coin without positions and orders, to one-way or hedge mode."""
        parameters, account = request.parameters, request.account
        if parameters.category() is not Category.LINEAR:
            raise errors.parameter("params error: category invalid")
        mode = parameters.integer("mode")
        if mode not in {ONE_WAY, HEDGED}:
            raise errors.parameter("params error: mode invalid")
        hedged = mode == HEDGED
        if parameters.has("symbol"):
            self._switch_contract(account, self._contract(parameters), hedged=hedged)
        elif parameters.has("coin"):
            self._switch_coin(account, parameters.required("coin"), hedged=hedged)
        else:
            raise errors.parameter("params error: symbol or coin is required")
        return Result(result={}, accepted=True)

    def _switch_contract(self, account: Account, instrument: Instrument, *, hedged: bool) -> None:
        if account.hedges(instrument) is hedged:
            raise BybitError(110025, "Position mode is not modified")
        holding = account.holding(instrument)
        if not holding.is_flat:
            raise BybitError(110024, "You have an existing position, so the position mode cannot be switched.")
        if account.open_orders_of(instrument.symbol):
            raise BybitError(110028, "You have existing open orders, so the position mode cannot be switched.")
        holding.is_hedged = hedged
        self._exchange.clearing.tell(account, AccountEventKind.POSITION_MODE, instrument=instrument)

    def _switch_coin(self, account: Account, coin: str, *, hedged: bool) -> None:
        if coin != SETTLEMENT:
            raise BybitError(110050, "Invalid coin")
        contracts = [market.instrument for market in self._exchange.markets.values() if market.instrument.is_linear]
        if all(account.hedges(instrument) is hedged for instrument in contracts):
            raise BybitError(110025, "Position mode is not modified")
        for instrument in contracts:
            holding = account.holdings.get(instrument.symbol)
            if holding is None:
                continue
            is_busy = not holding.is_flat or account.open_orders_of(instrument.symbol)
            holding.is_hedged = account.hedges(instrument) if is_busy else hedged
        account.is_hedged = hedged
        self._exchange.clearing.tell(account, AccountEventKind.POSITION_MODE)

    def set_margin_mode(self, request: Request) -> Result:
        """Set the account's margin mode; its positions come along ("Set Margin Mode")."""
        account = request.account
        name = request.parameters.required("setMarginMode")
        if name == PORTFOLIO:
            raise BybitError(3400045, "Set margin mode failed")
        if name not in MARGIN_MODES:
            raise errors.parameter("params error: setMarginMode invalid")
        mode = MARGIN_MODES[name]
        if account.margin_mode is not mode:
            account.margin_mode = mode
            for holding in list(account.holdings.values()):
                self._exchange.clearing.set_margin_mode(account, holding.instrument, mode)
        return Result(result={"reasons": []}, message="Request accepted", accepted=True)

    def switch_isolated(self, _: Request) -> Result:
        """Refuse what unified accounts set for the whole account ("Switch Cross/Isolated Margin")."""
        raise BybitError(100028, "The API cannot be accessed by unified account users.")

    def add_margin(self, request: Request) -> Result:
        """Add margin to an isolated position, or below zero take from it ("Add Or Reduce Margin")."""
        parameters, account = request.parameters, request.account
        position = self._position(parameters, account)
        amount = parameters.signed("margin")
        if not amount or amount % MARGIN_STEP:
            raise errors.parameter("params error: margin invalid")
        if account.holding_of(position).margin_mode is not MarginMode.ISOLATED:
            raise BybitError(110015, "The position is in cross margin mode.")
        if not position.is_open:
            raise BybitError(110033, "You can't set margin without an open position")
        if not self._exchange.clearing.add_position_margin(account, position, amount):
            if amount > 0:
                raise BybitError(110014, "Insufficient available balance to add additional margin.")
            raise BybitError(110078, "Added margin more than max can reduce margin")
        return Result(result={"category": "linear", **self._positions.row(account, position)}, accepted=True)

    def set_auto_add_margin(self, request: Request) -> Result:
        """Keep the switch for adding margin to an isolated position (nothing is added: approximate)."""
        parameters, account = request.parameters, request.account
        position = self._position(parameters, account)
        wanted = parameters.integer("autoAddMargin")
        if wanted not in {0, 1}:
            raise errors.parameter("params error: autoAddMargin invalid")
        if account.holding_of(position).margin_mode is not MarginMode.ISOLATED:
            raise BybitError(110076, "Only isolated mode can set auto-add-margin")
        if position.settings.get(AUTO_ADD_MARGIN, "0") == str(wanted):
            raise BybitError(110027, "Margin has not been modified.")
        position.settings[AUTO_ADD_MARGIN] = str(wanted)
        self._exchange.clearing.tell(account, AccountEventKind.POSITION_MARGIN, instrument=position.instrument)
        return Result(result={}, accepted=True)

    def set_tpsl_mode(self, request: Request) -> Result:
        """Take a mode that no longer means anything: every order has its own ("Set TP/SL Mode")."""
        self._contract(request.parameters)
        mode = request.parameters.required("tpSlMode")
        if mode not in {"Full", "Partial"}:
            raise errors.parameter("params error: tpSlMode invalid")
        return Result(result={"tpSlMode": mode})

    def set_risk_limit(self, request: Request) -> Result:
        """Take a risk limit without effect: the venue chooses it by the position ("Set Risk Limit")."""
        instrument = self._contract(request.parameters)
        risk_id = request.parameters.integer("riskId")
        if risk_id is None or not 1 <= risk_id <= len(instrument.margin_tiers):
            raise BybitError(110031, "Non-existing risk limit info, please check the risk limit rules.")
        limit = plain(instrument.margin_tiers[risk_id - 1].notional_max)
        return Result(result={"category": "linear", "riskId": risk_id, "riskLimitValue": limit})

    def confirm_risk_limit(self, request: Request) -> Result:
        """Refuse to lift a reduce-only mark that no position bears ("Confirm New Risk Limit")."""
        self._contract(request.parameters)
        raise BybitError(
            110082,
            "You cannot lift Reduce-Only restrictions, as no Reduce-Only restrictions are applied to your position",
        )

    def move_positions(self, _: Request) -> Result:
        """Refuse to move positions: there are no other accounts of the same owner."""
        raise errors.not_permitted()

    def _contract(self, parameters: Parameters) -> Instrument:
        if parameters.category() is not Category.LINEAR:
            raise errors.parameter("params error: category invalid")
        return self._instruments.to_trade(parameters)

    def _position(self, parameters: Parameters, account: Account) -> Position:
        instrument = self._contract(parameters)
        return account.holding(instrument).position(position_side_of(parameters, account, instrument))
