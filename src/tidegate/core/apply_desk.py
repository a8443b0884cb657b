"""What happens to the desk as a whole: users, accounts, balances, breaks, rules."""

from typing import assert_never

from tidegate.core.apply_risk import RiskChange, change_risk
from tidegate.core.capital import COUNTED, count
from tidegate.core.desk import Desk, Difference
from tidegate.core.flow_records import note_flow
from tidegate.core.memory import keep, remember
from tidegate.core.messages import events as happened
from tidegate.core.money import ONE
from tidegate.core.portfolio.holdings import acquire, dispose
from tidegate.core.portfolio.positions import move_position, realized_by
from tidegate.core.records import FOREIGN_ORDER, TOLD_ONCE, Account, Break, KeptRequest, Leverage, Rule, User
from tidegate.core.vocabulary import Side

DeskChange = (
    happened.UserRegistered
    | happened.TokenIssued
    | happened.AccountRegistered
    | happened.CredentialsReplaced
    | happened.AccountStateChanged
    | happened.BalanceOpened
    | happened.BalancesOpened
    | happened.BalanceCompared
    | happened.BreakFound
    | happened.BreakResolved
    | happened.BalanceAdjusted
    | happened.PositionCompared
    | happened.PositionAdjusted
    | happened.LeverageChanged
    | happened.CashFlowBooked
    | happened.CashFlowNamed
    | happened.CorrectionsSet
    | happened.KeepAliveSet
    | happened.DeadManSet
    | happened.RequestKept
    | happened.RuleCreated
    | happened.RuleEnded
    | RiskChange
)


def change_desk(desk: Desk, event: DeskChange) -> None:  # noqa: C901  One arm per event.
    """Make one event of the desk's life true."""
    match event:
        case happened.UserRegistered():
            desk.users[event.user_id] = User(
                user_id=event.user_id, name=event.name, role=event.role, created_at=event.at
            )
        case happened.TokenIssued() | happened.CredentialsReplaced():
            pass  # Tokens and credentials are looked up where they are kept; the engine needs none.
        case happened.AccountRegistered():
            desk.accounts[event.account_id] = Account(
                account_id=event.account_id,
                exchange=event.exchange,
                environment=event.environment,
                user_ids=event.user_ids,
                message="its session has not connected yet",
                created_at=event.at,
            )
        case happened.AccountStateChanged():
            account = desk.accounts[event.account_id]
            account.state = event.state
            account.message = event.message
        case happened.BalanceOpened():
            acquire(
                desk.holding(event.account_id, event.user_id, event.asset, event.wallet), event.quantity, event.price
            )
            count(desk, event.account_id, event.user_id, event.asset, event.quantity, event.price)
        case happened.BalancesOpened():
            desk.accounts[event.account_id].opened_at = event.at
        case happened.BalanceCompared():
            _compare(desk, event)
        case happened.BreakFound():
            found = break_of(event)
            desk.open_breaks[found.break_id] = found
            if event.kind in TOLD_ONCE:
                remember(desk.told, found.break_id)
        case happened.BreakResolved():
            _resolve(desk, event)
        case happened.RequestKept():
            keep(desk.requests, (event.user_id, event.idempotency_key), request_of(event))
        case happened.CorrectionsSet():
            desk.users[event.user_id].corrections = event.corrections
        case happened.KeepAliveSet():
            desk.users[event.user_id].keep_alive_seconds = event.timeout_seconds
        case happened.DeadManSet():
            desk.accounts[event.account_id].dead_man_seconds = event.seconds
        case happened.LeverageChanged():
            desk.leverages[(event.account_id, event.symbol)] = Leverage(
                account_id=event.account_id,
                symbol=event.symbol,
                leverage=event.leverage,
                margin_mode=event.margin_mode,
                updated_at=event.at,
            )
            market = (desk.accounts[event.account_id].exchange, event.symbol)
            desk.margins.market_moved(market, desk.prices.get(market), desk.leverages)
        case happened.RuleCreated():
            desk.keep_rule(
                Rule(
                    rule_id=event.rule_id,
                    user_id=event.user_id,
                    order_id=event.order_id,
                    status=event.status,
                    place=event.place,
                    cancel_order_id=event.cancel_order_id,
                    created_at=event.at,
                )
            )
        case happened.RuleEnded():
            desk.drop_rule(event.rule_id)
        case happened.CashFlowNamed():
            note_flow(desk, event)
        case (
            happened.BalanceAdjusted()
            | happened.PositionCompared()
            | happened.PositionAdjusted()
            | happened.CashFlowBooked()
        ):
            _change_books(desk, event)
        case (
            happened.RiskLimitsSet()
            | happened.RiskRequestKept()
            | happened.TradingStateSet()
            | happened.LimitWarned()
            | happened.ApprovalRequested()
            | happened.ApprovalDecided()
            | happened.EquityMarked()
            | happened.FundsTransferred()
            | happened.TransferSeen()
            | happened.CapitalPriced()
        ):
            change_risk(desk, event)
        case _:
            assert_never(event)


