"""Public data: the venue's time and state, instruments, and the figures of swaps (OKX "Public data")."""

import random
from collections.abc import Iterable, Iterator
from decimal import Decimal

from venuesim.exchange.accounts import ZERO
from venuesim.exchange.candle import DAY_MS, HOUR_MS
from venuesim.exchange.engine import Exchange
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.market import FUNDING_RATE, Funded, Market
from venuesim.okx import errors
from venuesim.okx.errors import OkxError
from venuesim.okx.figures import Json, family_of, funding_rate, mark_price, open_interest, price_limit
from venuesim.okx.instrument_data import shown_instrument
from venuesim.okx.instruments import Instruments, InstrumentType, instrument_id, instrument_type
from venuesim.okx.operations import Request, Result
from venuesim.okx.parameters import Parameters
from venuesim.okx.position_tiers import POSITION_TIERS
from venuesim.wire.calls import plain

ANY = "ANY"
FUNDING_HISTORY_MAX = 400
FUNDING_HISTORY_MS = 90 * DAY_MS
FAMILIES_MAX = 5
RATE_STEP = Decimal("0.0000001")
INSURANCE_FUND = Decimal(500_000_000)


class ContractData:
    """Public data that needs no account."""

    def __init__(self, exchange: Exchange, instruments: Instruments) -> None:
        self._exchange = exchange
        self._instruments = instruments

    def time(self, request: Request) -> Result:
        """Show the venue's time."""
        return Result(data=[{"ts": str(request.now_ms)}])

    def status(self, request: Request) -> Result:
        """Show planned maintenance: there is none."""
        del request
        return Result(data=[])

    def instruments(self, request: Request) -> Result:
        """List the instruments of a type; of margin trading, dated futures and options there are none."""
        query = request.query
        kind = query.choice("instType", InstrumentType)
        if kind is InstrumentType.OPTION and _family(query) is None:
            raise errors.either("uly", "instFamily")
        return Result(data=[shown_instrument(i, self._instruments.codes[i.symbol]) for i in self._named(query, kind)])

    def underlying(self, request: Request) -> Result:
        """List the underlyings of a type's contracts."""
        kind = request.query.choice("instType", InstrumentType)
        if kind is InstrumentType.SPOT:
            raise errors.malformed("instType")
        return Result(data=[[family_of(instrument) for instrument in self._instruments.of_type(kind)]])

    def nothing(self, request: Request) -> Result:
        """Answer for what belongs to options and dated futures, of which there are none."""
        del request
        return Result(data=[])

    # Prices

    def mark_prices(self, request: Request) -> Result:
        """Show mark prices of swaps, or (as MARGIN) of pairs.

        Assumption: whoever names an instrument need not name its type; ccxt does not, and is answered.
        """
        query = request.query
        if query.has("instId") and not query.has("instType"):
            market = self._exchange.markets[self._instruments.read(query).symbol]
            named = InstrumentType.SWAP if market.instrument.is_linear else InstrumentType.MARGIN
            return Result(data=[mark_price(market, named.value, request.now_ms)])
        kind = query.choice("instType", InstrumentType)
        if kind is InstrumentType.SPOT:
            raise errors.malformed("instType")
        traded = InstrumentType.SPOT if kind is InstrumentType.MARGIN else kind
        markets = self._markets(self._named(query, traded))
        return Result(data=[mark_price(market, kind.value, request.now_ms) for market in markets])

    def price_limit(self, request: Request) -> Result:
        """Show the highest price of a buy and the lowest of a sell."""
        market = self._exchange.markets[self._instruments.read(request.query).symbol]
        return Result(data=[price_limit(market, request.now_ms)])

    # Funding

    def funding_rate(self, request: Request) -> Result:
        """Show the running funding of one swap, or of all for ANY."""
        if request.query.text("instId") == ANY:
            markets = self._markets(self._instruments.of_type(InstrumentType.SWAP))
        else:
            markets = self._markets([self._swap(request.query)])
        return Result(data=[funding_rate(market, request.now_ms) for market in markets])

    def funding_rate_history(self, request: Request) -> Result:
        """Show the funding of the last three months, newest first; before the start of the simulator it is invented."""
        query = request.query
        market = self._exchange.markets[self._swap(query).symbol]
        after, before, wanted = query.integer("after"), query.integer("before"), query.integer("limit")
        limit = FUNDING_HISTORY_MAX if wanted is None else min(max(wanted, 1), FUNDING_HISTORY_MAX)
        found = [
            _funded(market, funded)
            for funded in past_funding(market, request.now_ms)
            if (after is None or funded.time_ms < after) and (before is None or funded.time_ms > before)
        ]
        return Result(data=list(found[:limit]))

    # Open interest and tiers

    def open_interest(self, request: Request) -> Result:
        """Show the open interest of swaps."""
        kind = request.query.choice("instType", InstrumentType)
        if kind is InstrumentType.SPOT or kind is InstrumentType.MARGIN:
            raise errors.malformed("instType")
        markets = self._markets(self._named(request.query, kind))
        return Result(data=[open_interest(m, held(self._exchange, m), request.now_ms) for m in markets])

    def position_tiers(self, request: Request) -> Result:
        """Show the position tiers of swaps by family; sizes in contracts."""
        query = request.query
        kind = query.choice("instType", InstrumentType)
        if query.required("tdMode") not in {"cross", "isolated"}:
            raise errors.malformed("tdMode")
        if kind is not InstrumentType.SWAP:
            return Result(data=[])
        named = query.text("instFamily") or query.text("uly")
        if named is None:
            raise errors.empty("instFamily")
        families = named.split(",")
        if len(families) > FAMILIES_MAX:
            raise OkxError("50025", f"Parameter instFamily count exceeds the limit {FAMILIES_MAX}.")
        tiers = [
            tier
            for instrument in self._instruments.of_type(InstrumentType.SWAP)
            if family_of(instrument) in families
            for tier in _tiers(instrument)
        ]
        wanted = query.text("tier")
        return Result(data=[tier for tier in tiers if wanted in {None, tier["tier"]}])

    def insurance_fund(self, request: Request) -> Result:
        """Show an invented insurance fund that never changes."""
        kind = request.query.choice("instType", InstrumentType)
        family = request.query.text("instFamily") or request.query.text("uly") or "BTC-USDT"
        detail = {
            "adlType": "",
            "amt": "",
            "balance": plain(INSURANCE_FUND),
            "ccy": "USDT",
            "decRate": "",
            "maxBal": "",
            "maxBalTs": "",
            "ts": str(request.now_ms - request.now_ms % DAY_MS),
            "type": "regular_update",
        }
        shown = {
            "details": [detail],
            "instFamily": family,
            "instType": kind.value,
            "total": plain(INSURANCE_FUND),
        }
        return Result(data=[shown])

    def convert_contracts(self, request: Request) -> Result:
        """Convert an amount of base to contracts (`type` 1), or back (2). A price is not needed for linear swaps."""
        query = request.query
        instrument = self._swap(query)
        size = query.decimal("sz")
        to_base = query.text("type") == "2"
        converted = size * instrument.contract_size if to_base else size / instrument.contract_size
        if not to_base:
            lot = instrument.lot_size / instrument.contract_size
            converted = converted // lot * lot
        return Result(
            data=[
                {
                    "instId": instrument_id(instrument),
                    "px": query.echo("px"),
                    "sz": plain(converted),
                    "type": "2" if to_base else "1",
                    "unit": query.text("unit") or "coin",
                }
            ]
        )

    # Finding

    def _swap(self, query: Parameters) -> Instrument:
        instrument = self._instruments.read(query)
        if not instrument.is_linear:
            raise errors.malformed("instId")
        return instrument

    def _named(self, query: Parameters, kind: InstrumentType) -> list[Instrument]:
        """Return the instruments of a type that a query's instId or family leaves; raises OkxError for a wrong one."""
        named = self._instruments.read_optional(query)
        if named is not None and instrument_type(named) is not kind:
            raise errors.no_such_instrument()
        family = _family(query)
        return [
            instrument
            for instrument in self._instruments.of_type(kind)
            if (named is None or instrument.symbol == named.symbol)
            and (family is None or named is not None or family_of(instrument) == family)
        ]

    def _markets(self, instruments: Iterable[Instrument]) -> list[Market]:
        return [self._exchange.markets[instrument.symbol] for instrument in instruments]


