"""Places, cancels and shows order lists."""

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from itertools import islice

import msgspec

from venuesim.binance import errors
from venuesim.binance.errors import BinanceError
from venuesim.binance.operations import Request, Result
from venuesim.binance.parameters import Parameters
from venuesim.binance.spot.filters import check_lists
from venuesim.binance.spot.formats import Json
from venuesim.binance.spot.forms import FormReader, OrderForm, read_detail
from venuesim.binance.spot.list_forms import (
    ListForm,
    check_pair_prices,
    read_legacy_oco,
    read_oco,
    read_opo,
    read_opoco,
    read_oto,
    read_otoco,
)
from venuesim.binance.spot.order_lists import OrderList, OrderLists, hold_difference, pending_need, stop_need
from venuesim.binance.spot.pages import PAGE, PAGE_MAX, read_period
from venuesim.binance.spot.placing import Placing
from venuesim.binance.spot.rendering import canceled
from venuesim.binance.spot.vocabulary import Extra, ResponseType, WireType
from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.orders import Order, OrderRefused, OrderRequest
from venuesim.exchange.vocabulary import PriceKind, RefusalReason, Side

Read = Callable[[Parameters, FormReader], ListForm]


class ListOperations:
    """Everything about order lists."""

    def __init__(self, placing: Placing, lists: OrderLists) -> None:
        self._placing = placing
        self._exchange = placing.exchange
        self._lists = lists
        self.place_legacy_oco = self._placer(read_legacy_oco)
        self.place_oco = self._placer(read_oco)
        self.place_oto = self._placer(read_oto)
        self.place_otoco = self._placer(read_otoco)
        self.place_opo = self._placer(read_opo)
        self.place_opoco = self._placer(read_opoco)

    def cancel(self, request: Request) -> Result:
        """Cancel a whole list."""
        parameters = request.parameters
        instrument = self._placing.instruments.read(parameters)
        cancel_id = parameters.client_order_id("newClientOrderId") or self._placing.ids.new()
        list_id, client_id = parameters.integer("orderListId"), parameters.client_order_id("listClientOrderId")
        request.all_read()
        if list_id is None and client_id is None:
            raise errors.one_of_mandatory("orderListId", "listClientOrderId")
        entry = self._lists.find(request.account, list_id, client_id)
        if entry is None or entry.is_done or entry.symbol != instrument.venue_id:
            raise BinanceError(-2011, "Unknown order list sent.")
        return Result(self.canceled(entry, cancel_id), accepted=True)

    def canceled(self, entry: OrderList, cancel_id: str) -> Json:
        """Cancel a list and return the answer that shows it."""
        orders = self._lists.cancel(entry, cancel_id)
        return {**entry.summary(), "orderReports": [canceled(order) for order in orders]}

    def query(self, request: Request) -> Result:
        """Show one list."""
        parameters = request.parameters
        list_id, client_id = parameters.integer("orderListId"), parameters.client_order_id("origClientOrderId")
        request.all_read()
        if list_id is None and client_id is None:
            raise errors.one_of_mandatory("orderListId", "origClientOrderId")
        entry = self._lists.find(request.account, list_id, client_id)
        if entry is None:
            raise BinanceError(-2018, "Order list does not exist.")  # Assumption: neither page lists this answer.
        return Result(entry.summary())

    def query_all(self, request: Request) -> Result:
        """Show an account's lists: the newest, or from a list id or a time on."""
        parameters = request.parameters
        from_id = parameters.integer("fromId")
        start_ms, end_ms = read_period(parameters)
        limit = parameters.limit(PAGE, PAGE_MAX)
        request.all_read()
        if from_id is not None and (parameters.has("startTime") or parameters.has("endTime")):
            raise errors.bad_combination()
        entries = [
            entry
            for entry in self._lists.all_of(request.account)
            if entry.list_id >= (from_id or 0) and start_ms <= entry.created_ms <= end_ms
        ]
        begins_somewhere = from_id is not None or start_ms > 0
        page = list(islice(entries, limit)) if begins_somewhere else entries[-limit:]
        return Result([entry.summary() for entry in page])

    def query_open(self, request: Request) -> Result:
        """Show an account's open lists."""
        request.all_read()
        return Result([entry.summary() for entry in self._lists.open_of(request.account)])

    # Placing

    def _placer(self, read: Read) -> Callable[[Request], Result]:
        return lambda request: self._place(request, read)

    def _place(self, request: Request, read: Read) -> Result:
        parameters, account, placing = request.parameters, request.account, self._placing
        instrument = placing.instruments.read(parameters)
        client_id = parameters.client_order_id("listClientOrderId") or placing.ids.new()
        form = read(parameters, FormReader(parameters, instrument, placing.ids))
        detail = read_detail(parameters, ResponseType.RESULT)
        request.all_read()
        for order_form in form.forms:
            self._exchange.records.arrived(account, order_form.client_order_id)
        placing.limits.check_orders(account, request.now_ms)
        placing.check(form.forms, account)
        check_lists(len(self._lists.open_of(account, instrument.venue_id)), placing.windows.scale)
        self._check_ids(form, client_id, account)
        with placing.counted(request, len(form.forms)):
            entry = self._submit(form, client_id, account)
        reports = [self._report(order, detail, pays=form.pays) for order in entry.orders]
        answer: Json = {**entry.summary(), "orderReports": reports}
        self._lists.arm(entry)
        return Result(answer, accepted=True)

    def _report(self, order: Order, detail: ResponseType, *, pays: bool) -> Json:
        report = self._placing.answer(order, detail)
        if pays and Extra.PENDING in order.extra:
            report.pop("origQty", None)
        return report

    def _check_ids(self, form: ListForm, client_id: str, account: Account) -> None:
        """Refuse ids that are in use; an account's open orders have different ones, and so have its open lists."""
        names = [order_form.client_order_id for order_form in form.forms]
        known = [account.by_client_order_id.get(name) for name in names]
        if len(set(names)) != len(names) or any(order is not None and order.is_open for order in known):
            raise errors.order_rejected(RefusalReason.DUPLICATE_CLIENT_ORDER_ID)
        if any(entry.client_id == client_id for entry in self._lists.open_of(account)):
            raise errors.order_rejected(RefusalReason.DUPLICATE_CLIENT_ORDER_ID)

    def _submit(self, form: ListForm, client_id: str, account: Account) -> OrderList:
        now_ms = self._exchange.clock.now_ms()
        list_id = self._lists.next_id()
        kept = {Extra.LIST_ID.value: str(list_id)}
        entry = OrderList(
            list_id=list_id,
            client_id=client_id,
            account=account,
            contingency=form.contingency,
            orders=[],
            created_ms=now_ms,
            updated_ms=now_ms,
            pays=form.pays,
        )
        if form.working is None:
            assert form.pair is not None, "a list without a working order is a pair"
            entry.orders = entry.pair = self._submit_pair(form.pair, account, kept)
        else:
            requests = [
                self._placing.request_of(order_form, **kept, **{Extra.PENDING.value: "1"})
                for order_form in form.forms[1:]
            ]
            held = [ZERO] * len(requests) if form.pays else self._held(requests)
            self._check_funds(form.working, requests[0], sum(held, ZERO), account)
            entry.working = self._placing.submit(form.working, account, **kept)
            entry.pending = [self._pend(*each, account) for each in zip(requests, held, strict=True)]
            entry.orders = [entry.working, *entry.pending]
        self._lists.begin(entry)
        return entry

    def _held(self, requests: list[OrderRequest]) -> list[Decimal]:
        """Return what each pending order holds: of a pair, the stop (the first) what it needs beyond the other."""
        market = self._exchange.markets[requests[0].instrument.symbol]
        *stops, last = [pending_need(request, market.price_of(PriceKind.LAST)) for request in requests]
        return [*(max(stop - last, ZERO) for stop in stops), last]

    def _check_funds(self, working: OrderForm, pending: OrderRequest, held: Decimal, account: Account) -> None:
        """Refuse a list of which the account cannot pay every order now."""
        instrument = pending.instrument
        needs: dict[str, Decimal] = defaultdict(Decimal)
        needs[_given(instrument, working.side)] += _need(working)
        needs[_given(instrument, pending.side)] += held
        if any(need > account.balances[asset].free for asset, need in needs.items()):
            raise errors.order_rejected(RefusalReason.INSUFFICIENT_BALANCE)

    def _pend(self, request: OrderRequest, held: Decimal, account: Account) -> Order:
        # The working order may have filled meanwhile, with a fee in the asset that this one gives.
        free = account.balances[_given(request.instrument, request.side)].free
        return self._exchange.waking.hold_back(account, request, min(held, free))

    def _submit_pair(self, pair: tuple[OrderForm, OrderForm], account: Account, kept: dict[str, str]) -> list[Order]:
        """Place both orders of an OCO, or neither: whatever could be refused is looked at first."""
        stop_form, other_form = pair
        market = self._exchange.markets[stop_form.instrument.symbol]
        check_pair_prices(pair, market.price_of(PriceKind.LAST))
        stop, other = (self._placing.request_of(form, **kept) for form in pair)
        if other_form.wire_type is WireType.LIMIT_MAKER and self._exchange.would_take(other):
            raise errors.order_rejected(RefusalReason.WOULD_TAKE)
        if self._would_trigger(stop) or self._would_trigger(other):
            raise errors.order_rejected(RefusalReason.WOULD_TRIGGER)
        if max(map(_need, pair)) > account.balances[_given(stop.instrument, stop.side)].free:
            raise errors.order_rejected(RefusalReason.INSUFFICIENT_BALANCE)
        try:
            placed_stop = self._exchange.place(account, _unlocked(stop))
            placed_other = self._exchange.place(account, other)
        except OrderRefused as refused:  # Nothing is left that could be refused, whatever the market does meanwhile.
            raise AssertionError("half of a pair was refused") from refused
        hold_difference(placed_stop, placed_other)
        return [placed_stop, placed_other]

    def _would_trigger(self, request: OrderRequest) -> bool:
        trigger = request.trigger
        if trigger is None or trigger.trailing is not None:
            return False
        return trigger.is_met(self._exchange.markets[request.instrument.symbol].price_of(trigger.price_kind))


def _given(instrument: Instrument, side: Side) -> str:
    """Return the asset that an order gives."""
    return instrument.quote if side is Side.BUY else instrument.base


def _need(form: OrderForm) -> Decimal:
    return stop_need(form.side, form.quantity, form.price, form.stop_price)


def _unlocked(request: OrderRequest) -> OrderRequest:
    return msgspec.structs.replace(request, locks_while_waiting=False)
