"""Setting limits: who may, which make sense, and which set is looser than the one in force."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from support.desk_driver import ALICE, RISK, DeskDriver
from tidegate.core import identifiers as ids
from tidegate.core.controls.limits import loosens
from tidegate.core.messages import commands
from tidegate.core.messages.effects import Reply
from tidegate.core.messages.events import ApprovalRequested
from tidegate.core.messages.risk_values import RiskLimit, Scope
from tidegate.core.policy import Policy
from tidegate.core.vocabulary import Exchange, LimitAction, LimitKind, RefusalCode

SIZE = RiskLimit(limit_id="size", kind=LimitKind.ORDER_NOTIONAL, value=Decimal(1000))
LOSS = RiskLimit(limit_id="loss", kind=LimitKind.DAILY_LOSS, value=Decimal(500), action=LimitAction.HALT)
RATE = RiskLimit(limit_id="rate", kind=LimitKind.ORDERS_PER_INTERVAL, value=Decimal(5), interval_seconds=10)
ALLOWED = RiskLimit(limit_id="allowed", kind=LimitKind.ALLOWED_SYMBOLS, symbols=("BTC/USDT", "ETH/USDT"))
RESTRICTED = RiskLimit(limit_id="restricted", kind=LimitKind.RESTRICTED_SYMBOLS, symbols=("BTC/USDT", "ETH/USDT"))
STOP = RiskLimit(
    limit_id="stop", kind=LimitKind.PROTECTION_REQUIRED, value=Decimal(0), attach_stop_ratio=Decimal("0.02")
)


@pytest.fixture
def desk() -> DeskDriver:
    driver = DeskDriver()
    driver.open_shop()
    return driver


def with_(limit: RiskLimit, **changes: Any) -> RiskLimit:
    return msgspec.structs.replace(limit, **changes)


def put(desk: DeskDriver, *limits: RiskLimit, version: int | None = None, **options: Any) -> Reply:
    command = commands.SetRiskLimits(
        command_id=desk.command_id(),
        at=desk.now,
        user_id=options.pop("user_id", RISK),
        limits=limits,
        approval_id=ids.ApprovalId(options.pop("approval_id", "01JAPPROVAL")),
        expected_version=version,
    )
    [reply] = desk.put(command).effects
    assert isinstance(reply, Reply)
    return reply


def code_of(reply: Reply) -> RefusalCode | None:
    return None if reply.refusal is None else reply.refusal.code


# --- in force ------------------------------------------------------------------------------------------------------


def test_the_first_set_is_in_force_at_once(desk: DeskDriver) -> None:
    reply = put(desk, SIZE, version=0)
    assert (reply.refusal, reply.approval_id) == (None, None)
    assert (desk.desk.risk.version, desk.desk.risk.limits) == (1, (SIZE,))


def test_an_empty_first_set_is_a_version_too(desk: DeskDriver) -> None:
    put(desk)
    assert desk.desk.risk.version == 1


def test_a_tighter_set_needs_one_person(desk: DeskDriver) -> None:
    put(desk, SIZE)
    assert put(desk, with_(SIZE, value=Decimal(900)), LOSS).approval_id is None
    assert desk.desk.risk.version == 2


def test_a_looser_set_waits_and_is_asked_for_against_the_version_in_force(desk: DeskDriver) -> None:
    put(desk, SIZE)
    assert put(desk, with_(SIZE, value=Decimal(2000))).approval_id == "01JAPPROVAL"
    assert desk.desk.risk.version == 1
    request = desk.desk.risk.approvals[ids.ApprovalId("01JAPPROVAL")].request
    assert isinstance(request, commands.SetRiskLimits)
    assert request.expected_version == 1


def test_a_desk_without_four_eyes_loosens_at_once() -> None:
    desk = DeskDriver(Policy(four_eyes=False))
    desk.open_shop()
    put(desk, SIZE)
    put(desk)
    assert (desk.desk.risk.version, desk.desk.risk.limits) == (2, ())


def test_the_same_request_twice_asks_once(desk: DeskDriver) -> None:
    put(desk, SIZE)
    first, second = put(desk), put(desk)
    assert (first.approval_id, second.approval_id, second.replayed) == ("01JAPPROVAL", "01JAPPROVAL", True)
    assert len([event for event in desk.journal if isinstance(event, ApprovalRequested)]) == 1


def test_one_approval_id_stands_for_one_request(desk: DeskDriver) -> None:
    put(desk, SIZE)
    put(desk)
    assert code_of(put(desk, with_(SIZE, value=Decimal(7000)))) is RefusalCode.IDEMPOTENCY_KEY_CONFLICT


def test_the_set_in_force_is_no_new_version(desk: DeskDriver) -> None:
    put(desk, SIZE)
    assert put(desk, SIZE).replayed
    assert desk.desk.risk.version == 1


# --- refused -------------------------------------------------------------------------------------------------------


def test_only_risk_officers_set_limits(desk: DeskDriver) -> None:
    assert code_of(put(desk, SIZE, user_id=ALICE)) is RefusalCode.NOT_PERMITTED


def test_a_version_that_is_not_in_force_is_a_conflict(desk: DeskDriver) -> None:
    put(desk, SIZE, version=0)
    assert code_of(put(desk, LOSS, version=0)) is RefusalCode.LIMITS_VERSION_CONFLICT
    assert desk.desk.risk.limits == (SIZE,)


def test_a_set_with_one_limit_that_makes_no_sense_is_refused_as_a_whole(desk: DeskDriver) -> None:
    reply = put(desk, SIZE, with_(LOSS, value=Decimal(0)))
    assert code_of(reply) is RefusalCode.LIMIT_NOT_ALLOWED
    assert desk.desk.risk.limits == ()


# --- looser or tighter ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(SIZE, None, id="left out"),
        pytest.param(SIZE, with_(SIZE, limit_id="other"), id="another name"),
        pytest.param(SIZE, with_(SIZE, kind=LimitKind.GROSS_EXPOSURE), id="another kind"),
        pytest.param(SIZE, with_(SIZE, scope=Scope(exchange=Exchange.OKX)), id="another scope"),
    ],
)
def test_another_limit_in_its_place_is_looser_whichever_of_them_holds_more(
    before: RiskLimit, after: RiskLimit | None
) -> None:
    others = () if after is None else (after,)
    assert loosens((before,), others)
    assert loosens(others, (before,)) is (after is not None)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(SIZE, with_(SIZE, value=Decimal(1001)), id="a larger value"),
        pytest.param(SIZE, with_(SIZE, value=None), id="no value"),
        pytest.param(LOSS, with_(LOSS, action=LimitAction.REDUCE), id="a weaker action"),
        pytest.param(LOSS, with_(LOSS, action=LimitAction.REFUSE), id="no action"),
        pytest.param(with_(LOSS, action=LimitAction.CLOSE), LOSS, id="an action that closes no more"),
        pytest.param(RATE, with_(RATE, interval_seconds=9), id="a shorter interval"),
        pytest.param(ALLOWED, with_(ALLOWED, symbols=(*ALLOWED.symbols, "SOL/USDT")), id="more allowed symbols"),
        pytest.param(RESTRICTED, with_(RESTRICTED, symbols=("BTC/USDT",)), id="fewer restricted symbols"),
        pytest.param(STOP, with_(STOP, value=Decimal(10)), id="a larger entry without a stop"),
        pytest.param(STOP, with_(STOP, attach_stop_ratio=Decimal("0.03")), id="a stop farther away"),
    ],
)
def test_what_holds_less_is_looser_and_the_other_way_round_is_not(before: RiskLimit, after: RiskLimit) -> None:
    assert loosens((before,), (after,))
    assert not loosens((after,), (before,))


@pytest.mark.parametrize("kind", [ALLOWED, RESTRICTED])
def test_other_symbols_in_place_of_some_are_looser_both_ways(kind: RiskLimit) -> None:
    before, after = with_(kind, symbols=("BTC/USDT", "ETH/USDT")), with_(kind, symbols=("BTC/USDT", "SOL/USDT"))
    assert loosens((before,), (after,))
    assert loosens((after,), (before,))


@pytest.mark.parametrize("change", [{"attach_stop_ratio": None}, {"warn_at": ()}])
def test_how_one_is_warned_and_refused_is_not_how_much_is_held(change: dict[str, Any]) -> None:
    after = with_(STOP, **change)
    assert not loosens((STOP,), (after,))
    assert not loosens((after,), (STOP,))


def test_one_looser_limit_makes_the_set_looser_however_many_are_tighter() -> None:
    assert loosens((SIZE, LOSS), (with_(SIZE, value=Decimal(1)), RATE))
    assert not loosens((SIZE,), (RATE, SIZE, LOSS))