def held(exchange: Exchange, market: Market) -> Decimal:
    """Return what accounts hold long of a contract (base)."""
    symbol = market.instrument.symbol
    return sum(
        (
            position.quantity
            for account in exchange.accounts.values()
            for holding in account.holdings_of(symbol)
            for position in holding.open_positions()
            if position.quantity > 0
        ),
        ZERO,
    )


def past_funding(market: Market, now_ms: int) -> Iterator[Funded]:
    """Yield three months of a swap's funding, newest first: what was paid, and before that what its seed invents.

    Payments are told at the time when they were due.
    """
    oldest_ms = max(now_ms - FUNDING_HISTORY_MS, market.instrument.listed_ms)
    interval_ms = market.instrument.funding_interval_hours * HOUR_MS
    time_ms = market.next_funding_ms
    for funded in reversed(market.funded):
        time_ms = funded.time_ms // interval_ms * interval_ms
        if time_ms >= oldest_ms:
            yield funded._replace(time_ms=time_ms)
    time_ms -= interval_ms
    while time_ms >= oldest_ms:
        chance = random.Random(f"{market.instrument.symbol}/{time_ms}")  # noqa: S311 - An invented past, not a secret.
        share = Decimal(round(chance.gauss(0.7, 0.5) * 1000)) / 1000
        rate = min(FUNDING_RATE, FUNDING_RATE * share).quantize(RATE_STEP)
        yield Funded(time_ms, rate, market.mark)
        time_ms -= interval_ms


def _funded(market: Market, funded: Funded) -> Json:
    return {
        "formulaType": "withRate",
        "fundingRate": plain(funded.rate),
        "fundingTime": str(funded.time_ms),
        "instId": instrument_id(market.instrument),
        "instType": "SWAP",
        "method": "current_period",
        "realizedRate": plain(funded.rate),
    }


def _tiers(instrument: Instrument) -> Iterator[Json]:
    smallest = 0
    for number, tier in enumerate(POSITION_TIERS[instrument.base], 1):
        yield {
            "baseMaxLoan": "",
            "imr": plain((1 / Decimal(tier.leverage_max)).quantize(Decimal("0.0001"))),
            "instFamily": family_of(instrument),
            "instId": "",
            "maxLever": str(tier.leverage_max),
            "maxSz": str(tier.size_max),
            "minSz": str(smallest),
            "mmr": plain(tier.maintenance_rate),
            "optMgnFactor": "0",
            "quoteMaxLoan": "",
            "tier": str(number),
            "uly": family_of(instrument),
        }
        smallest = int(tier.size_max) + 1


def _family(query: Parameters) -> str | None:
    return query.text("instFamily") or query.text("uly")
