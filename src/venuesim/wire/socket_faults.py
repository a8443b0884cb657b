"""What faults do to the sockets of one port: closed by the venue, broken off, refused, their frames altered."""

from collections.abc import Callable, Collection

from venuesim.faults import Endpoint, Fault, FaultKind
from venuesim.subjects import Subject
from venuesim.wire.calls import Reply
from venuesim.wire.performing import Caller, Ending, Performer
from venuesim.wire.sockets import Goodbye, Socket

_PUBLIC_KINDS = frozenset(
    {
        FaultKind.MALFORMED,
        FaultKind.MISSING_FIELD,
        FaultKind.UNKNOWN_ENUM,
        FaultKind.DROP_STREAM,
        FaultKind.CLOSE_STREAM,
    }
)


class SocketFaults:
    """Watches the faults for the sockets that are open at one port."""

    def __init__(self, performer: Performer, sockets: Collection[Socket]) -> None:
        self._performer = performer
        self._sockets = sockets
        performer.faults.added.append(self._added)
        performer.faults.changed.append(self._changed)

    def refusal(self, path: str) -> Reply | None:
        """Return the answer to a socket that must not be opened now, or None."""
        if not self._performer.faults:
            return None
        is_public = self._performer.answers.is_public_socket(path)
        return self._performer.refusal(Endpoint.PUBLIC_STREAM if is_public else Endpoint.STREAM, Caller(path=path))

    def opened(self, socket: Socket) -> None:
        """Prepare a new socket."""
        performer = self._performer
        socket.goodbye = lambda: self._goodbye(socket, Ending.TIME_LIMIT)
        socket.distort = lambda frame, subject: performer.distortion.of(
            frame.encode(), Endpoint.STREAM, lambda: subject
        )
        self._prepare(socket)

    def _prepare(self, socket: Socket) -> None:
        """Let the frames of a public socket pass the faults while there are any for them."""
        performer = self._performer
        if not performer.answers.is_public_socket(socket.path):
            return
        wanted = any(
            fault.kind in _PUBLIC_KINDS and not fault.is_spent and fault.fits(Endpoint.PUBLIC_STREAM)
            for fault in performer.faults
        )
        socket.alter = (lambda text: self._altered(socket, text)) if wanted else None

    def _changed(self) -> None:
        for socket in list(self._sockets):
            self._prepare(socket)

    def _altered(self, socket: Socket, text: str) -> bytes | None:
        """Return what becomes of a frame of market data; it may be the last."""
        if socket.owners:  # A user stream that only its first subscription could tell from market data.
            return None
        faults, exchange = self._performer.faults, self._performer.exchange
        if faults.draw(FaultKind.DROP_STREAM, exchange, Endpoint.PUBLIC_STREAM) is not None:
            socket.drop()
        elif faults.draw(FaultKind.CLOSE_STREAM, exchange, Endpoint.PUBLIC_STREAM) is not None:
            socket.say_goodbye(socket.goodbye())
        return self._performer.distortion.of(text.encode(), Endpoint.PUBLIC_STREAM)

    def _added(self, fault: Fault) -> None:
        """Let a fault that concerns whole sockets strike those that are open now, unless it is a matter of chance."""
        is_ours = fault.request.exchange in {None, self._performer.exchange} and not fault.is_spent
        if not is_ours or fault.request.match.probability < 1:
            return
        match fault.kind:
            case FaultKind.MAINTENANCE if fault.request.match.endpoint == "*":
                self._end(self._open(lambda _: True), Ending.MAINTENANCE)
            case FaultKind.REVOKE_KEY:
                self._end(self._open(lambda socket: _carries(socket, fault)), Ending.REVOKED)
            case FaultKind.DROP_STREAM | FaultKind.CLOSE_STREAM:
                self._break(fault)
            case _:
                pass

    def _break(self, fault: Fault) -> None:
        is_public_socket = self._performer.answers.is_public_socket
        drops = fault.kind is FaultKind.DROP_STREAM

        def is_meant(socket: Socket) -> bool:
            if is_public_socket(socket.path) and not socket.owners:
                return fault.request.match.api_key is None and fault.fits(Endpoint.PUBLIC_STREAM)
            # What has no user stream is not broken off with it, but the venue closes it for its age.
            is_anybodys = fault.request.match.api_key is None and not drops
            return fault.fits(Endpoint.STREAM) and (is_anybodys or _carries(socket, fault))

        found = self._open(is_meant)
        if not found:
            return
        fault.fire()
        if drops:
            for socket in found:
                socket.drop()
        else:
            self._end(found, Ending.TIME_LIMIT)

    def _open(self, is_meant: Callable[[Socket], bool]) -> list[Socket]:
        """Leave out sockets that were dropped a moment ago and have not said so yet."""
        return [socket for socket in self._sockets if socket.is_open and is_meant(socket)]

    def _end(self, sockets: list[Socket], ending: Ending) -> None:
        for socket in sockets:
            socket.say_goodbye(self._goodbye(socket, ending))

    def _goodbye(self, socket: Socket, ending: Ending) -> Goodbye:
        return self._performer.answers.goodbye(ending, socket.path, self._performer.clock.now_ms())


def _carries(socket: Socket, fault: Fault) -> bool:
    """Whether a socket carries the events of an account that a fault means."""
    pattern = fault.request.match.api_key
    return any(Subject(api_key=key).fits(symbol=None, client_order_id=None, api_key=pattern) for key in socket.owners)
