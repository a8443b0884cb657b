"""Operations that the venue has and the simulation has not: refused as to a key that lacks the permission.

They are those that pybit and ccxt know of: loans, sub-accounts, conversions, withdrawals, options.
"""

from collections.abc import Iterator

from venuesim.bybit import errors
from venuesim.bybit.operations import Handler, Operation, Request, Result, Security
from venuesim.faults import Endpoint

GETS = (
    *("account/contract-transaction-log", "account/mmp-state", "account/option-asset-info", "account/pay-info"),
    *("account/trade-info-for-analysis", "asset/asset-overview", "asset/fundinghistory", "asset/portfolio-margin"),
    *("asset/covert/small-balance-history", "asset/covert/small-balance-list", "asset/deposit/query-allowed-list"),
    *("asset/deposit/query-internal-record", "asset/deposit/query-sub-member-address"),
    *("asset/deposit/query-sub-member-record", "asset/exchange/convert-result-query"),
    *("asset/exchange/query-coin-list", "asset/exchange/query-convert-history", "asset/total-members-assets"),
    *("asset/transfer/query-asset-info", "asset/transfer/query-sub-member-list"),
    *("asset/transfer/query-universal-transfer-list", "asset/withdraw/query-address", "asset/withdraw/vasp/list"),
    *("user/aff-customer-info", "user/escrow_sub_members", "user/invitation/referrals", "user/sub-apikeys"),
    *("user/submembers", "affiliate/aff-user-list", "affiliate/affiliate-sub-list"),
    *("position/get-closed-positions", "position/move-history"),
    *("apilimit/query", "apilimit/query-all", "apilimit/query-cap"),
    *("spot-margin-trade/coinstate", "spot-margin-trade/currency-data", "spot-margin-trade/get-auto-repay-mode"),
    *("spot-margin-trade/interest-rate-history", "spot-margin-trade/max-borrowable"),
    *("spot-margin-trade/position-tiers", "spot-margin-trade/repayment-available-amount", "spot-margin-trade/state"),
)
POSTS = (
    *("account/borrow", "account/demo-apply-money", "account/mmp-modify", "account/mmp-reset"),
    *("account/no-convert-repay", "account/quick-repayment", "account/repay", "account/set-collateral-switch"),
    *("account/set-collateral-switch-batch", "account/set-delta-mode", "account/set-hedging-mode"),
    *("account/set-limit-px-action", "asset/covert/get-quote", "asset/covert/small-balance-execute"),
    *("asset/deposit/deposit-to-account", "asset/exchange/convert-execute", "asset/exchange/quote-apply"),
    *("asset/transfer/save-transfer-sub-member", "asset/transfer/universal-transfer", "asset/withdraw/cancel"),
    *("user/agreement", "user/create-sub-api", "user/create-sub-member", "user/del-submember"),
    *("user/delete-api", "user/delete-sub-api", "user/frozen-sub-member", "user/update-api", "user/update-sub-api"),
    *("apilimit/set", "position/move-positions", "spot-margin-trade/set-auto-repay-mode"),
    *("spot-margin-trade/set-leverage", "spot-margin-trade/switch-mode"),
)
EMPTY_MARKET = ("delivery-price", "new-delivery-price", "historical-volatility")
"""Public figures of options and dated futures: there are none of either."""

LENDING = {"spot-margin-trade/data": "vipCoinList", "spot-margin-trade/collateral": "list"}
"""Public figures of what is lent for spot, which is nothing, and what the lists of them are called."""


def refused_operations() -> Iterator[tuple[str, str, Operation]]:
    """Yield method, path below /v5/ and operation of everything that is refused."""
    for method, names in (("GET", GETS), ("POST", POSTS)):
        for name in names:
            yield method, name, Operation(endpoint=Endpoint.OTHER, security=Security.READ, run=_refuse)


def empty_operations() -> Iterator[tuple[str, str, Operation]]:
    """Yield method, path below /v5/ and operation of the public figures that there are none of."""
    for name in EMPTY_MARKET:
        yield "GET", f"market/{name}", Operation(endpoint=Endpoint.OTHER, security=Security.NONE, run=_empty)
    for name, key in LENDING.items():
        yield "GET", name, Operation(endpoint=Endpoint.OTHER, security=Security.NONE, run=_nothing(key))


def system_status(_: Request) -> Result:
    """Show that nothing is the matter."""
    return Result(result={"list": []})


def announcements(_: Request) -> Result:
    """Show that nothing was announced."""
    return Result(result={"total": 0, "list": []})


def _nothing(key: str) -> Handler:
    return lambda _: Result(result={key: []})


def _refuse(_: Request) -> Result:
    raise errors.not_permitted()


def _empty(request: Request) -> Result:
    category = request.parameters.category()
    return Result(result={"category": category.value, "list": [], "nextPageCursor": ""})