def _change_books(
    desk: Desk,
    event: happened.BalanceAdjusted | happened.PositionCompared | happened.PositionAdjusted | happened.CashFlowBooked,
) -> None:
    match event:
        case happened.BalanceAdjusted():
            holding = desk.holding(event.account_id, event.user_id, event.asset, event.wallet)
            if event.quantity > 0:
                acquire(holding, event.quantity, event.price)
            else:
                dispose(holding, -event.quantity, None)
            if event.capital:
                count(desk, event.account_id, event.user_id, event.asset, event.quantity, event.price)
            desk.differences.pop((event.account_id, event.asset, event.wallet), None)
        case happened.PositionCompared():
            key = (event.account_id, event.symbol, event.position_side)
            if event.difference:
                desk.position_differences[key] = Difference(event.difference, event.at)
            else:
                desk.position_differences.pop(key, None)
        case happened.PositionAdjusted():
            position = desk.position(event.account_id, event.user_id, event.symbol, event.position_side, event.exchange)
            position.updated_at = event.at
            side = Side.BUY if event.quantity > 0 else Side.SELL
            position.realized_pnl += realized_by(position, side, abs(event.quantity), event.price)
            move_position(position, event.quantity, event.price)
            desk.count_position(position)
            if event.worth:
                count(desk, event.account_id, event.user_id, desk.policy.reporting_currency, event.worth, ONE)
            desk.position_differences.pop((event.account_id, event.symbol, event.position_side), None)
        case happened.CashFlowBooked():
            holding = desk.holding(event.account_id, event.user_id, event.asset, event.wallet)
            if event.amount > 0:
                acquire(holding, event.amount, event.rate)
            else:
                dispose(holding, -event.amount, None)  # What is paid or withdrawn leaves at average cost, as a fee.
            if event.kind in COUNTED:
                count(desk, event.account_id, event.user_id, event.asset, event.amount, event.rate)
            note_flow(desk, event)
        case _:
            assert_never(event)


def _compare(desk: Desk, event: happened.BalanceCompared) -> None:
    key = (event.account_id, event.asset, event.wallet)
    if event.difference:
        desk.differences[key] = Difference(event.difference, event.at)
        return
    desk.differences.pop(key, None)


def _resolve(desk: Desk, event: happened.BreakResolved) -> None:
    """A break is over. A foreign order that a person has closed is no news as long as it stays what it was."""
    name = break_id(event.account_id, event.kind, event.subject)
    desk.open_breaks.pop(name, None)
    if event.kind != FOREIGN_ORDER:
        return
    if event.by is None:
        desk.dismissed.pop(name, None)
    else:
        keep(desk.dismissed, name, event.found_message)


def break_id(account_id: str, kind: str, subject: str) -> str:
    """One break per account, kind and subject is open at a time. Without slashes: it is a part of the API's paths."""
    return f"{account_id}|{kind}|{subject}".replace("/", "-")


def request_of(event: happened.RequestKept) -> KeptRequest:
    """The record of a request."""
    return KeptRequest(
        user_id=event.user_id,
        idempotency_key=event.idempotency_key,
        request_hash=event.request_hash,
        order_id=event.order_id,
        kept_at=event.at,
    )


def break_of(event: happened.BreakFound) -> Break:
    """The record of a break."""
    return Break(
        break_id=break_id(event.account_id, event.kind, event.subject),
        account_id=event.account_id,
        kind=event.kind,
        subject=event.subject,
        message=event.message,
        found_at=event.at,
    )
