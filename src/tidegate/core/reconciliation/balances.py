"""The venue's balances against ours: wallet balances, so without the unrealized profit of positions."""

from decimal import Decimal

from tidegate.core.apply import break_id
from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.identifiers import AccountId
from tidegate.core.messages.events import BalanceCompared, BalanceOpened, BalancesOpened, BreakFound, Event
from tidegate.core.messages.reports import BalancesReported
from tidegate.core.money import ZERO, plain
from tidegate.core.reconciliation.cash_flows import is_under_way
from tidegate.core.reconciliation.telling import end_all
from tidegate.core.records import Account, Break
from tidegate.core.vocabulary import Wallet

BALANCE = "balance"


def reported(desk: Desk, report: BalancesReported) -> Decision:
    """The first report opens the books; later ones are held against them."""
    account = desk.accounts.get(report.account_id)
    if account is None:
        return NOTHING
    if account.opened_at is None:
        return Decision(_open_books(desk, account, report))
    return Decision(_compare(desk, report))


def _open_books(desk: Desk, account: Account, report: BalancesReported) -> list[Event]:
    """One user: the funds are that user's. Several: they belong to nobody until they are given out."""
    events: list[Event] = [
        BalanceOpened(
            at=report.at,
            account_id=account.account_id,
            user_id=account.owner,
            asset=balance.asset,
            quantity=balance.free + balance.locked,
            price=desk.rate(account.exchange, balance.asset),
            wallet=balance.wallet,
        )
        for balance in report.balances
        if balance.free + balance.locked
    ]
    return [*events, BalancesOpened(at=report.at, account_id=account.account_id)]


def _compare(desk: Desk, report: BalancesReported) -> list[Event]:
    """A difference that is the same in two reports, some seconds apart, is a break; one that ends, ends the break."""
    known_to_differ = {(asset, wallet) for account, asset, wallet in desk.differences if account == report.account_id}
    differing: set[str] = set()
    venue = {(balance.asset, balance.wallet): balance.free + balance.locked for balance in report.balances}
    books = _book_quantities(desk, report.account_id)
    events: list[Event] = []
    for asset, wallet in sorted(venue.keys() | books.keys() | known_to_differ):
        venue_quantity, book_quantity = venue.get((asset, wallet), ZERO), books.get((asset, wallet), ZERO)
        difference = venue_quantity - book_quantity
        known = desk.differences.get((report.account_id, asset, wallet))
        if difference != (known.amount if known is not None else ZERO):
            events.append(
                BalanceCompared(
                    at=report.at,
                    account_id=report.account_id,
                    asset=asset,
                    venue_quantity=venue_quantity,
                    book_quantity=book_quantity,
                    difference=difference,
                    wallet=wallet,
                )
            )
        elif known is not None and report.requested_at - known.since >= desk.policy.break_confirmation:
            events += _confirm_break(desk, report, asset, wallet)
        if difference:
            differing.add(balance_subject(asset, wallet))
    return [*events, *_agree_again(desk, report, differing)]


def _agree_again(desk: Desk, report: BalancesReported, differing: set[str]) -> list[Event]:
    def is_over(found: Break) -> bool:
        return found.kind == BALANCE and found.subject not in differing

    return end_all(desk, report.account_id, report.at, "the venue's balance and ours agree again", is_over)


def _confirm_break(desk: Desk, report: BalancesReported, asset: str, wallet: Wallet) -> list[Event]:
    subject = balance_subject(asset, wallet)
    is_open = break_id(report.account_id, BALANCE, subject) in desk.open_breaks
    if is_open or is_rounding(desk, report.account_id, asset, wallet):
        return []
    amount = desk.differences[(report.account_id, asset, wallet)].amount
    if is_under_way(desk, (report.account_id, asset, wallet), amount, report.at):
        return []
    message = f"the venue holds {plain(abs(amount))} {asset} {'more' if amount > 0 else 'less'} than the books"
    return [BreakFound(at=report.at, account_id=report.account_id, kind=BALANCE, subject=subject, message=message)]


def is_rounding(desk: Desk, account_id: AccountId, asset: str, wallet: Wallet) -> bool:
    """Whether a difference is what the venue's rounding of the results of derivatives adds up to."""
    known = desk.differences.get((account_id, asset, wallet))
    if known is None or abs(known.amount) > desk.policy.settlement_rounding_max:
        return False
    return any(
        account == account_id and symbol.endswith(f":{asset}") and desk.wallet_of(position.exchange, symbol) is wallet
        for (account, _, symbol, _), position in desk.positions.items()
    )


def balance_subject(asset: str, wallet: Wallet) -> str:
    """What a balance break is about."""
    return asset if wallet is Wallet.MAIN else f"{asset} ({wallet})"


def _book_quantities(desk: Desk, account_id: AccountId) -> dict[tuple[str, Wallet], Decimal]:
    quantities: dict[tuple[str, Wallet], Decimal] = {}
    for (account, _, asset, wallet), holding in desk.holdings.items():
        if account == account_id:
            quantities[asset, wallet] = quantities.get((asset, wallet), ZERO) + holding.quantity
    return quantities
