"""What one user owns becomes another's."""

from decimal import Decimal
from http import HTTPStatus

from tidegate.core.identifiers import AccountId, CommandId, TransferId, UserId
from tidegate.core.messages.commands import TransferFunds
from tidegate.core.messages.risk_records import Transfer
from tidegate.core.records import User
from tidegate.core.vocabulary import RefusalCode
from tidegate.gateway.authentication import scope
from tidegate.gateway.context import Context
from tidegate.gateway.naming import named_by
from tidegate.gateway.problems import Problem, refused
from tidegate.gateway.requests import AnyRequest, idempotency_key, read_body, read_query
from tidegate.gateway.results import Page, Result
from tidegate.gateway.risk_bodies import TransferBody
from tidegate.gateway.risk_queries import TransfersQuery
from tidegate.gateway.risk_views import TransferView, transfer_view

_TOLD = (
    "from_account_id",
    "from_user_id",
    "to_account_id",
    "to_user_id",
    "asset",
    "quantity",
    "wallet",
    "message",
)


async def index(request: AnyRequest, user: User, context: Context) -> Result:
    """Transfers, newest first: from and to oneself, or anybody's for the roles that oversee."""
    query = read_query(request, TransfersQuery)
    owner = scope(user, query.user_id)
    found, next_cursor = await context.blotter.transfers(owner, limit=query.limit, cursor=query.cursor)
    return Result(Page[TransferView]([transfer_view(transfer) for transfer in found], next_cursor))


async def create(request: AnyRequest, user: User, context: Context) -> Result:
    """Give what one user owns to another, at its average cost."""
    key = idempotency_key(request)
    body = await read_body(request, TransferBody)
    if key is None:
        return await _create(_command(body, TransferId(context.new_id()), user, context), context)
    command = _command(body, TransferId(named_by(user, key)), user, context)
    async with context.transferring:
        known = await context.blotter.transfer(command.transfer_id)
        return await _create(command, context) if known is None else _repeated(known, command)


def _command(body: TransferBody, transfer_id: TransferId, user: User, context: Context) -> TransferFunds:
    return TransferFunds(
        command_id=CommandId(context.new_id()),
        at=context.clock.now(),
        user_id=user.user_id,
        transfer_id=transfer_id,
        from_account_id=AccountId(body.from_account),
        from_user_id=UserId(body.from_user_id),
        to_account_id=AccountId(body.from_account if body.to_account is None else body.to_account),
        to_user_id=UserId(body.to_user_id),
        asset=body.asset,
        quantity=Decimal(body.quantity),
        wallet=body.wallet,
        message=body.message,
    )


async def _create(command: TransferFunds, context: Context) -> Result:
    answer = await context.commands.submit(command)
    if answer.refusal is not None:
        raise refused(answer.refusal)
    found = await context.blotter.transfer(command.transfer_id)
    assert found is not None, "an answer is given only after everything it says is durable"
    return Result(transfer_view(found), HTTPStatus.CREATED)


def _repeated(known: Transfer, command: TransferFunds) -> Result:
    """The first answer again; a conflict when the key came with another body."""
    if all(getattr(known, name) == getattr(command, name) for name in _TOLD):
        return Result(transfer_view(known), HTTPStatus.CREATED, {"Idempotency-Replayed": "true"})
    detail = f"transfer {known.transfer_id} was made with it, and another body: use a new one for a new transfer"
    raise Problem(HTTPStatus.CONFLICT, RefusalCode.IDEMPOTENCY_KEY_CONFLICT, detail)
