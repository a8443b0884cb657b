"""`order/amend/keepPriority`: less quantity, in place (Order Amend Keep Priority FAQ)."""

from decimal import Decimal
from itertools import islice

from venuesim.binance.errors import BinanceError
from venuesim.binance.operations import Request, Result
from venuesim.binance.spot.canceling import Canceling, read_ids
from venuesim.binance.spot.events import Amendment, ExecutionLog
from venuesim.binance.spot.filters import check_notional, filter_failure
from venuesim.binance.spot.formats import Json, eight, keep, type_of
from venuesim.binance.spot.listing import AMENDMENTS_MAX
from venuesim.binance.spot.order_lists import OrderList, OrderLists
from venuesim.binance.spot.pages import PAGE, PAGE_MAX
from venuesim.binance.spot.placing import Placing
from venuesim.binance.spot.rendering import amended
from venuesim.binance.spot.vocabulary import Extra
from venuesim.exchange.accounts import Account
from venuesim.exchange.orders import Order
from venuesim.exchange.settlement import release


def amend_rejected(message: str) -> BinanceError:
    """Return the matching engine's refusal of an amendment."""
    return BinanceError(-2038, message)


class Amending:
    """Amends orders, and lists what was amended."""

    def __init__(self, placing: Placing, canceling: Canceling, lists: OrderLists, log: ExecutionLog) -> None:
        self._placing = placing
        self._exchange = placing.exchange
        self._canceling = canceling
        self._lists = lists
        self._log = log

    def amend(self, request: Request) -> Result:
        """Reduce an open order's quantity; both orders of an OCO have the same."""
        parameters, account = request.parameters, request.account
        instrument = self._placing.instruments.read(parameters)
        ids = read_ids(parameters)
        new_id = parameters.client_order_id("newClientOrderId") or self._placing.ids.new()
        quantity = parameters.decimal("newQty")
        request.all_read()
        order = self._canceling.find(account, instrument, *ids)
        if order is None or not order.is_open:
            raise amend_rejected("Unknown order sent.")
        self._check(order, quantity, new_id, account)
        entry = self._lists.of_order(order)
        original_id = order.client_order_id
        execution_id = self._amend(order, quantity, new_id)
        answer: Json = {
            "transactTime": order.updated_ms,
            "executionId": execution_id,
            "amendedOrder": amended(order, original_id),
        }
        if entry is not None:
            for other in self._paired(entry, order):
                self._amend(other, quantity, other.client_order_id)
            self._lists.amended(entry)
            summary = entry.summary()
            del summary["listStatusType"], summary["transactionTime"]
            answer["listStatus"] = summary
        return Result(answer, accepted=True)

    def amendments(self, request: Request) -> Result:
        """Show the amendments of one order."""
        parameters = request.parameters
        instrument = self._placing.instruments.read(parameters)
        order_id = parameters.integer("orderId")
        from_id = parameters.integer("fromExecutionId", 0) or 0
        limit = parameters.limit(PAGE, PAGE_MAX)
        if order_id is None:
            parameters.required("orderId")
        request.all_read()
        found = (
            amendment
            for amendment in self._log.amendments
            if (amendment.account_id, amendment.order_id) == (request.account.account_id, order_id)
            and amendment.symbol == instrument.venue_id
            and amendment.execution_id >= from_id
        )
        return Result([_listed(amendment) for amendment in islice(found, limit)])

    def _check(self, order: Order, quantity: Decimal, new_id: str, account: Account) -> None:
        instrument = order.instrument
        if quantity % instrument.lot_size or quantity < instrument.quantity_min:
            raise filter_failure("LOT_SIZE")
        if order.amended_count >= AMENDMENTS_MAX:
            raise filter_failure("MAX_NUM_ORDER_AMENDS")
        if quantity > order.quantity:
            raise amend_rejected("Order amend (quantity increase) is not supported.")
        # Assumption: what has been filled or prevented cannot be amended away, and is refused in the same words.
        if quantity == order.quantity or quantity <= order.filled_quantity + order.prevented_quantity:
            raise amend_rejected("The requested action would change no state; rejecting.")
        if not order.quantity:
            raise amend_rejected("Order amend (pending OPO order) is not supported.")
        if order.price:
            check_notional(order.price * quantity, instrument, is_market=False)
        known = account.by_client_order_id.get(new_id)
        if known is not None and known.is_open and known is not order:
            raise amend_rejected("Duplicate order sent.")

    def _amend(self, order: Order, quantity: Decimal, new_id: str) -> int:
        """Amend one order and return the execution id; its owner is told meanwhile."""
        account = order.account
        assert account is not None, "liquidity is not amended"
        original_id, original_quantity = order.client_order_id, order.quantity
        keep(order, Extra.ORIGINAL_ID, original_id)
        self._exchange.records.rename(order, new_id)
        if order.display_quantity > quantity:
            order.display_quantity = quantity
        entry = self._lists.of_order(order)
        if entry is not None and order in entry.twins and type_of(order).is_stop_loss:
            release(order, account)  # It holds what the other order does not; the list sees to that afterwards.
        self._exchange.amend(order, quantity=quantity)
        execution_id = self._log.current
        self._log.amendments.append(
            Amendment(
                execution_id=execution_id,
                order_id=order.order_id,
                account_id=account.account_id,
                original_id=original_id,
                new_id=new_id,
                symbol=order.instrument.venue_id,
                original_quantity=eight(original_quantity),
                new_quantity=eight(quantity),
                time_ms=order.updated_ms,
            )
        )
        return execution_id

    @staticmethod
    def _paired(entry: OrderList, order: Order) -> list[Order]:
        """Return the other orders that must have the same quantity."""
        twins = entry.twins
        return [other for other in twins if other is not order and other.is_open] if order in twins else []


def _listed(amendment: Amendment) -> Json:
    return {
        "symbol": amendment.symbol,
        "orderId": amendment.order_id,
        "executionId": amendment.execution_id,
        "origClientOrderId": amendment.original_id,
        "newClientOrderId": amendment.new_id,
        "origQty": amendment.original_quantity,
        "newQty": amendment.new_quantity,
        "time": amendment.time_ms,
    }
