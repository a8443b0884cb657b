"""The venues' own dead-man switches: who sets them, and when the desk says that it is there."""

import pytest

from support.desk_driver import ACCOUNT, ALICE, BOB, RISK
from support.protected_desk import ACCOUNTS, BYBIT, LINEAR, OKX, SPOT, ProtectedDesk
from tidegate.core import identifiers as ids
from tidegate.core.controls.dead_man import DEAD_MAN_SWITCH, SWITCHES
from tidegate.core.decision import Decision
from tidegate.core.messages import commands, reports
from tidegate.core.messages.effects import RenewDeadMan, Reply
from tidegate.core.messages.events import DeadManSet
from tidegate.core.messages.values import Refusal
from tidegate.core.vocabulary import Exchange, RefusalCode, Role, VenueOrderStatus


class GuardedDesk(ProtectedDesk):
    """Short ways to set switches, to let seconds pass, and to hear what the venues are told."""

    def choose(self, seconds: int | None, account_id: ids.AccountId = OKX, user_id: ids.UserId = ALICE) -> Decision:
        command = commands.SetDeadMan(
            command_id=self.command_id(), at=self.now, user_id=user_id, account_id=account_id, seconds=seconds
        )
        return self.put(command)

    def told(self, seconds: int = 1) -> list[RenewDeadMan]:
        """What the venues are told within so many seconds."""
        decisions = []
        for _ in range(seconds):
            self.wait(1)
            decisions.append(self.put(reports.ClockTicked(at=self.now)))
        return [renewal for decision in decisions for renewal in renewals(decision)]

    def fail(self, *, seconds: int = 30, retryable: bool = True) -> Decision:
        report = reports.DeadManFailed(
            at=self.now, account_id=OKX, seconds=seconds, message="no answer in time", retryable=retryable
        )
        return self.put(report)

    def answer(self, seconds: int) -> Decision:
        return self.put(reports.DeadManRenewed(at=self.now, account_id=OKX, seconds=seconds))

    def open_failures(self) -> list[str]:
        return [found.message for found in self.desk.open_breaks.values() if found.kind == DEAD_MAN_SWITCH]

    def linear(self) -> ids.OrderId:
        """A contract's order that rests at Binance."""
        return self.entry("0.01", symbol=LINEAR, stop=None, target=None).order_id


@pytest.fixture
def desk() -> GuardedDesk:
    driver = GuardedDesk()
    driver.open_shop()
    return driver


def renewals(decision: Decision) -> list[RenewDeadMan]:
    return [effect for effect in decision.effects if isinstance(effect, RenewDeadMan)]


def refusal(decision: Decision) -> Refusal | None:
    [reply] = [effect for effect in decision.effects if isinstance(effect, Reply)]
    return reply.refusal


# --- people choose -------------------------------------------------------------------------------------------------


def test_a_venue_is_told_at_once_and_then_at_a_third_of_the_time(desk: GuardedDesk) -> None:
    assert renewals(desk.choose(30)) == [RenewDeadMan(account_id=OKX, seconds=30)]
    assert desk.desk.accounts[OKX].dead_man_seconds == 30
    assert not desk.told(9)
    assert desk.told() == [RenewDeadMan(account_id=OKX, seconds=30)]
    assert len(desk.told(30)) == 3


def test_nothing_is_told_where_nobody_chose_it_and_nothing_written_while_it_is_renewed(desk: GuardedDesk) -> None:
    assert not desk.told(5)
    desk.told()  # The day's first tick marks equity.
    desk.choose(30)
    written = len(desk.journal)
    assert len(desk.told(30)) == 3
    assert len(desk.journal) == written


def test_the_same_choice_again_changes_nothing(desk: GuardedDesk) -> None:
    desk.choose(30)
    again = desk.choose(30)
    assert (again.events, refusal(again)) == ([], None)
    other = desk.choose(60)
    assert isinstance(other.events[0], DeadManSet)
    assert renewals(other) == [RenewDeadMan(account_id=OKX, seconds=60)]


def test_switching_it_off_is_told_until_the_venue_has_heard_it(desk: GuardedDesk) -> None:
    desk.choose(30)
    ended = RenewDeadMan(account_id=OKX, seconds=0)
    assert renewals(desk.choose(None)) == [ended]
    desk.answer(30)  # Late: what was said before.
    assert desk.told(5) == [ended]
    desk.answer(0)
    assert not desk.told(60)
    assert desk.desk.accounts[OKX].dead_man_seconds is None


@pytest.mark.parametrize("exchange", list(Exchange))
def test_seconds_that_a_venue_does_not_take_are_refused_with_its_range(desk: GuardedDesk, exchange: Exchange) -> None:
    switch = SWITCHES[exchange]
    for seconds, limit in ((switch.seconds_min - 1, switch.seconds_min), (switch.seconds_max + 1, switch.seconds_max)):
        refused = refusal(desk.choose(seconds, ACCOUNTS[exchange]))
        assert refused is not None
        assert (refused.code, refused.limit) == (RefusalCode.PARAMETER_NOT_ALLOWED, str(limit))
        assert f"{switch.seconds_min} to {switch.seconds_max} seconds" in refused.message
    for seconds in (switch.seconds_min, switch.seconds_max):
        assert refusal(desk.choose(seconds, ACCOUNTS[exchange])) is None


