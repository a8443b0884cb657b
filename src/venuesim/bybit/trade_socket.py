"""The trade socket (`/v5/trade`): orders and cancels by frame instead of by request."""

from venuesim.bybit import errors
from venuesim.bybit.authentication import check_permission, check_socket, check_time
from venuesim.bybit.connections import Connection, Frame
from venuesim.bybit.errors import BybitError
from venuesim.bybit.gateway import Gateway, refused
from venuesim.bybit.operations import Json, Operation, Request
from venuesim.bybit.parameters import Parameters
from venuesim.exchange.accounts import Account
from venuesim.exchange.clock import Clock
from venuesim.exchange.engine import Exchange
from venuesim.wire.calls import Reply
from venuesim.wire.performing import Performer
from venuesim.wire.sockets import Socket


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
    ) -> None:
        self.exchange = exchange
        self.clock = clock
        self.gateway = gateway
        self.operations = operations
        self.performer = performer

    def open(self, socket: Socket) -> "TradeSession":
        """Return the session of a new socket."""
        return TradeSession(self, Connection(socket))


class TradeSession:
    """One connection."""

    def __init__(self, shared: TradeSockets, connection: Connection) -> None:
        self._shared = shared
        self._connection = connection
        self._account: Account | None = None

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
        """Nothing is kept of a connection."""

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
                self._send(frame)
            case _:
                raise BybitError(10404, "Op type is not found")

    async def _operate(self, operation: Operation, frame: Frame) -> None:
        reply = await self._shared.performer.perform(
            operation.endpoint, lambda as_of_ms: self._run(operation, frame, as_of_ms)
        )
        if reply is None:
            self._connection.socket.drop()
        elif isinstance(reply.payload, dict):
            answer = reply.payload
            self._send(
                frame,
                code=answer["retCode"],
                message=answer["retMsg"],
                data=answer["result"],
                header={**reply.headers, "Traceid": self._connection.connection_id},
            )
        else:  # What is an HTTP status elsewhere is Bybit's internal error here.
            error = errors.server_error()
            self._send(frame, code=error.code, message=error.message, data={})

    def _run(self, operation: Operation, frame: Frame, as_of_ms: int | None) -> Reply:
        now_ms = self._shared.clock.now_ms()
        try:
            account = self._signed_in()
            check_permission(account, operation.security)
            header = Parameters(dict(frame.header))
            check_time(header.echo("X-BAPI-TIMESTAMP"), header.echo("X-BAPI-RECV-WINDOW"), now_ms)
            if len(frame.args) != 1 or not isinstance(frame.args[0], dict):
                raise errors.parameter("params error: args takes one object")
            parameters = Parameters(frame.args[0])
        except BybitError as error:
            return refused(error).reply(now_ms)
        request = Request(parameters=parameters, now_ms=now_ms, as_of_ms=as_of_ms, signer=account)
        return self._shared.gateway.run(operation, request).reply(now_ms)

    def _signed_in(self) -> Account:
        if self._account is None:
            raise BybitError(10004, "Request not authorized")
        return self._account

    def _send(self, frame: Frame, *, code: int = 0, message: str = "OK", **more: object) -> None:
        named: Json = {} if frame.reqId is None else {"reqId": frame.reqId}
        connection_id = self._connection.connection_id
        self._connection.send(
            {**named, "retCode": code, "retMsg": message, "op": frame.op, **more, "connId": connection_id}
        )
