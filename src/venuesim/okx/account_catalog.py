"""The operations on balances, bills and the funding account, each with its endpoint name and documented rate limit."""

from collections.abc import Callable

from venuesim.faults import Endpoint
from venuesim.okx.contract_data import ContractData
from venuesim.okx.funding_account import FundingAccounts
from venuesim.okx.holdings import Holdings
from venuesim.okx.limits import SECONDS
from venuesim.okx.operations import Operation, Request, Result, Security
from venuesim.wire.windows import Window

BALANCES, OTHER = Endpoint.BALANCES, Endpoint.OTHER


def account_gets(holdings: Holdings, funding: FundingAccounts, contract_data: ContractData) -> dict[str, Operation]:
    """Return the GET operations by path; the number is how many requests a user has in two seconds."""
    rows: list[tuple[str, Endpoint, int, Callable[[Request], Result]]] = [
        ("account/balance", BALANCES, 10, holdings.balance),
        ("account/max-withdrawal", BALANCES, 20, holdings.max_withdrawal),
        ("account/bills", OTHER, 10, holdings.bills),
        ("account/bills-archive", OTHER, 5, holdings.bills_archive),
        ("account/subtypes", OTHER, 20, holdings.subtypes),
        ("account/greeks", OTHER, 10, funding.nothing),
        ("trade/account-rate-limit", OTHER, 1, holdings.rate_limit),
        ("asset/currencies", OTHER, 12, funding.currencies),
        ("asset/balances", BALANCES, 12, funding.balances),
        ("asset/non-tradable-assets", OTHER, 12, funding.nothing),
        ("asset/asset-valuation", OTHER, 2, funding.valuation),
        ("asset/transfer-state", OTHER, 20, funding.transfer_state),
        ("asset/bills", OTHER, 12, funding.bills),
        ("asset/bills-history", OTHER, 2, funding.bills),
        ("asset/deposit-address", OTHER, 12, funding.deposit_address),
        ("asset/deposit-history", OTHER, 12, funding.nothing),
        ("asset/withdrawal-history", OTHER, 12, funding.nothing),
        ("asset/convert/history", OTHER, 12, funding.nothing),
    ]
    operations = {
        name: Operation(endpoint=endpoint, security=Security.READ, run=run, window=Window(name, limit, SECONDS))
        for name, endpoint, limit, run in rows
    }
    operations["account/instruments"] = Operation(
        endpoint=Endpoint.INSTRUMENTS,
        security=Security.READ,
        run=contract_data.instruments,
        window=Window("account/instruments", 20, SECONDS),
        scope="instType",
    )
    return operations


def account_posts(funding: FundingAccounts) -> dict[str, Operation]:
    """Return the POST operations by path."""
    window = Window("asset/transfer", 4, SECONDS)
    transfer = Operation(endpoint=OTHER, security=Security.TRADE, run=funding.transfer, window=window, scope="ccy")
    return {"asset/transfer": transfer}
