"""What Bybit's sockets share: frames, connection ids and acknowledgements."""

from itertools import count

import msgspec

from venuesim.bybit.errors import BybitError
from venuesim.bybit.parameters import UNREADABLE
from venuesim.wire.sockets import Socket

_numbers = count(1)


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """What a client says. `req_id` (streams) and `reqId` (trade socket) are echoed as they came."""

    op: str
    args: list[object] = []
    req_id: str | int | None = None
    reqId: str | int | None = None  # noqa: N815 - Bybit's spelling.
    header: dict[str, object] = {}


class Connection:
    """The sending side of one socket."""

    def __init__(self, socket: Socket) -> None:
        self.socket = socket
        self.connection_id = f"d0{next(_numbers):08x}venuesim-1"

    def send(self, payload: object) -> None:
        """Queue one JSON frame."""
        self.socket.send(encode(payload))

    def acknowledge(self, frame: Frame, message: str = "", *, success: bool = True) -> None:
        """Answer an operation of a stream."""
        answer: dict[str, object] = {"success": success, "ret_msg": message, "op": frame.op}
        if frame.req_id is not None:
            answer["req_id"] = frame.req_id
        self.send({**answer, "conn_id": self.connection_id})

    def refuse(self, frame: Frame, error: BybitError) -> None:
        """Answer an operation that cannot be."""
        self.acknowledge(frame, error.message, success=False)

    def read(self, text: str) -> Frame | None:
        """Return what a client says; None for nonsense, which is refused."""
        try:
            return msgspec.json.decode(text, type=Frame)
        except UNREADABLE:
            self.acknowledge(Frame(op=""), "error:request invalid", success=False)
            return None


def encode(payload: object) -> str:
    """Return a frame's text."""
    return msgspec.json.encode(payload).decode()
