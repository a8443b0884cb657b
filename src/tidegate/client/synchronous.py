"""The client for programs that wait for each answer."""

import time
from types import TracebackType
from typing import Self, TypeVar, Unpack

import httpx

from tidegate.client import calls, desk_calls
from tidegate.client.answers import base_url, request_arguments, request_headers, result_of
from tidegate.client.calls import TIMEOUT_MS_DEFAULT, Amount, Call, OrderFields, OrderQuery, RuleQuery, WaitFor
from tidegate.client.desk_calls import BreakQuery, ExecutionQuery
from tidegate.client.desk_results import (
    Account,
    Balance,
    Break,
    Corrections,
    Instrument,
    Position,
    Readiness,
    Token,
    User,
    Venue,
)
from tidegate.client.results import Execution, HistoryEntry, Order, Page, Rule
from tidegate.client.retrying import Outcome, Retries
from tidegate.client.synchronous_portfolio import PortfolioCalls
from tidegate.client.synchronous_risk import RiskCalls

ResultT = TypeVar("ResultT")


class Client(PortfolioCalls, RiskCalls):
    """One desk, by its URL and an API token. Use it as a context manager, or call `close`.

    It never looks at proxies or other settings of the environment. Every call raises a `ClientError`.
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        *,
        retries: Retries | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._url = base_url(url)
        self._retries = retries or Retries()
        self._http = httpx.Client(
            base_url=self._url, headers=request_headers(token), trust_env=False, transport=transport
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    # --- orders ------------------------------------------------------------------------------------------------

    def place_order(
        self,
        *,
        wait_for: WaitFor = "acknowledged",
        timeout_ms: int = TIMEOUT_MS_DEFAULT,
        idempotency_key: str | None = None,
        **order: Unpack[OrderFields],
    ) -> Order:
        """Place an order and wait, at most `timeout_ms`, until it is `durable`, `acknowledged` or `closed`.

        An order that the venue refused comes back as `rejected`; one that the desk refused raises `ApiError` with the
        `invalidated` order in `error.order`.
        """
        call = calls.place_order(order, wait_for=wait_for, timeout_ms=timeout_ms, idempotency_key=idempotency_key)
        return self._perform(call)

    def order(self, order_id: str) -> Order:
        """One order."""
        return self._perform(calls.order(order_id))

    def orders(self, **query: Unpack[OrderQuery]) -> Page[Order]:
        """Orders, newest first."""
        return self._perform(calls.orders(query))

    def order_history(self, order_id: str) -> list[HistoryEntry]:
        """Every step of an order, oldest first."""
        return self._perform(calls.order_history(order_id)).items

    def amend_order(
        self,
        order_id: str,
        *,
        quantity: Amount | None = None,
        price: Amount | None = None,
        trigger_price: Amount | None = None,
        wait_for: WaitFor = "acknowledged",
        timeout_ms: int = TIMEOUT_MS_DEFAULT,
        idempotency_key: str | None = None,
    ) -> Order:
        """Change a working order's whole quantity, its limit or its trigger, and wait as for `place_order`.

        The order comes as it stands then: where the venue refused the change, its figures are those from before.
        """
        call = calls.amend_order(
            order_id,
            quantity=quantity,
            price=price,
            trigger_price=trigger_price,
            wait_for=wait_for,
            timeout_ms=timeout_ms,
            idempotency_key=idempotency_key,
        )
        return self._perform(call)

    def cancel_order(
        self,
        order_id: str,
        *,
        quantity: Amount | None = None,
        wait_for: WaitFor = "acknowledged",
        timeout_ms: int = TIMEOUT_MS_DEFAULT,
        idempotency_key: str | None = None,
    ) -> Order:
        """Ask for an order to be canceled, or only `quantity` of what is open, and wait as for `place_order`."""
        call = calls.cancel_order(
            order_id, quantity=quantity, wait_for=wait_for, timeout_ms=timeout_ms, idempotency_key=idempotency_key
        )
        return self._perform(call)

    def cancel_orders(
        self,
        *,
        account: str | None = None,
        exchange: str | None = None,
        symbol: str | None = None,
        user_id: str | None = None,
    ) -> list[Order]:
        """Ask for all open orders that match to be canceled: the user's own; with the role risk, anybody's."""
        call = calls.cancel_orders(account=account, exchange=exchange, symbol=symbol, user_id=user_id)
        return self._perform(call).items

    def rules(self, **query: Unpack[RuleQuery]) -> Page[Rule]:
        """Rules, newest first."""
        return self._perform(calls.rules(query))

    def create_rule(
        self,
        *,
        order_id: str,
        status: str,
        place: OrderFields | None = None,
        cancel_order_id: str | None = None,
        idempotency_key: str | None = None,
    ) -> Rule:
        """When an order reaches a status: place an order, or cancel one."""
        call = calls.create_rule(
            order_id=order_id,
            status=status,
            place=place,
            cancel_order_id=cancel_order_id,
            idempotency_key=idempotency_key,
        )
        return self._perform(call)

    def delete_rule(self, rule_id: str) -> Rule:
        """A rule that has not fired is not to fire any more."""
        return self._perform(calls.delete_rule(rule_id))

    # --- books -------------------------------------------------------------------------------------------------

    def executions(self, **query: Unpack[ExecutionQuery]) -> Page[Execution]:
        """Executions, newest first."""
        return self._perform(desk_calls.executions(query))

    def balances(self) -> list[Balance]:
        """What is held, reserved and available."""
        return self._perform(desk_calls.balances()).items

    def positions(self, user_id: str | None = None) -> list[Position]:
        """Positions in derivatives, with what they are worth now."""
        return self._perform(desk_calls.positions(user_id)).items

    def instruments(self, exchange: str | None = None) -> list[Instrument]:
        """What can be traded."""
        return self._perform(desk_calls.instruments(exchange)).items

    # --- desk --------------------------------------------------------------------------------------------------

    def accounts(self) -> list[Account]:
        """The venue accounts that the user may know of."""
        return self._perform(desk_calls.accounts()).items

    def add_account(
        self,
        account_id: str,
        *,
        exchange: str,
        environment: str,
        user_ids: list[str],
        api_key: str,
        secret: str,
        passphrase: str | None = None,
    ) -> Account:
        """Add a venue account (role admin). Its credentials cannot be read back."""
        return self._perform(
            desk_calls.add_account(
                account_id,
                exchange=exchange,
                environment=environment,
                user_ids=user_ids,
                api_key=api_key,
                secret=secret,
                passphrase=passphrase,
            )
        )

    def replace_credentials(
        self, account_id: str, *, api_key: str, secret: str, passphrase: str | None = None
    ) -> Account:
        """Replace a venue account's credentials, all of them, and connect anew (role admin).

        OKX needs its passphrase again. Raises `ApiError` with code `account_not_found` when there is no such account.
        """
        call = desk_calls.replace_credentials(account_id, api_key=api_key, secret=secret, passphrase=passphrase)
        return self._perform(call)

    def add_user(self, user_id: str, *, name: str, role: str) -> User:
        """Add a user (role admin)."""
        return self._perform(desk_calls.add_user(user_id, name=name, role=role))

    def issue_token(self, user_id: str, *, label: str) -> Token:
        """Issue a token (role admin); its secret is in this answer only."""
        return self._perform(desk_calls.issue_token(user_id, label=label))

    def corrections(self) -> Corrections:
        """What the desk may put right by itself on the user's own orders."""
        return self._perform(desk_calls.corrections())

    def set_corrections(self, *, adjust_to_grid: bool, reprice_post_only: bool) -> Corrections:
        """Decide what the desk may put right by itself."""
        call = desk_calls.set_corrections(adjust_to_grid=adjust_to_grid, reprice_post_only=reprice_post_only)
        return self._perform(call)

    def breaks(self, **query: Unpack[BreakQuery]) -> Page[Break]:
        """Differences between the venues' pictures and the desk's, newest first."""
        return self._perform(desk_calls.breaks(query))

    def resolve_break(self, break_id: str, *, accept: bool, message: str, owner_id: str | None = None) -> Break:
        """End a break (roles risk and admin): let the books follow the venue, or only close it, with words why."""
        call = desk_calls.resolve_break(break_id, accept=accept, message=message, owner_id=owner_id)
        return self._perform(call)

    def venues(self) -> list[Venue]:
        """How the venue sessions are."""
        return self._perform(desk_calls.venues()).items

    def readiness(self) -> Readiness:
        """Whether every account takes new orders."""
        return self._perform(desk_calls.readiness())

    # --- sending -----------------------------------------------------------------------------------------------

    def _perform(self, call: Call[ResultT]) -> ResultT:
        attempt = 1
        while True:
            outcome = self._send(call)
            wait = self._retries.wait_seconds(call, attempt, outcome)
            if wait is None:
                return result_of(call, outcome, self._url)
            time.sleep(wait)
            attempt += 1

    def _send(self, call: Call[ResultT]) -> Outcome:
        try:
            return self._http.request(**request_arguments(call))
        except httpx.RequestError as error:
            return error
