"""The trading account: balances and bills."""

from collections.abc import Iterator
from itertools import islice

from venuesim.exchange.accounts import ZERO
from venuesim.exchange.engine import Exchange
from venuesim.exchange.flows import Flow
from venuesim.exchange.margin import available
from venuesim.okx import errors
from venuesim.okx.balances import balances, held_assets
from venuesim.okx.bills import SUBTYPES, BillType, bill, bill_id, margin_mode_of, type_of
from venuesim.okx.errors import OkxError
from venuesim.okx.instruments import InstrumentType, instrument_id, instrument_type
from venuesim.okx.limits import ACCOUNT_ORDERS
from venuesim.okx.operations import Request, Result
from venuesim.okx.parameters import Parameters
from venuesim.wire.calls import plain

CURRENCIES_MAX = 20
DAY_MS = 86_400_000


class Holdings:
    """What an account has and what became of it."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def balance(self, request: Request) -> Result:
        """Show what the account holds, of all currencies or of those that `ccy` lists."""
        held = held_assets(request.account)
        named = currencies_of(request.query)
        wanted = held if named is None else [asset for asset in named if asset in held]
        return Result(data=[balances(request.account, self._exchange, wanted, request.now_ms)])

    def max_withdrawal(self, request: Request) -> Result:
        """Show how much can be moved to the funding account."""
        account = request.account
        named = currencies_of(request.query)
        shown = []
        for asset in held_assets(account) if named is None else named:
            free = min(account.balances[asset].free, available(account, asset, self._exchange.markets))
            amount = plain(max(ZERO, free))
            shown.append(
                {
                    "ccy": asset,
                    "maxWd": amount,
                    "maxWdEx": "",
                    "spotOffsetMaxWd": "",
                    "spotOffsetMaxWdEx": "",
                }
            )
        return Result(data=list(shown))

    def rate_limit(self, request: Request) -> Result:
        """Show how many orders the account may place in two seconds; ratios are for higher fee tiers."""
        empty = ("fillRatio", "mainFillRatio", "nextAccRateLimit")
        limit = {"accRateLimit": str(ACCOUNT_ORDERS.limit), "ts": str(request.now_ms)}
        return Result(data=[dict.fromkeys(empty, "") | limit])

    # Bills

    def bills(self, request: Request) -> Result:
        """List the movements of the last week, newest first."""
        return self._bills(request, kept_ms=7 * DAY_MS)

    def bills_archive(self, request: Request) -> Result:
        """List the movements of the last three months, newest first."""
        return self._bills(request, kept_ms=90 * DAY_MS)

    def subtypes(self, request: Request) -> Result:
        """List the types of bills that occur here."""
        named = request.query.choices("type", BillType) or list(BillType)
        return Result(
            data=[
                {
                    "type": kind.value,
                    "typeDesc": SUBTYPES[kind][0],
                    "subTypeDetails": [
                        {"subType": subtype, "subTypeDesc": name} for subtype, name in SUBTYPES[kind][1].items()
                    ],
                }
                for kind in named
            ]
        )

    def _bills(self, request: Request, *, kept_ms: int) -> Result:
        query = request.query
        after, before = query.integer("after"), query.integer("before")
        begin_ms = max(query.integer("begin") or 0, request.now_ms - kept_ms)
        end_ms = query.integer("end")
        found = (
            flow
            for flow in self._named_flows(request)
            if begin_ms <= flow.time_ms
            and (end_ms is None or flow.time_ms <= end_ms)
            and (after is None or bill_id(flow) < after)
            and (before is None or bill_id(flow) > before)
        )
        return Result(data=[bill(flow, self._exchange) for flow in islice(found, query.limit())])

    def _named_flows(self, request: Request) -> Iterator[Flow]:
        """Yield the account's movements that the names in the query leave, newest first."""
        query = request.query
        kind = query.choice("instType", InstrumentType) if query.has("instType") else None
        wanted = {name: query.text(name) for name in ("instId", "ccy", "type", "subType", "ctType", "mgnMode")}
        for flow in self._exchange.flows.newest_first(request.account):
            instrument = None if flow.symbol is None else self._exchange.markets[flow.symbol].instrument
            bill_type, subtype = type_of(flow)
            told = {
                "instId": None if instrument is None else instrument_id(instrument),
                "ccy": flow.asset,
                "type": bill_type.value,
                "subType": subtype,
                "mgnMode": margin_mode_of(flow),
                "ctType": "linear" if instrument is not None and instrument.is_linear else None,
            }
            is_of_kind = kind is None or (instrument is not None and instrument_type(instrument) is kind)
            if is_of_kind and all(value in {None, told[name]} for name, value in wanted.items()):
                yield flow


def currencies_of(query: Parameters) -> list[str] | None:
    """Return the currencies that a comma-separated `ccy` lists, or None without one; there may be twenty."""
    named = query.text("ccy")
    if named is None:
        return None
    currencies = named.split(",")
    if len(currencies) > CURRENCIES_MAX:
        raise OkxError("50025", f"Parameter ccy count exceeds the limit {CURRENCIES_MAX}.")
    if not all(currencies):
        raise errors.malformed("ccy")
    return currencies
