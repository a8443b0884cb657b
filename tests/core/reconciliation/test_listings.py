"""A venue's rules change while orders are working: what is new is taken over, and what it touches is told once."""

from decimal import Decimal

import msgspec
import pytest

from support.changing import ChangingDriver, refusal_of
from support.desk_driver import ACCOUNT, BTC_USDT, DeskDriver
from support.markets import PERPETUAL, MarketsDriver
from tidegate.core.decision import NOTHING, Decision
from tidegate.core.instruments import Instrument
from tidegate.core.messages.events import BreakFound, BreakResolved, InstrumentsListed, RulesChanged
from tidegate.core.messages.reports import InstrumentsReported
from tidegate.core.order import Order
from tidegate.core.reconciliation.listings import TRADING_STOPPED
from tidegate.core.vocabulary import Exchange, OrderType, RefusalCode

ETHER = msgspec.structs.replace(BTC_USDT, symbol="ETH/USDT", exchange_symbol="ETHUSDT", base="ETH")


@pytest.fixture
def driver() -> DeskDriver:
    driver = DeskDriver()
    driver.open_shop()
    return driver


def ruled(**rules: object) -> Instrument:
    """The market with other rules; amounts as texts."""
    return msgspec.structs.replace(
        BTC_USDT, **{name: Decimal(rule) if isinstance(rule, str) else rule for name, rule in rules.items()}
    )


def told(driver: DeskDriver, *instruments: Instrument, complete: bool = False) -> Decision:
    report = InstrumentsReported(at=driver.now, exchange=Exchange.BINANCE, instruments=instruments, complete=complete)
    return driver.put(report)


def notices(decision: Decision) -> list[RulesChanged]:
    return [event for event in decision.events if isinstance(event, RulesChanged)]


def last_words(driver: DeskDriver, order: Order) -> str:
    return driver.history(order)[-1].message


# --- what is new ---------------------------------------------------------------------------------------------------


def test_the_same_listing_again_is_nothing(driver: DeskDriver) -> None:
    again = msgspec.json.decode(msgspec.json.encode(BTC_USDT), type=Instrument)
    assert told(driver, again, complete=True) == NOTHING


def test_only_what_has_changed_is_listed(driver: DeskDriver) -> None:
    told(driver, BTC_USDT, ETHER)
    finer = ruled(price_tick="0.001")
    assert told(driver, finer, ETHER).events == [
        InstrumentsListed(at=driver.now, exchange=Exchange.BINANCE, instruments=(finer,))
    ]
    assert driver.desk.instruments[Exchange.BINANCE, "BTC/USDT"] == finer


def test_what_a_complete_listing_lacks_does_not_trade_any_more(driver: DeskDriver) -> None:
    told(driver, ETHER)
    assert driver.desk.instruments[Exchange.BINANCE, "BTC/USDT"].trading, "a part of a listing says nothing of others"
    told(driver, ETHER, complete=True)
    assert not driver.desk.instruments[Exchange.BINANCE, "BTC/USDT"].trading
    assert driver.desk.instruments[Exchange.BINANCE, "ETH/USDT"].trading
    assert told(driver, ETHER, complete=True) == NOTHING
    told(driver, ETHER, BTC_USDT, complete=True)
    assert driver.desk.instruments[Exchange.BINANCE, "BTC/USDT"].trading


