"""What an account could still do: its largest orders, another leverage, its fees.

Sources: "Get maximum order quantity", "Get maximum available balance/equity", "Get fee rates", "Get leverage estimated
info" of the v5 documentation.
"""

from decimal import Decimal

from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.fees import rate_of
from venuesim.exchange.instruments import Instrument, floor_to
from venuesim.exchange.margin import available
from venuesim.exchange.vocabulary import MarginMode, PositionSide, Side
from venuesim.okx import errors
from venuesim.okx.errors import OkxError
from venuesim.okx.fee_tiers import level_name
from venuesim.okx.instruments import Instruments, InstrumentType, instrument_id, instrument_type, shown_size
from venuesim.okx.operations import Request, Result
from venuesim.okx.rendering import Json
from venuesim.okx.rules import price_limits
from venuesim.okx.trade_terms import (
    AccountLevel,
    TradeMode,
    holding_in,
    level_of,
    pocket_of,
)
from venuesim.wire.calls import plain

KEPT_MS = 90 * 86_400_000
INSTRUMENTS_MAX = 5


class AccountFigures:
    """Limits and fees of accounts."""

    def __init__(self, *, exchange: Exchange, instruments: Instruments) -> None:
        self._exchange = exchange
        self._instruments = instruments

    def max_size(self, request: Request) -> Result:
        """Show how much could be bought and sold, in the units of `sz`."""
        return Result(data=[self._max_size(request, instrument) for instrument in self._named(request)])

    def _max_size(self, request: Request, instrument: Instrument) -> Json:
        query, account = request.query, request.account
        market = self._exchange.markets[instrument.symbol]
        buy_price = query.decimal_or_none("px")
        sell_price = buy_price
        if buy_price is None:
            buy_price, sell_price = price_limits(market) if instrument.is_linear else (market.statistics.last,) * 2
        assert sell_price is not None, "both are set together"
        free = max(ZERO, available(account, instrument.quote, self._exchange.markets))
        if not instrument.is_linear:
            base = max(ZERO, available(account, instrument.base, self._exchange.markets))
            return {
                "instId": instrument_id(instrument),
                "ccy": instrument.base,
                "maxBuy": plain(floor_to(free / buy_price, instrument.lot_size)),
                "maxSell": plain(base * 1),
            }
        mode = MarginMode(query.choice("tdMode", TradeMode).value)
        leverage = query.decimal_or_none("leverage")
        sizes = {
            side: self._opens(account, instrument, mode, side, price, leverage, free)
            for side, price in ((Side.BUY, buy_price), (Side.SELL, sell_price))
        }
        return {
            "instId": instrument_id(instrument),
            "ccy": instrument.quote,
            "maxBuy": shown_size(instrument, sizes[Side.BUY]),
            "maxSell": shown_size(instrument, sizes[Side.SELL]),
        }

    def _opens(
        self,
        account: Account,
        instrument: Instrument,
        mode: MarginMode,
        side: Side,
        price: Decimal,
        leverage: Decimal | None,
        free: Decimal,
    ) -> Decimal:
        """Return the base quantity that an order of this side could have, what it closes included."""
        position_side = PositionSide.NET
        if account.is_hedged:
            position_side = PositionSide.LONG if side is Side.BUY else PositionSide.SHORT
        holding = holding_in(account, instrument, pocket_of(account, mode, position_side))
        times = holding.leverage if leverage is None else leverage
        closes = holding.reducible(side, position_side)
        fee = rate_of(account, instrument, is_maker=False)
        opens = free / (price * (1 / times + fee))
        fitting = [tier.notional_max for tier in instrument.margin_tiers if tier.leverage_max >= times]
        largest = max(fitting, default=ZERO) / price
        return floor_to(2 * closes + min(opens, largest), instrument.lot_size)

    def max_available(self, request: Request) -> Result:
        """Show what balance or equity there is to buy and sell with."""
        account = request.account
        rows: list[object] = []
        for instrument in self._named(request):
            quote = max(ZERO, available(account, instrument.quote, self._exchange.markets))
            base = max(ZERO, available(account, instrument.base, self._exchange.markets))
            rows.append(
                {
                    "instId": instrument_id(instrument),
                    "availBuy": plain(quote),
                    "availSell": plain(quote if instrument.is_linear else base),
                }
            )
        return Result(data=rows)

    def _named(self, request: Request) -> list[Instrument]:
        """Return the instruments that a query names, checked against its trade mode."""
        query = request.query
        named = query.required("instId").split(",")
        mode = query.choice("tdMode", TradeMode)
        if len(named) > INSTRUMENTS_MAX:
            raise OkxError("50025", f"Parameter instId count exceeds the limit {INSTRUMENTS_MAX}.")
        listed = [self._instruments.named(name) for name in named]
        if len({instrument.is_linear for instrument in listed}) > 1:
            raise OkxError("59004", "Only IDs with the same instrument type are supported")
        is_contract = listed[0].is_linear
        if is_contract is (mode is TradeMode.CASH):
            raise errors.malformed("tdMode") if is_contract else errors.unsupported_mode()
        if is_contract and level_of(request.account) is AccountLevel.SPOT:
            raise errors.unsupported_mode()
        return listed

    # Fees and the rest

    def trade_fee(self, request: Request) -> Result:
        """Show the account's fee rates for pairs or swaps; OKX writes a charge as a negative rate."""
        query, account = request.query, request.account
        kind = query.choice("instType", InstrumentType)
        listed = self._instruments.of_type(kind)
        named = self._instruments.read_optional(query)
        if named is not None and instrument_type(named) is not kind:
            raise OkxError("51015", "Instrument ID doesn't match instrument type.")
        example = named or (listed[0] if listed else None)
        maker = "" if example is None else plain(-rate_of(account, example, is_maker=True))
        taker = "" if example is None else plain(-rate_of(account, example, is_maker=False))
        is_swap = kind is InstrumentType.SWAP
        group: list[object] = [] if example is None else [{"groupId": "1", "maker": maker, "taker": taker}]
        return Result(
            data=[
                {
                    "category": "1",
                    "delivery": "",
                    "exercise": "",
                    "feeGroup": group,
                    "fiat": [],
                    "instType": kind.value,
                    "level": level_name(account),
                    "maker": maker,
                    "makerU": maker if is_swap else "",
                    "makerUSDC": maker,
                    "ruleType": "normal",
                    "settle": "",
                    "taker": taker,
                    "takerU": taker if is_swap else "",
                    "takerUSDC": taker,
                    "ts": str(request.now_ms),
                }
            ]
        )

    def leverage_estimate(self, request: Request) -> Result:
        """Show what another leverage would mean for a contract."""
        query, account = request.query, request.account
        instrument = self._instruments.named(query.required("instId"))
        mode = query.choice("mgnMode", MarginMode)
        leverage = query.decimal("lever")
        if not instrument.is_linear:
            raise OkxError("54000", "Margin trading is not supported.")
        if leverage > instrument.leverage_max:
            raise OkxError("59102", "Leverage exceeds the maximum limit. Please lower the leverage.")
        market = self._exchange.markets[instrument.symbol]
        free = max(ZERO, available(account, instrument.quote, self._exchange.markets))
        opens = self._opens(account, instrument, mode, Side.BUY, market.mark, leverage, free)
        has_orders = bool(account.open_orders_of(instrument.symbol))
        return Result(
            data=[
                {
                    "estAvailQuoteTrans": "",
                    "estAvailTrans": "",
                    "estLiqPx": "",
                    "estMaxAmt": shown_size(instrument, opens),
                    "estMgn": "",
                    "estQuoteMaxAmt": "",
                    "estQuoteMgn": "",
                    "existOrd": has_orders,
                    "maxLever": str(instrument.leverage_max),
                    "minLever": "0.01",
                }
            ]
        )

    def nothing(self, request: Request) -> Result:
        """List what accounts here never have: interest on borrowings."""
        assert request.signer is not None, "the operation is private"
        return Result(data=[])

    def not_in_this_mode(self, request: Request) -> Result:
        """Refuse what belongs to margin trading and the modes of several currencies, which are not simulated."""
        assert request.signer is not None, "the operation is private"
        raise errors.unsupported_mode()
