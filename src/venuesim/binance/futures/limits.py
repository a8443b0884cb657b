"""The rate limits of the USDⓈ-M API (exchangeInfo "rateLimits"; "General Info", LIMITS)."""

from venuesim.binance.futures.errors import banned, too_much_weight
from venuesim.binance.limits import LimitPlan
from venuesim.wire.windows import Window

WEIGHT = Window("FUTURES_REQUEST_WEIGHT", 2400, 60)
ORDERS_1M = Window("FUTURES_ORDERS_1M", 1200, 60)
ORDERS_10S = Window("FUTURES_ORDERS_10S", 300, 10)

FUTURES_PLAN = LimitPlan(WEIGHT, (ORDERS_1M, ORDERS_10S), too_much_weight, banned)

ONE_ORDER = (1, 1)
ONE_BATCH = (1, 5)
"""What an order and a batch count for in the minute and in the ten seconds ("Place Multiple Orders")."""
