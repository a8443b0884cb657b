"""Rows as a database would keep them, and what it would find by keys: the twin of both journals' `find`."""

import copy
from collections import defaultdict
from datetime import datetime

from tidegate.core.identifiers import ExchangeOrderId, ExecutionId, OrderId
from tidegate.core.messages.events import ExecutionBooked
from tidegate.core.messages.risk_records import RecentOrder
from tidegate.core.order import Order
from tidegate.core.records import (
    AccountMarket,
    Batch,
    CashFlow,
    CashFlowKey,
    ForcedClose,
    Found,
    HeardKey,
    KeptRequest,
    RequestKey,
)
from tidegate.core.totals.recent import recent_of, was_let_through
from tidegate.ports import OrderKeys


class KeptRows:
    """What look-ups need of all committed batches."""

    def __init__(self) -> None:
        self.orders: dict[OrderId, Order] = {}
        self.booked: dict[ExecutionId, ExecutionBooked] = {}
        self.busted: set[ExecutionId] = set()
        self.cash_flows: set[CashFlowKey] = set()
        self.heard: dict[HeardKey, CashFlow] = {}
        self.break_ids: set[str] = set()
        self.dismissed: dict[str, str] = {}
        self.requests: dict[RequestKey, KeptRequest] = {}
        self._execution_ids: dict[OrderId, list[ExecutionId]] = defaultdict(list)
        self._attempts: dict[ExchangeOrderId, OrderId] = {}

    def keep(self, batch: Batch) -> None:
        """Write a batch; refuses what the database's constraints would refuse."""
        flows = [(flow.account_id, flow.kind, flow.flow_id) for flow in batch.cash_flows]
        busts = [bust.execution_id for bust in batch.busts]
        assert len(set(flows)) == len(flows)
        assert not self.cash_flows & set(flows), "a cash flow was booked twice"
        assert len(set(busts)) == len(busts)
        assert not self.busted & set(busts), "a trade was taken back twice"
        self.orders |= {name: copy.copy(order) for name, order in batch.orders.items()}
        for booked in (entry.event for entry in batch.journal if isinstance(entry.event, ExecutionBooked)):
            self.booked[booked.execution_id] = booked
            self._execution_ids[booked.order_id].append(booked.execution_id)
        self.busted.update(busts)
        self.cash_flows.update(flows)
        for flow in batch.cash_flows:
            if flow.heard_as == flow.flow_id:
                self.heard[flow.account_id, flow.flow_id] = flow
            elif flow.heard_as is not None:
                del self.heard[flow.account_id, flow.heard_as]
        self.break_ids |= batch.breaks.keys()
        for name, told in batch.breaks.items():
            self.dismissed.pop(name, None)
            if told.resolved_by is not None:
                self.dismissed[name] = told.message
        for request in batch.requests:
            key = (request.user_id, request.idempotency_key)
            assert key not in self.requests, "a request was carried out twice"
            self.requests[key] = request
        self._attempts |= {
            sent.exchange_order_id: sent.order_id
            for sent in batch.attempts.values()
            if sent.exchange_order_id is not None
        }

    def execution_ids(self, order_id: OrderId) -> list[ExecutionId]:
        """All trades of an order, those that were taken back included."""
        return [*self._execution_ids.get(order_id, ())]

    def find(self, keys: OrderKeys) -> Found:
        """Closed orders, with the parents of legs among them, and what else is asked for."""
        named = {
            order.order_id: order for order in self.orders.values() if order.is_closed and self._is_named(order, keys)
        }
        for order in list(named.values()):
            parent = self.orders.get(order.parent_order_id or OrderId(""))
            if parent is not None and parent.is_closed and order.leg is not None:
                named[parent.order_id] = parent
        return Found(
            orders=[copy.copy(order) for order in named.values()],
            execution_ids={name: self.execution_ids(name) for name in named},
            executions=[self.booked[name] for name in keys.execution_ids if name in self.booked],
            busted=frozenset(keys.execution_ids & self.busted),
            forced={market: closed for market in keys.forced if (closed := self._last_forced(market)) is not None},
            cash_flows=frozenset(keys.cash_flows & self.cash_flows),
            heard=[
                flow
                for account_id, asset, since, until in keys.heard
                for flow in self.heard.values()
                if (flow.account_id, flow.asset) == (account_id, asset) and since <= flow.happened_at <= until
            ],
            break_ids=frozenset(keys.break_ids & self.break_ids),
            dismissed={name: self.dismissed[name] for name in keys.break_ids & self.dismissed.keys()},
            requests=[self.requests[key] for key in keys.requests if key in self.requests],
            recent_orders=[] if keys.recent_since is None else self._recent(keys.recent_since),
        )

    def _last_forced(self, market: AccountMarket) -> ForcedClose | None:
        trades = [
            (booked.exchange_order_id, booked.user_id, booked.quantity)
            for booked in self.booked.values()
            if (booked.account_id, booked.symbol) == market and self.orders[booked.order_id].is_forced
        ]
        found: ForcedClose | None = None
        for exchange_order_id, user_id, quantity in reversed(trades):
            found = found or ForcedClose(exchange_order_id, {})
            if exchange_order_id != found.exchange_order_id:
                break
            found.add(user_id, quantity)
        return found

    def _recent(self, since: datetime) -> list[RecentOrder]:
        recent = [order for order in self.orders.values() if order.timestamp >= since and was_let_through(order)]
        return [recent_of(order) for order in sorted(recent, key=lambda order: order.timestamp)]

    def _is_named(self, order: Order, keys: OrderKeys) -> bool:
        return (
            order.order_id in keys.order_ids
            or (order.user_id, order.idempotency_key) in keys.idempotency_keys
            or (order.user_id, order.client_order_id) in keys.client_order_ids
            or any(self._is_called(order, key) for key in keys.exchange_order_ids)
            or not keys.execution_ids.isdisjoint(self._execution_ids.get(order.order_id, ()))
        )

    def _is_called(self, order: Order, key: tuple[str, str, ExchangeOrderId]) -> bool:
        account_id, symbol, name = key
        is_called = name == order.exchange_order_id or self._attempts.get(name) == order.order_id
        return is_called and (order.account_id, order.symbol) == (account_id, symbol)
