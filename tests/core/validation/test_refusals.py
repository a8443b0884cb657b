"""Every refusal of validation: its code, its figures where there are any, and a sentence that says what to do."""

import re
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from support.markets import PERPETUAL, perpetual_of
from support.validating import MARKET, STRICT, Checker, protection
from tidegate.core import validation
from tidegate.core.instruments import Instrument
from tidegate.core.validation.refusals import refuse, unsupported
from tidegate.core.vocabulary import Exchange, OrderType, RefusalCode, Routing, Side, TimeInForce

LINEAR = msgspec.structs.replace(
    perpetual_of(Exchange.BINANCE), leverage_tiers=((Decimal(1_000), Decimal(20)), (Decimal(9_000), Decimal(5)))
)
ON_LINEAR: dict[str, object] = {"symbol": PERPETUAL}
STOP = {"order_type": OrderType.STOP_LOSS, "price": None}
TRAILING = {"order_type": OrderType.TRAILING_STOP, "price": None}

# What leads to each code, with the limit and the actual figure where there are any.
CASES: dict[RefusalCode, tuple[dict[str, object], str | None, str | None]] = {
    RefusalCode.EXPIRY_NOT_ALLOWED: ({"expires_at": "later"}, None, None),
    RefusalCode.EXPIRY_REQUIRED: ({"time_in_force": TimeInForce.GTD}, None, None),
    RefusalCode.INSTRUMENT_NOT_TRADING: ({}, None, None),
    RefusalCode.LEVERAGE_NOT_ALLOWED: ({**ON_LINEAR, "quantity": "0.1", "leverage": "20"}, "5", "20"),
    RefusalCode.NOTIONAL_ABOVE_MAXIMUM: ({"quantity": "50"}, "1000000", "2500000"),
    RefusalCode.NOTIONAL_BELOW_MINIMUM: ({"quantity": None, "quote_quantity": "5", **MARKET}, "10", "5"),
    RefusalCode.PARAMETER_NOT_ALLOWED: ({"params": {"unheard": "of"}}, None, None),
    RefusalCode.POSITION_NOT_FLAT: ({**ON_LINEAR, "quantity": "0.02", "leverage": "3"}, None, None),
    RefusalCode.PRICE_NOT_ALLOWED: ({"order_type": OrderType.MARKET}, None, None),
    RefusalCode.PRICE_NOT_MULTIPLE_OF_TICK: ({"price": "50000.001"}, "0.01", "50000.001"),
    RefusalCode.PRICE_OUTSIDE_BAND: ({"price": "1000"}, "25000", "1000"),
    RefusalCode.PRICE_REQUIRED: ({"price": None}, None, None),
    RefusalCode.PROTECTION_NOT_ALLOWED: ({"stop_loss": protection(trigger_price="60000")}, None, None),
    RefusalCode.QUANTITY_ABOVE_MAXIMUM: ({"quantity": "101"}, "100", "101"),
    RefusalCode.QUANTITY_AMBIGUOUS: ({"quantity": None}, None, None),
    RefusalCode.QUANTITY_BELOW_MINIMUM: ({"quantity": "0.001"}, "0.01", "0.001"),
    RefusalCode.QUANTITY_NOT_MULTIPLE_OF_STEP: ({"quantity": "1.0001"}, "0.001", "1.0001"),
    RefusalCode.SYMBOL_NOT_FOUND: ({"symbol": "NO/USDT"}, None, None),
    RefusalCode.TRAILING_OFFSET_NOT_ALLOWED: (
        {**TRAILING, "side": Side.SELL, "trailing_offset": "50000"},
        "50000",
        "50000",
    ),
    RefusalCode.TRAILING_OFFSET_REQUIRED: (TRAILING, None, None),
    RefusalCode.TRIGGER_PRICE_ALREADY_PASSED: ({**STOP, "trigger_price": "49000"}, "50000", "49000"),
    RefusalCode.TRIGGER_PRICE_NOT_ALLOWED: ({"trigger_price": "49000"}, None, None),
    RefusalCode.TRIGGER_PRICE_REQUIRED: (STOP, None, None),
    RefusalCode.UNSUPPORTED_COMBINATION: ({"reduce_only": True}, None, None),
    RefusalCode.UNSUPPORTED_ORDER_TYPE: ({**STOP, "trigger_price": "51000"}, None, None),
    RefusalCode.UNSUPPORTED_ROUTING: ({"routing": Routing.INTERNAL_ONLY}, None, None),
}
RULES = {
    RefusalCode.INSTRUMENT_NOT_TRADING: {"trading": False},
    RefusalCode.UNSUPPORTED_ORDER_TYPE: {"order_types": frozenset({OrderType.LIMIT})},
}


def checker_of(code: RefusalCode, asked: dict[str, object]) -> Checker:
    market: Instrument = LINEAR if asked.get("symbol") == PERPETUAL else STRICT
    checker = Checker(msgspec.structs.replace(market, **RULES.get(code, {})))
    if code is RefusalCode.POSITION_NOT_FLAT:
        checker.driver.place(checker.driver.order_command(symbol=PERPETUAL, quantity="0.02"))
    return checker


@pytest.mark.parametrize("code", CASES)
def test_every_refusal_has_its_figures_and_says_what_to_do(code: RefusalCode) -> None:
    asked, limit, actual = CASES[code]
    checker = checker_of(code, asked)
    if "expires_at" in asked:
        asked = {"expires_at": checker.driver.now}
    refusal = checker.refusal(**asked)
    assert (refusal.code, refusal.limit, refusal.actual) == (code, limit, actual)
    assert len(refusal.message.split()) >= 4


def test_there_is_a_case_for_every_code_that_validation_refuses_with() -> None:
    [folder] = validation.__path__
    sources = "".join(path.read_text() for path in Path(folder).glob("*.py"))
    assert {RefusalCode[name] for name in re.findall(r"RefusalCode\.([A-Z_]+)", sources)} == set(CASES)


def test_figures_are_plain_decimals() -> None:
    refusal = refuse(RefusalCode.QUANTITY_BELOW_MINIMUM, "more", Decimal("1E-7"), Decimal("0E+2"))
    assert (refusal.limit, refusal.actual) == ("0.0000001", "0")


def test_what_is_not_supported_is_told_with_what_is() -> None:
    refusal = unsupported(RefusalCode.UNSUPPORTED_ROUTING, "by post", ("venue", "desk"))
    assert refusal.message == "by post is not supported here; supported: venue, desk"
