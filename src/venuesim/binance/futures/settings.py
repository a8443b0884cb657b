"""Changes how an account trades: leverage, margin type, position and asset mode, isolated margin, fees in BNB."""

from collections import defaultdict, deque
from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from venuesim.binance.futures.algo_orders import AlgoBook
from venuesim.binance.futures.errors import Code, invalid_data, invalid_leverage, mandatory, refused
from venuesim.binance.futures.fields import Fields
from venuesim.binance.futures.formats import Json
from venuesim.binance.futures.symbols import Symbols
from venuesim.binance.futures.words import MarginType, position_side_word
from venuesim.binance.operations import Request, Result
from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import AccountEventKind
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.market import Market
from venuesim.exchange.positions import Position
from venuesim.exchange.vocabulary import MarginMode, PositionSide
from venuesim.wire.calls import plain

MULTI_ASSETS = "multi_assets"
BURNED_ASSET = "BNB"
BURN_DISCOUNT = Decimal("0.1")
"""Fees paid in BNB are a tenth cheaper ("BNB Burn")."""

CHANGES_KEPT = 1000
CHANGES_PAGE = 500
SUCCESS: Json = {"code": 200, "msg": "success"}
ADD, REDUCE = 1, 2


class MarginChange(NamedTuple):
    """One change of an isolated position's margin by its owner."""

    instrument: Instrument
    side: PositionSide
    change: int
    amount: Decimal
    time_ms: int


