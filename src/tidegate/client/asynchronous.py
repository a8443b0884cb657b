"""The client for programs that run in an event loop. It mirrors `Client`, call by call; a test compares them."""

import asyncio
from types import TracebackType
from typing import Self, TypeVar, Unpack

import httpx

from tidegate.client import calls
from tidegate.client.answers import base_url, request_arguments, request_headers, result_of
from tidegate.client.calls import TIMEOUT_MS_DEFAULT, Call, ExecutionQuery, OrderFields, OrderQuery, WaitFor
from tidegate.client.results import (
    Account,
    Balance,
    Break,
    Execution,
    HistoryEntry,
    Instrument,
    Order,
    Page,
    Portfolio,
    Readiness,
    Token,
    User,
    Venue,
)
from tidegate.client.retrying import Outcome, Retries

ResultT = TypeVar("ResultT")


class AsyncClient:
    """One desk, by its URL and an API token. Use it as a context manager, or await `close`.

    It never looks at proxies or other settings of the environment. Every call raises a `ClientError`.
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        *,
        retries: Retries | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._url = base_url(url)
        self._retries = retries or Retries()
        self._http = httpx.AsyncClient(
            base_url=self._url, headers=request_headers(token), trust_env=False, transport=transport
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    # --- orders ------------------------------------------------------------------------------------------------

    async def place_order(
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
        return await self._perform(call)

    async def order(self, order_id: str) -> Order:
        """One order."""
        return await self._perform(calls.order(order_id))

    async def orders(self, **query: Unpack[OrderQuery]) -> Page[Order]:
        """Orders, newest first."""
        return await self._perform(calls.orders(query))

    async def order_history(self, order_id: str) -> list[HistoryEntry]:
        """Every step of an order, oldest first."""
        return (await self._perform(calls.order_history(order_id))).items

    async def cancel_order(
        self, order_id: str, *, wait_for: WaitFor = "acknowledged", timeout_ms: int = TIMEOUT_MS_DEFAULT
    ) -> Order:
        """Ask for an order to be canceled, and wait as for `place_order`."""
        return await self._perform(calls.cancel_order(order_id, wait_for=wait_for, timeout_ms=timeout_ms))

    async def cancel_orders(
        self, *, account: str | None = None, exchange: str | None = None, symbol: str | None = None
    ) -> list[Order]:
        """Ask for all of the user's open orders that match to be canceled."""
        return (await self._perform(calls.cancel_orders(account=account, exchange=exchange, symbol=symbol))).items

    # --- books -------------------------------------------------------------------------------------------------

    async def executions(self, **query: Unpack[ExecutionQuery]) -> Page[Execution]:
        """Executions, newest first."""
        return await self._perform(calls.executions(query))

    async def balances(self) -> list[Balance]:
        """What is held, reserved and available."""
        return (await self._perform(calls.balances())).items

    async def portfolio(self, user_id: str | None = None) -> Portfolio:
        """Holdings with their cost, value and P&L."""
        return await self._perform(calls.portfolio(user_id))

    async def instruments(self, exchange: str | None = None) -> list[Instrument]:
        """What can be traded."""
        return (await self._perform(calls.instruments(exchange))).items

    # --- desk --------------------------------------------------------------------------------------------------

    async def accounts(self) -> list[Account]:
        """The venue accounts that the user may know of."""
        return (await self._perform(calls.accounts())).items

    async def add_account(
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
        return await self._perform(
            calls.add_account(
                account_id,
                exchange=exchange,
                environment=environment,
                user_ids=user_ids,
                api_key=api_key,
                secret=secret,
                passphrase=passphrase,
            )
        )

    async def replace_credentials(
        self, account_id: str, *, api_key: str, secret: str, passphrase: str | None = None
    ) -> Account:
        """Replace a venue account's credentials, all of them, and connect anew (role admin).

        OKX needs its passphrase again. Raises `ApiError` with code `account_not_found` when there is no such account.
        """
        call = calls.replace_credentials(account_id, api_key=api_key, secret=secret, passphrase=passphrase)
        return await self._perform(call)

    async def add_user(self, user_id: str, *, name: str, role: str) -> User:
        """Add a user (role admin)."""
        return await self._perform(calls.add_user(user_id, name=name, role=role))

    async def issue_token(self, user_id: str, *, label: str) -> Token:
        """Issue a token (role admin); its secret is in this answer only."""
        return await self._perform(calls.issue_token(user_id, label=label))

    async def breaks(self) -> list[Break]:
        """Differences between the venues' pictures and the desk's."""
        return (await self._perform(calls.breaks())).items

    async def venues(self) -> list[Venue]:
        """How the venue sessions are."""
        return (await self._perform(calls.venues())).items

    async def readiness(self) -> Readiness:
        """Whether every account takes new orders."""
        return await self._perform(calls.readiness())

    # --- sending -----------------------------------------------------------------------------------------------

    async def _perform(self, call: Call[ResultT]) -> ResultT:
        attempt = 1
        while True:
            outcome = await self._send(call)
            wait = self._retries.wait_seconds(call, attempt, outcome)
            if wait is None:
                return result_of(call, outcome, self._url)
            await asyncio.sleep(wait)
            attempt += 1

    async def _send(self, call: Call[ResultT]) -> Outcome:
        try:
            return await self._http.request(**request_arguments(call))
        except httpx.RequestError as error:
            return error