# --- working orders ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "code", "limit", "actual"),
    [
        ({"price_tick": "7"}, RefusalCode.PRICE_NOT_MULTIPLE_OF_TICK, "7", "50000"),
        ({"quantity_step": "0.3"}, RefusalCode.QUANTITY_NOT_MULTIPLE_OF_STEP, "0.3", "1"),
        ({"quantity_min": "2"}, RefusalCode.QUANTITY_BELOW_MINIMUM, "2", "1"),
        ({"quantity_max": "0.5"}, RefusalCode.QUANTITY_ABOVE_MAXIMUM, "0.5", "1"),
        ({"notional_min": "60000"}, RefusalCode.NOTIONAL_BELOW_MINIMUM, "60000", "50000"),
        ({"notional_max": "100"}, RefusalCode.NOTIONAL_ABOVE_MAXIMUM, "100", "50000"),
        ({"order_types": frozenset({OrderType.MARKET})}, RefusalCode.UNSUPPORTED_ORDER_TYPE, None, None),
        ({"trading": False}, RefusalCode.INSTRUMENT_NOT_TRADING, None, None),
    ],
)
def test_an_order_that_new_rules_would_refuse_is_told_of_once_and_left_alone(
    driver: DeskDriver, rules: dict[str, object], code: RefusalCode, limit: str | None, actual: str | None
) -> None:
    order = driver.working()
    decision = told(driver, ruled(**rules))
    [notice] = notices(decision)
    assert (notice.order_id, notice.code, notice.limit, notice.actual) == (order.order_id, code, limit, actual)
    assert decision.effects == [], "nothing is canceled by itself"
    assert last_words(driver, order).startswith("the venue's rules changed: ")
    assert driver.history(order)[-1].error_code == code
    assert notices(told(driver, ruled(**rules, maker_fee_rate="0.001"))) == [], "told once"


def test_an_order_that_fits_the_new_rules_is_not_told_of(driver: DeskDriver) -> None:
    driver.working()
    assert notices(told(driver, ruled(price_tick="0.05", notional_min="10"))) == []


def test_an_order_of_another_market_is_not_told_of(driver: DeskDriver) -> None:
    driver.working()
    told(driver, ETHER)
    assert notices(told(driver, msgspec.structs.replace(ETHER, trading=False))) == []


def test_a_restart_tells_nothing_again(driver: DeskDriver) -> None:
    driver.working()
    coarse = ruled(price_tick="7")
    told(driver, coarse)
    driver.recover()
    assert notices(told(driver, coarse)) == []


def test_an_order_is_changed_by_the_new_rules() -> None:
    driver = ChangingDriver()
    driver.open_shop()
    order = driver.working()
    told(driver, ruled(price_tick="7"))
    refusal = refusal_of(driver.amend(order, price="49000.01"))
    assert refusal is not None
    assert refusal.code is RefusalCode.PRICE_NOT_MULTIPLE_OF_TICK
    assert refusal_of(driver.amend(order, price="49000")) is None


# --- markets that stop ---------------------------------------------------------------------------------------------


def test_a_market_that_stops_is_a_break_of_the_accounts_in_it_until_it_goes_on(driver: DeskDriver) -> None:
    driver.working()
    decision = told(driver, ruled(trading=False))
    [found] = [event for event in decision.events if isinstance(event, BreakFound)]
    assert (found.account_id, found.kind, found.subject) == (ACCOUNT, TRADING_STOPPED, "BTC/USDT")
    assert notices(told(driver, ruled(trading=False, price_tick="0.05"))) == []
    decision = told(driver, BTC_USDT)
    assert [event.kind for event in decision.events if isinstance(event, BreakResolved)] == [TRADING_STOPPED]
    assert driver.desk.open_breaks == {}


def test_a_market_that_stops_concerns_nobody_who_has_nothing_in_it(driver: DeskDriver) -> None:
    assert [type(event) for event in told(driver, ruled(trading=False)).events] == [InstrumentsListed]


def test_a_break_of_before_a_restart_ends_when_the_market_trades(driver: DeskDriver) -> None:
    driver.working()
    told(driver, ruled(trading=False))
    driver.recover()
    told(driver, BTC_USDT)
    assert driver.desk.open_breaks == {}


def test_a_position_is_reason_enough_for_a_break() -> None:
    driver = MarketsDriver()
    order = driver.working(driver.order_command(symbol=PERPETUAL))
    driver.fill(order, "1")
    rules = driver.desk.instruments[Exchange.BINANCE, PERPETUAL]
    decision = told(driver, msgspec.structs.replace(rules, trading=False))
    assert [event.subject for event in decision.events if isinstance(event, BreakFound)] == [PERPETUAL]
