"""What answers requests for which there is no operation."""

from collections.abc import Callable, Collection

from venuesim.exchange.engine import Exchange
from venuesim.okx.authentication import check_signer
from venuesim.okx.errors import OkxError
from venuesim.okx.gateway import refusal
from venuesim.okx.operations import Security
from venuesim.wire.calls import Call, Reply

_API = "/api/v5/"

CLOSED_TO_ACCOUNTS = tuple(
    f"{_API}{name}"
    for name in (
        "account/account-level-switch-preset", "account/activate-option", "account/bills-history-archive",
        "account/borrow-repay", "account/collateral-assets", "account/demo-adjust-balance", "account/fixed-loan/",
        "account/interest-", "account/mmp-", "account/move-positions", "account/position-builder",
        "account/position-tiers", "account/precheck-", "account/quick-margin", "account/risk-state",
        "account/set-account-switch-precheck", "account/set-auto-", "account/set-collateral-assets",
        "account/set-fee-type", "account/set-greeks", "account/set-riskOffset", "account/set-settle-currency",
        "account/set-trading-config", "account/simulated_margin", "account/spot-", "account/subaccount/",
        "account/vip-", "affiliate/", "asset/broker/", "asset/cancel-withdrawal", "asset/convert",
        "asset/deposit-lightning", "asset/deposit-withdraw-status", "asset/monthly-statement",
        "asset/purchase_redempt", "asset/subaccount/", "asset/withdrawal", "broker/", "copytrading/", "fiat/",
        "finance/", "rfq/", "sprd/", "tradingBot/", "trade/easy-convert", "trade/one-click-repay", "users/",
    )
)  # fmt: skip
"""What the simulated accounts may not use: sub-accounts, loans, withdrawals, bots, block and spread trading."""

UNAVAILABLE = tuple(
    f"{_API}{name}"
    for name in (
        "asset/exchange-list", "market/block-", "market/books-rpi", "market/books-sbe", "market/open-oracle",
        "public/delta-hedge-currencies", "public/estimated-settlement-info", "public/event-contract/",
        "public/mm-instrument-types", "market/call-auction-details", "market/sprd-", "public/block-trades",
        "public/discount-rate-interest-free-quota", "public/economic-calendar", "public/interest-rate-loan-quota",
        "public/market-data-history", "public/premium-history", "public/settlement-history",
        "public/vip-interest-rate-loan-quota", "rubik/", "support/",
    )
)  # fmt: skip
"""Public data that is not simulated."""


def unknown_paths(routes: Collection[tuple[str, str]], exchange: Exchange) -> Callable[[Call], Reply]:
    """Return what answers a path that no operation (by method and path) serves.

    A path that another method serves, one of OKX that is not simulated, and one that OKX has not either differ.
    """
    known = {path for _, path in routes}

    def answer(call: Call) -> Reply:
        if call.path in known:
            return refusal(OkxError("50115", "Invalid request method.", status=405))
        if call.path.startswith(UNAVAILABLE):
            return refusal(OkxError("50062", "This feature is currently unavailable."))
        if call.path.startswith(CLOSED_TO_ACCOUNTS):
            return refusal(_closed(call, exchange))
        return Reply(payload={"msg": "Invalid request URI", "code": "404", "data": []}, status=404)

    return answer


def _closed(call: Call, exchange: Exchange) -> OkxError:
    """Return why a caller may not use an endpoint: for who it is, or in the end for what accounts here may."""
    try:
        check_signer(exchange, call, Security.READ)
    except OkxError as error:
        return error
    return OkxError("50030", "You don't have permission to use this API endpoint")