class Settings:
    """Changes and shows the settings of accounts. `asset_mode_changed` hears of another asset mode."""

    def __init__(self, *, exchange: Exchange, symbols: Symbols, algos: AlgoBook) -> None:
        self._exchange = exchange
        self._symbols = symbols
        self._algos = algos
        self.asset_mode_changed: list[Callable[[Account], None]] = []
        self._changes: defaultdict[int, deque[MarginChange]] = defaultdict(lambda: deque(maxlen=CHANGES_KEPT))

    # Leverage and margin type

    def change_leverage(self, request: Request) -> Result:
        """Give a contract another leverage."""
        fields, account = Fields(request.parameters), request.account
        market = self._symbols.read(fields.parameters)
        instrument = market.instrument
        leverage = fields.required_whole("leverage")
        if not 1 <= leverage <= instrument.leverage_max:
            raise invalid_leverage(leverage)
        holding = account.holding(instrument)
        if holding.margin_mode is MarginMode.ISOLATED and leverage < holding.leverage and not holding.is_flat:
            raise refused(Code.ISOLATED_LEVERAGE_REJECT_WITH_POSITION)
        allowed = instrument.notional_at(Decimal(leverage))
        if any(position.notional(market.mark) > allowed for position in holding.open_positions()):
            raise refused(Code.MAX_LEVERAGE_RATIO)
        if not self._exchange.clearing.set_leverage(account, instrument, Decimal(leverage)):
            raise refused(Code.MIN_LEVERAGE_RATIO)
        answer = {"leverage": leverage, "maxNotionalValue": plain(allowed), "symbol": instrument.venue_id}
        return Result(answer, accepted=True)

    def change_margin_type(self, request: Request) -> Result:
        """Let a contract be margined by the whole wallet or by what is set aside for it."""
        fields, account = Fields(request.parameters), request.account
        instrument = self._symbols.read(fields.parameters).instrument
        try:
            wire = MarginType(fields.text("marginType"))
        except ValueError:
            raise mandatory("marginType") from None
        mode = MarginMode.ISOLATED if wire is MarginType.ISOLATED else MarginMode.CROSS
        holding = account.holding(instrument)
        if holding.margin_mode is mode:
            raise refused(Code.NO_NEED_TO_CHANGE_MARGIN_TYPE)
        if mode is MarginMode.ISOLATED and is_multi_assets(account):
            raise refused(Code.JOINT_MARGIN_REJECT_WITH_ISOLATED)
        if self._has_open_orders(account, instrument.symbol):
            raise refused(Code.THERE_EXISTS_OPEN_ORDERS)
        if not holding.is_flat:
            raise refused(Code.THERE_EXISTS_QUANTITY)
        self._exchange.clearing.set_margin_mode(account, instrument, mode)
        return Result(SUCCESS, accepted=True)

    # Modes

    def position_mode(self, request: Request) -> Result:
        """Show whether long and short positions are held apart."""
        return Result({"dualSidePosition": request.account.is_hedged})

    def change_position_mode(self, request: Request) -> Result:
        """Hold long and short positions apart, or as one; for every contract."""
        account = request.account
        hedged = Fields(request.parameters).required_flag("dualSidePosition")
        if hedged is account.is_hedged:
            raise refused(Code.NO_NEED_TO_CHANGE_POSITION_SIDE)
        if self._has_open_orders(account, None):
            raise refused(Code.POSITION_SIDE_CHANGE_EXISTS_OPEN_ORDERS)
        if any(not holding.is_flat for holding in account.holdings.values()):
            raise refused(Code.POSITION_SIDE_CHANGE_EXISTS_QUANTITY)
        account.is_hedged = hedged
        self._exchange.clearing.tell(account, AccountEventKind.POSITION_MODE)
        return Result(SUCCESS, accepted=True)

    def multi_assets_mode(self, request: Request) -> Result:
        """Show whether all assets back the positions together."""
        return Result({"multiAssetsMargin": is_multi_assets(request.account)})

    def change_multi_assets_mode(self, request: Request) -> Result:
        """Let all assets back the positions together, or each its own."""
        account = request.account
        wanted = Fields(request.parameters).required_flag("multiAssetsMargin")
        if wanted is is_multi_assets(account):
            raise refused(Code.NO_NEED_TO_CHANGE_JOINT_MARGIN)
        if wanted and any(holding.margin_mode is MarginMode.ISOLATED for holding in account.holdings.values()):
            raise refused(Code.ISOLATED_REJECT_WITH_JOINT_MARGIN)
        if self._has_open_orders(account, None):
            raise refused(Code.JOINT_MARGIN_REJECT_WITH_OPEN_ORDER)
        account.settings[MULTI_ASSETS] = "true" if wanted else "false"
        for listener in self.asset_mode_changed:
            listener(account)
        return Result(SUCCESS, accepted=True)

    # Isolated margin

    def change_position_margin(self, request: Request) -> Result:
        """Move cash to or from an isolated position."""
        fields, account = Fields(request.parameters), request.account
        market = self._symbols.read(fields.parameters)
        amount = fields.number("amount")
        change = fields.required_whole("type")
        if change not in {ADD, REDUCE}:
            raise invalid_data("type")
        if amount <= 0:
            raise refused(Code.AMOUNT_MUST_BE_POSITIVE)
        position = self._isolated_position(fields, account, market)
        signed = amount if change == ADD else -amount
        if not self._exchange.clearing.add_position_margin(account, position, signed):
            raise refused(Code.CROSS_BALANCE_INSUFFICIENT if change == ADD else Code.ISOLATED_BALANCE_INSUFFICIENT)
        noted = MarginChange(market.instrument, position.side, change, amount, request.now_ms)
        self._changes[account.account_id].append(noted)
        answer = {
            "amount": float(amount),
            "code": 200,
            "msg": "Successfully modify position margin.",
            "type": change,
        }
        return Result(answer, accepted=True)

    def position_margin_history(self, request: Request) -> Result:
        """Show how the margin of isolated positions was changed."""
        fields = Fields(request.parameters)
        symbol = self._symbols.read(fields.parameters).instrument.symbol
        change = fields.whole("type")
        start_ms, end_ms = fields.period(days_max=30, now_ms=request.now_ms)
        limit = fields.limit(CHANGES_PAGE, CHANGES_KEPT)
        wanted = [
            _shown(noted)
            for noted in self._changes[request.account.account_id]
            if noted.instrument.symbol == symbol
            and change in {None, noted.change}
            and start_ms <= noted.time_ms <= end_ms
        ]
        return Result(wanted[-limit:])

    # Fees

    def fee_burn(self, request: Request) -> Result:
        """Show whether fees are paid in BNB."""
        return Result({"feeBurn": request.account.fee_terms.pays_in is not None})

    def change_fee_burn(self, request: Request) -> Result:
        """Pay fees in BNB while there is enough of it, or do not."""
        terms = request.account.fee_terms
        burns = Fields(request.parameters).required_flag("feeBurn")
        terms.pays_in = BURNED_ASSET if burns else None
        terms.discount = BURN_DISCOUNT if burns else ZERO
        return Result(SUCCESS, accepted=True)

    def _isolated_position(self, fields: Fields, account: Account, market: Market) -> Position:
        side = PositionSide.NET
        if account.is_hedged:
            word = fields.text("positionSide")
            if word not in {"LONG", "SHORT"}:
                raise refused(Code.POSITION_SIDE_NOT_MATCH)
            side = PositionSide(word.lower())
        elif fields.has("positionSide") and fields.text("positionSide") != "BOTH":
            raise refused(Code.POSITION_SIDE_NOT_MATCH)
        holding = account.holding(market.instrument)
        if holding.margin_mode is not MarginMode.ISOLATED:
            raise refused(Code.ADD_ISOLATED_MARGIN_REJECT)
        position = holding.position(side)
        if not position.is_open:
            raise refused(Code.ADD_ISOLATED_MARGIN_NO_POSITION_REJECT)
        return position

    def _has_open_orders(self, account: Account, symbol: str | None) -> bool:
        return bool(list(account.open_orders_of(symbol)) or self._algos.waiting(account, symbol))


def is_multi_assets(account: Account) -> bool:
    """Whether an account is in multi-assets mode."""
    return account.settings.get(MULTI_ASSETS) == "true"


def _shown(noted: MarginChange) -> Json:
    return {
        "symbol": noted.instrument.venue_id,
        "type": noted.change,
        "deltaType": "USER_ADJUST",
        "amount": plain(noted.amount),
        "asset": noted.instrument.quote,
        "time": noted.time_ms,
        "positionSide": position_side_word(noted.side),
    }
