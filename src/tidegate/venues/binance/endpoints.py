"""Binance's calls and what they weigh: spot, USD-M futures and the wallet, each with windows of its own."""

from tidegate.venues.binance.errors import LINEAR_ERRORS
from tidegate.venues.budget import Cost
from tidegate.venues.client import Endpoint

SPOT_WINDOWS = "spot_"
LINEAR_WINDOWS = "linear_"
WALLET_WINDOWS = "wallet_"
_SPOT_ORDER = (Cost("spot_weight"), Cost("spot_orders_10s"), Cost("spot_orders_1d"))
_LINEAR_ORDER = (Cost("linear_orders_10s"), Cost("linear_orders_1m"))


def _spot(method: str, path: str, weight: int, *, public: bool = False) -> Endpoint:
    api = "public" if public else "private"
    return Endpoint(api, method, path, (Cost("spot_weight", weight),), pauses=SPOT_WINDOWS)


def _linear(method: str, path: str, weight: int, *, api: str = "fapiPrivate") -> Endpoint:
    return Endpoint(api, method, path, (Cost("linear_weight", weight),), LINEAR_ERRORS, LINEAR_WINDOWS)


def _linear_order(method: str, path: str) -> Endpoint:
    """Orders of futures are counted and weigh nothing."""
    return Endpoint("fapiPrivate", method, path, _LINEAR_ORDER, LINEAR_ERRORS, LINEAR_WINDOWS)


def _wallet(path: str, cost: Cost) -> Endpoint:
    """The wallet's own API, which counts apart."""
    return Endpoint("sapi", "GET", path, (cost,), pauses=WALLET_WINDOWS)


PLACE = Endpoint("private", "POST", "order", _SPOT_ORDER, pauses=SPOT_WINDOWS)
CANCEL = _spot("DELETE", "order", 1)
ORDER = _spot("GET", "order", 4)
OPEN_ORDERS = _spot("GET", "openOrders", 80)
OPEN_ORDERS_OF_SYMBOL = _spot("GET", "openOrders", 6)
TRADES = _spot("GET", "myTrades", 20)
TRADES_OF_ORDER = _spot("GET", "myTrades", 5)
ACCOUNT = _spot("GET", "account", 20)
TIME = _spot("GET", "time", 1, public=True)
INSTRUMENTS = _spot("GET", "exchangeInfo", 20, public=True)
BOOK_TICKERS = _spot("GET", "ticker/bookTicker", 4, public=True)
LAST_PRICES = _spot("GET", "ticker/price", 4, public=True)

DEPOSITS = _wallet("capital/deposit/hisrec", Cost("wallet_weight"))
WITHDRAWALS = _wallet("capital/withdraw/history", Cost("wallet_withdrawals"))
TRANSFERS = _wallet("asset/transfer", Cost("wallet_weight"))

LINEAR_PLACE = _linear_order("POST", "order")
LINEAR_AMEND = _linear_order("PUT", "order")
LINEAR_CANCEL = _linear("DELETE", "order", 1)
LINEAR_ORDER = _linear("GET", "order", 1)
LINEAR_OPEN_ORDERS = _linear("GET", "openOrders", 40)
LINEAR_OPEN_ORDERS_OF_SYMBOL = _linear("GET", "openOrders", 1)
LINEAR_TRADES = _linear("GET", "userTrades", 5)
FORCED_ORDERS = _linear("GET", "forceOrders", 20)  # With a symbol.
ALGO_PLACE = _linear_order("POST", "algoOrder")
ALGO_CANCEL = _linear("DELETE", "algoOrder", 1)
ALGO_ORDER = _linear("GET", "algoOrder", 1)
ALGO_OPEN_ORDERS = _linear("GET", "openAlgoOrders", 40)
ALGO_OPEN_ORDERS_OF_SYMBOL = _linear("GET", "openAlgoOrders", 1)
ALGO_HISTORY = _linear("GET", "allAlgoOrders", 5)
COUNTDOWN = _linear("POST", "countdownCancelAll", 10)
LEVERAGE = _linear("POST", "leverage", 1)
MARGIN_TYPE = _linear("POST", "marginType", 1)
SYMBOL_CONFIGURATION = _linear("GET", "symbolConfig", 5)
LINEAR_BRACKETS = _linear("GET", "leverageBracket", 1)
LINEAR_BALANCES = _linear("GET", "balance", 5, api="fapiPrivateV3")
POSITIONS = _linear("GET", "positionRisk", 5, api="fapiPrivateV3")
INCOME = _linear("GET", "income", 30)
LISTEN_KEY = _linear("POST", "listenKey", 1)
LISTEN_KEY_KEPT = _linear("PUT", "listenKey", 1)
LINEAR_INSTRUMENTS = _linear("GET", "exchangeInfo", 1, api="fapiPublic")
LINEAR_LAST_PRICES = _linear("GET", "ticker/price", 2, api="fapiPublicV2")
LINEAR_BOOK_TICKERS = _linear("GET", "ticker/bookTicker", 5, api="fapiPublic")
MARK_PRICES = _linear("GET", "premiumIndex", 10, api="fapiPublic")
