"""New orders: reads them, applies the rules, hands them to the exchange."""

from decimal import Decimal

from venuesim.bybit import errors
from venuesim.bybit.errors import BybitError
from venuesim.bybit.limits import BybitLimits
from venuesim.bybit.operations import Json, Request, Result
from venuesim.bybit.parameters import Parameters
from venuesim.bybit.reading import OrderReader
from venuesim.bybit.rendering import ids
from venuesim.bybit.rules import check_rules
from venuesim.bybit.rules_linear import checked_contract_order
from venuesim.bybit.wallets import totals_of
from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.margin import wallet_margin
from venuesim.exchange.orders import Order, OrderRefused, OrderRequest
from venuesim.exchange.vocabulary import MarginMode, RefusalReason

SETTLEMENT = "USDT"


class Placing:
    """Places orders for order/create and its twins: the batch, and the trade socket."""

    def __init__(self, *, exchange: Exchange, reader: OrderReader, limits: BybitLimits) -> None:
        self._exchange = exchange
        self._reader = reader
        self._limits = limits

    def place(self, request: Request) -> Result:
        """Accept an order. Accepted means only that: matching may reject or cancel it at once, on the stream."""
        return Result(result=ids(self.accept(request.parameters, request.account)), accepted=True)

    def accept(self, parameters: Parameters, account: Account) -> Order:
        """Accept one order; raises BybitError for one that is refused, and then nothing has changed."""
        if parameters.echo("orderLinkId"):
            self._exchange.records.arrived(account, parameters.echo("orderLinkId"))
        order_request = self._checked(parameters, account)
        is_linear = order_request.instrument.is_linear
        try:
            return self._exchange.place(account, order_request)
        except OrderRefused as refused:
            raise _refusal(refused.reason, linear=is_linear) from refused

    def pre_check(self, request: Request) -> Result:
        """Show what an order would make of the margin rates; nothing is placed ("Pre Check Order")."""
        account, parameters = request.account, request.parameters
        if account.margin_mode is MarginMode.ISOLATED:
            raise BybitError(3200403, "isolated margin can not create order")
        order_request = self._checked(parameters, account)
        if not order_request.instrument.is_linear or order_request.trigger is not None:
            raise errors.parameter("params error: only orders of contracts without a trigger can be checked")
        before, after = self._rates(account, order_request)
        result = {"orderId": "", "orderLinkId": order_request.client_order_id, **before, **after}
        return Result(result=result)

    def _checked(self, parameters: Parameters, account: Account) -> OrderRequest:
        order_request = self._reader.read(parameters, account)
        is_linear = order_request.instrument.is_linear
        if not order_request.instrument.is_trading:
            raise errors.not_trading(linear=is_linear)
        # Bybit's ids stay taken after an order has ended.
        if self._exchange.find_order(account, client_order_id=order_request.client_order_id) is not None:
            raise errors.duplicate_order_link_id(linear=is_linear)
        market = self._exchange.markets[order_request.instrument.symbol]
        if is_linear:
            return checked_contract_order(order_request, market, account, scale=self._limits.scale)
        check_rules(order_request, market, account, scale=self._limits.scale)
        return order_request

    def _rates(self, account: Account, request: OrderRequest) -> tuple[Json, Json]:
        """Return the account's initial and maintenance margin rates in ten-thousandths, without and with an order.

        Assumption: the order counts with its value over the leverage, and its tier's maintenance rate if it filled.
        """
        market = self._exchange.markets[request.instrument.symbol]
        margin = wallet_margin(account, SETTLEMENT, self._exchange.markets)
        notional = request.quantity * (request.price or market.mark)
        holding = account.holding(request.instrument)
        if notional / holding.leverage > margin.available and not request.reduce_only:
            raise errors.insufficient_balance(linear=True)
        tier = request.instrument.tier_of(notional)
        totals = totals_of(self._exchange, account)
        margin_balance = totals.balance + totals.unrealized_pnl
        return (
            _rates_in_e4("pre", margin_balance, totals.initial_margin, totals.maintenance_margin),
            _rates_in_e4(
                "post",
                margin_balance,
                totals.initial_margin + notional / holding.leverage,
                totals.maintenance_margin + notional * tier.maintenance_rate,
            ),
        )


def _rates_in_e4(prefix: str, equity: Decimal, initial: Decimal, maintenance: Decimal) -> Json:
    share = 10_000 / equity if equity > 0 else ZERO
    return {f"{prefix}ImrE4": int(initial * share), f"{prefix}MmrE4": int(maintenance * share)}


def _refusal(reason: RefusalReason, *, linear: bool) -> BybitError:
    match reason:
        case RefusalReason.INSUFFICIENT_BALANCE:
            return errors.insufficient_balance(linear=linear)
        case RefusalReason.REDUCE_ONLY:
            return errors.nothing_to_reduce()
        case RefusalReason.POSITION_SIDE:
            return errors.wrong_position_index()
        case RefusalReason.DUPLICATE_CLIENT_ORDER_ID:
            return errors.duplicate_order_link_id(linear=linear)
        case _:
            raise AssertionError(f"{reason} was ruled out before")
