"""The trade socket (`/v5/trade`): orders by frame instead of by request ("Websocket Trade Guideline")."""

from collections import OrderedDict

from venuesim.bybit import errors
from venuesim.bybit.authentication import check_permission, check_socket, check_time
from venuesim.bybit.connections import Connection, Connections, Frame
from venuesim.bybit.errors import BybitError
from venuesim.bybit.gateway import Gateway, refused
from venuesim.bybit.operations import Json, Operation, Request
from venuesim.bybit.parameters import Category, Parameters
from venuesim.exchange.accounts import Account
from venuesim.exchange.clock import Clock
from venuesim.exchange.engine import Exchange
from venuesim.wire.calls import Reply
from venuesim.wire.performing import Caller, Performer
from venuesim.wire.sockets import Socket
from venuesim.wire.windows import Window

REQUEST_ID_LENGTH_MAX = 36
REQUEST_IDS_KEPT = 10_000
"""How many of a connection's last request ids must not come again (assumption: the venue does not say)."""

REQUESTS = Window("trade", 3000, 1)
"""Requests of an address over all its trade sockets."""

CATEGORIES = frozenset({Category.SPOT, Category.LINEAR})


class TradeSockets:
    """What every trade session shares."""

    def __init__(
        self,
        *,
        exchange: Exchange,
        clock: Clock,
        gateway: Gateway,
        operations: dict[str, Operation],
        performer: Performer,
        connections: Connections,
    ) -> None:
        self.exchange = exchange
        self.clock = clock
        self.gateway = gateway
        self.operations = operations
        self.performer = performer
        self._connections = connections

    def open(self, socket: Socket) -> "TradeSession":
        """Return the session of a new socket."""
        return TradeSession(self, self._connections.open(socket))


class TradeSession:
    """One connection."""

    def __init__(self, shared: TradeSockets, connection: Connection) -> None:
        self._shared = shared
        self._connection = connection
        self._account: Account | None = None
        self._request_ids: OrderedDict[str, None] = OrderedDict()

    async def receive(self, text: str) -> None:
        """Answer one frame."""
        frame = self._connection.read(text)
        if frame is None:
            return
        operation = self._shared.operations.get(frame.op)
        if operation is not None:
            await self._operate(operation, frame)
            return
        try:
            self._answer(frame)
        except BybitError as error:
            self._send(frame, code=error.code, message=error.message)

    def closed(self) -> None:
        """Forget the connection."""
        self._connection.forget()

    def _answer(self, frame: Frame) -> None:
        now_ms = self._shared.clock.now_ms()
        match frame.op:
            case "ping":
                pong = Frame(op="pong", reqId=frame.reqId)
                self._send(pong, data=[str(now_ms)])
            case "auth":
                if self._account is not None:
                    raise BybitError(20001, "Repeat auth")
                self._account = check_socket(self._shared.exchange, frame.args, now_ms)
                self._connection.socket.owners.add(self._account.api_key)
                self._send(frame)
            case _:
                raise _no_such_op()

    async def _operate(self, operation: Operation, frame: Frame) -> None:
        performer, socket = self._shared.performer, self._connection.socket
        key = "" if self._account is None else self._account.api_key
        caller = Caller(lambda: performer.answers.naming.of_values(key, frame.args, socket.path), socket)
        reply = await performer.perform(
            operation.endpoint, lambda as_of_ms: self._run(operation, frame, as_of_ms), caller
        )
        if reply is None:
            socket.drop()
        elif isinstance(reply.payload, dict):
            answer = reply.payload
            self._send(
                frame,
                code=answer["retCode"],
                message=answer["retMsg"],
                data=answer["result"],
                retExtInfo=answer["retExtInfo"],
                header=dict(reply.headers),
            )
        else:  # What is an HTTP status elsewhere is Bybit's internal error here.
            error = errors.server_error()
            self._send(frame, code=error.code, message=error.message, data={}, retExtInfo={})

    def _run(self, operation: Operation, frame: Frame, as_of_ms: int | None) -> Reply:
        now_ms = self._shared.clock.now_ms()
        try:
            account = self._signed_in()
            self._check_rate(now_ms)
            self._check_request_id(frame)
            check_permission(account, operation.security)
            header = Parameters(frame.header)
            check_time(header.echo("X-BAPI-TIMESTAMP"), header.echo("X-BAPI-RECV-WINDOW"), now_ms)
            parameters = self._parameters(frame)
        except BybitError as error:
            return refused(error).reply(now_ms)
        request = Request(parameters=parameters, now_ms=now_ms, as_of_ms=as_of_ms, signer=account)
        return self._shared.gateway.run(operation, request).reply(now_ms)

    def _signed_in(self) -> Account:
        if self._account is None:
            raise BybitError(10004, "Request not authorized")
        return self._account

    def _check_rate(self, now_ms: int) -> None:
        limits, address = self._shared.gateway.limits, self._connection.socket.remote
        if not limits.spend(REQUESTS, address, 1, now_ms).allowed:
            raise BybitError(10403, "Exceed IP rate limit.")  # Assumption: the sentence.

    def _check_request_id(self, frame: Frame) -> None:
        """Refuse a request id that the connection has used before, or that is too long."""
        if frame.reqId is None:
            return
        request_id = str(frame.reqId)
        if len(request_id) > REQUEST_ID_LENGTH_MAX:
            raise errors.parameter("params error: reqId invalid")
        if request_id in self._request_ids:
            raise BybitError(20006, "Duplicate reqId")
        self._request_ids[request_id] = None
        if len(self._request_ids) > REQUEST_IDS_KEPT:
            self._request_ids.popitem(last=False)

    @staticmethod
    def _parameters(frame: Frame) -> Parameters:
        if len(frame.args) != 1 or not isinstance(frame.args[0], dict):
            raise errors.parameter("params error: args takes one object")
        parameters = Parameters(frame.args[0])
        if parameters.echo("category") not in CATEGORIES:
            raise _no_such_op()
        return parameters

    def _send(self, frame: Frame, *, code: int = 0, message: str = "OK", **more: object) -> None:
        named: Json = {} if frame.reqId is None else {"reqId": frame.reqId}
        connection_id = self._connection.connection_id
        self._connection.send(
            {**named, "retCode": code, "retMsg": message, "op": frame.op, **more, "connId": connection_id}
        )


def _no_such_op() -> BybitError:
    """Return the refusal of an operation, or a category, that there is not."""
    return BybitError(10404, "Op type is not found")