@pytest.mark.parametrize(
    ("role", "code"),
    [
        (Role.TRADER, RefusalCode.ACCOUNT_NOT_FOUND),  # One of other accounts: this one does not exist.
        (Role.RISK, None),
        (Role.ADMIN, None),
        (Role.AUDITOR, RefusalCode.NOT_PERMITTED),
        (Role.VIEWER, RefusalCode.NOT_PERMITTED),
    ],
)
def test_traders_of_the_account_risk_officers_and_administrators_choose(
    desk: GuardedDesk, role: Role, code: RefusalCode | None
) -> None:
    desk.desk.users[BOB].role = role
    refused = refusal(desk.choose(30, user_id=BOB))
    assert (None if refused is None else refused.code) == code
    assert refusal(desk.choose(60)) is None, "Alice trades it"


def test_an_account_that_does_not_exist_has_no_switch(desk: GuardedDesk) -> None:
    refused = refusal(desk.choose(30, ids.AccountId("nowhere"), RISK))
    assert refused is not None
    assert refused.code is RefusalCode.ACCOUNT_NOT_FOUND


# --- markets that count by themselves ------------------------------------------------------------------------------


def test_binance_is_told_the_contracts_with_open_orders(desk: GuardedDesk) -> None:
    desk.entry("0.01", stop=None, target=None)
    assert renewals(desk.choose(30, ACCOUNT))[0].symbols == frozenset(), "spot has no switch"
    desk.linear()
    assert [renewal.symbols for renewal in desk.told()] == [{LINEAR}], "the first order there need not wait"
    assert not desk.told(9)
    assert [renewal.symbols for renewal in desk.told()] == [{LINEAR}]


def test_a_market_without_orders_is_told_no_more(desk: GuardedDesk) -> None:
    order = desk.desk.orders[desk.linear()]
    desk.choose(30, ACCOUNT)
    desk.gone(order)
    assert [renewal.symbols for renewal in desk.told(10)] == [frozenset()]


def test_after_a_restart_markets_whose_orders_have_just_ended_are_told_too(desk: GuardedDesk) -> None:
    """Their countdown may still run, and would cancel the next order there."""
    desk.choose(30, ACCOUNT)
    order = desk.desk.orders[desk.linear()]
    desk.report(order, VenueOrderStatus.CANCELED, exchange_order_id=order.exchange_order_id)
    desk.recover()
    desk.list_markets()
    assert not desk.told(3), "the venue is not connected yet"
    desk.reconnect()
    assert [renewal.symbols for renewal in desk.told()] == [{LINEAR}]
    assert [renewal.symbols for renewal in desk.told(10)] == [frozenset()]


def test_switching_it_off_ends_the_countdowns_of_markets_whose_orders_have_just_ended(desk: GuardedDesk) -> None:
    """They were started while orders were open there, and would cancel the next ones, protection among them."""
    order = desk.desk.orders[desk.linear()]
    assert renewals(desk.choose(60, ACCOUNT))[0].symbols == {LINEAR}
    desk.gone(order)
    assert renewals(desk.choose(None, ACCOUNT)) == [
        RenewDeadMan(account_id=ACCOUNT, seconds=0, symbols=frozenset({LINEAR}))
    ]


@pytest.mark.parametrize("account_id", [OKX, BYBIT])
def test_other_venues_count_for_the_whole_account(desk: GuardedDesk, account_id: ids.AccountId) -> None:
    desk.choose(30, account_id)
    desk.entry("0.01", exchange=desk.desk.accounts[account_id].exchange, symbol=SPOT, stop=None, target=None)
    assert not desk.told(5)


# --- venues that do not hear it ------------------------------------------------------------------------------------


def test_a_renewal_that_failed_is_told_once_and_tried_again_at_the_next_tick(desk: GuardedDesk) -> None:
    desk.choose(30)
    desk.fail()
    assert desk.open_failures() == ["the venue's dead-man switch could not be renewed: no answer in time"]
    for _ in range(3):
        assert len(desk.told()) == 1
        assert not [event for event in desk.fail().events if type(event).__name__ == "BreakFound"]
    desk.told()
    desk.answer(30)
    assert not desk.open_failures()
    assert not desk.told(9)


def test_what_a_venue_refuses_for_good_is_tried_again_in_due_time_only(desk: GuardedDesk) -> None:
    desk.choose(30)
    desk.fail(retryable=False)
    assert len(desk.open_failures()) == 1
    assert not desk.told(9)
    assert len(desk.told()) == 1


def test_an_account_out_of_reach_is_told_as_soon_as_it_is_back(desk: GuardedDesk) -> None:
    desk.choose(30)
    desk.put(reports.AccountDisconnected(at=desk.now, account_id=OKX, message="gone"))
    assert not desk.told(60)
    desk.reconnect(OKX)
    assert len(desk.told()) == 1
    assert not desk.told(5)


def test_what_was_switched_off_out_of_reach_is_ended_when_it_is_back(desk: GuardedDesk) -> None:
    desk.choose(30)
    desk.put(reports.AccountDisconnected(at=desk.now, account_id=OKX, message="gone"))
    assert not renewals(desk.choose(None))
    desk.reconnect(OKX)
    assert [renewal.seconds for renewal in desk.told()] == [0]


def test_answers_for_accounts_that_are_not_known_change_nothing(desk: GuardedDesk) -> None:
    stranger = ids.AccountId("stranger")
    for report in (
        reports.DeadManRenewed(at=desk.now, account_id=stranger, seconds=30),
        reports.DeadManFailed(at=desk.now, account_id=stranger, seconds=30, message="no", retryable=True),
    ):
        assert not desk.put(report).events
