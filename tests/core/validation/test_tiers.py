"""The larger a position, the smaller its leverage: what is open of the same side counts."""

import copy
from decimal import Decimal

import msgspec
import pytest

from support.desk_driver import ACCOUNT
from support.markets import PERPETUAL, MarketsDriver
from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.messages.effects import Reply
from tidegate.core.messages.reports import LeverageReported
from tidegate.core.messages.values import Refusal
from tidegate.core.validation.tiers import check_tiers
from tidegate.core.vocabulary import Exchange, RefusalCode, Side

TIERS = tuple((Decimal(worth), Decimal(leverage)) for worth, leverage in ((100_000, 50), (300_000, 20), (500_000, 5)))


class Tiered(MarketsDriver):
    """The perpetual at 50000, with tiers."""

    def __init__(self) -> None:
        super().__init__()
        rules = self.desk.instruments[Exchange.BINANCE, PERPETUAL]
        self.desk.instruments[Exchange.BINANCE, PERPETUAL] = msgspec.structs.replace(rules, leverage_tiers=TIERS)

    def asked(self, quantity: str, leverage: int | None = 20, **options: object) -> PlaceOrder:
        return self.order_command(
            symbol=PERPETUAL, quantity=quantity, leverage=None if leverage is None else Decimal(leverage), **options
        )

    def refusal(self, command: PlaceOrder) -> Refusal | None:
        [reply, *_] = self.put(command).effects
        assert isinstance(reply, Reply)
        return reply.refusal


@pytest.fixture
def driver() -> Tiered:
    return Tiered()


@pytest.mark.parametrize(("quantity", "leverage"), [("2", 50), ("6", 20), ("10", 5), ("10", 1)])
def test_up_to_the_edge_of_its_tier_an_order_passes(driver: Tiered, quantity: str, leverage: int) -> None:
    assert driver.refusal(driver.asked(quantity, leverage)) is None


def test_beyond_it_the_leverage_that_would_be_allowed_is_named(driver: Tiered) -> None:
    refusal = driver.refusal(driver.asked("6.001"))
    assert refusal is not None
    assert (refusal.code, refusal.limit, refusal.actual) == (RefusalCode.LEVERAGE_NOT_ALLOWED, "5", "20")
    assert "300050" in refusal.message


def test_beyond_all_tiers_no_leverage_helps(driver: Tiered) -> None:
    refusal = driver.refusal(driver.asked("10.001", 1))
    assert refusal is not None
    assert (refusal.code, refusal.limit, refusal.actual) == (
        RefusalCode.NOTIONAL_ABOVE_MAXIMUM,
        "500000",
        "500050",
    )


def test_open_orders_of_the_same_side_count_and_those_of_the_other_do_not(driver: Tiered) -> None:
    driver.place(driver.asked("4", price="49000"))
    assert driver.refusal(driver.asked("2.5", side=Side.SELL)) is None
    refusal = driver.refusal(driver.asked("2.5"))
    assert refusal is not None
    assert "321000" in refusal.message


def test_a_position_counts_and_what_reduces_it_passes(driver: Tiered) -> None:
    order = driver.working(driver.asked("6"))
    driver.fill(order, "6")
    driver.put(LeverageReported(at=driver.now, account_id=ACCOUNT, symbol=PERPETUAL, leverage=Decimal(20)))
    refusal = driver.refusal(driver.asked("0.1", leverage=None))
    assert refusal is not None
    assert "305000" in refusal.message
    assert driver.refusal(driver.asked("7", leverage=None, side=Side.SELL)) is None
    assert driver.refusal(driver.asked("6", leverage=None, side=Side.SELL, reduce_only=True)) is None


def test_without_a_known_leverage_the_venue_judges(driver: Tiered) -> None:
    assert driver.refusal(driver.asked("11", leverage=None)) is None


def test_a_change_counts_as_what_the_order_is_to_be(driver: Tiered) -> None:
    order = driver.working(driver.asked("4"))
    driver.fill(order, "1")
    price = driver.desk.prices[Exchange.BINANCE, PERPETUAL]
    rules = driver.desk.instruments[Exchange.BINANCE, PERPETUAL]
    changed = copy.copy(order)
    changed.quantity = Decimal(6)
    assert check_tiers(changed, rules, price, driver.desk) is None
    changed.quantity = Decimal("6.1")
    refusal = check_tiers(changed, rules, price, driver.desk)
    assert refusal is not None
    assert "305000" in refusal.message


# --- tiers that count the base asset ---------------------------------------------------------------------------------

IN_BASE = tuple((Decimal(quantity), Decimal(leverage)) for quantity, leverage in ((2, 50), (6, 20), (10, 5)))


@pytest.fixture
def counting(driver: Tiered) -> Tiered:
    """The perpetual with tiers that hold at any price."""
    rules = driver.desk.instruments[Exchange.BINANCE, PERPETUAL]
    in_base = msgspec.structs.replace(rules, leverage_tiers=IN_BASE, tiers_in_base=True)
    driver.desk.instruments[Exchange.BINANCE, PERPETUAL] = in_base
    return driver


@pytest.mark.parametrize("price", ["50000", "52000"])
def test_in_base_the_price_does_not_matter(counting: Tiered, price: str) -> None:
    assert counting.refusal(counting.asked("6", price=price)) is None


def test_in_base_the_leverage_that_would_be_allowed_is_named(counting: Tiered) -> None:
    refusal = counting.refusal(counting.asked("6.001"))
    assert refusal is not None
    assert (refusal.code, refusal.limit, refusal.actual) == (RefusalCode.LEVERAGE_NOT_ALLOWED, "5", "20")
    assert "6.001 BTC" in refusal.message


def test_in_base_beyond_all_tiers_no_leverage_helps(counting: Tiered) -> None:
    refusal = counting.refusal(counting.asked("10.001", 1))
    assert refusal is not None
    assert (refusal.code, refusal.limit, refusal.actual) == (RefusalCode.QUANTITY_ABOVE_MAXIMUM, "10", "10.001")


def test_in_base_open_orders_count_at_whatever_price(counting: Tiered) -> None:
    counting.place(counting.asked("4", price="40000"))
    assert counting.refusal(counting.asked("2.5", side=Side.SELL)) is None
    refusal = counting.refusal(counting.asked("2.5"))
    assert refusal is not None
    assert "6.5 BTC" in refusal.message
    assert counting.refusal(counting.asked("2")) is None
