"""What every socket of Binance is held to: how many may be opened, how they are kept alive, how long they live."""

from venuesim.exchange.clock import Clock
from venuesim.wire.sockets import KeepAlive, Socket
from venuesim.wire.windows import RateWindows, Window

PING_SECONDS = 20.0
PONG_SECONDS = 60.0
LIFE_SECONDS = 86_400.0
"""A ping every 20 seconds, a minute for the pong, 24 hours ("General WSS information")."""

CONNECTIONS = Window("CONNECTIONS", 300, 300)
"""Connection attempts of an address in five minutes ("WebSocket Limits")."""

POLICY_VIOLATION = 1008


class RefusedSession:
    """A socket that is closed as soon as it is open. Assumption: how the venue refuses one connection too many."""

    def __init__(self, socket: Socket) -> None:
        socket.close(POLICY_VIOLATION, "Too many connection attempts")

    async def receive(self, text: str) -> None:
        """Ignore what is still on its way."""

    def closed(self) -> None:
        """Nothing was kept."""


class Connections:
    """Counts and prepares sockets."""

    def __init__(self, windows: RateWindows, clock: Clock) -> None:
        self._windows = windows
        self._clock = clock

    def admits(self, socket: Socket) -> bool:
        """Count a connection attempt and prepare the socket; return whether the address may open one more."""
        socket.keep_alive = KeepAlive(PING_SECONDS, PONG_SECONDS, LIFE_SECONDS)
        return not self._windows.spend(CONNECTIONS, socket.remote, 1, self._clock.now_ms()).exceeded
