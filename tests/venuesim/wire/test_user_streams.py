"""Who hears what happens to an account."""

from decimal import Decimal

from venuesim.exchange.clock import ManualClock
from venuesim.exchange.engine import Exchange
from venuesim.faults import FaultKind, FaultMatch, FaultRequest, FaultSet
from venuesim.okx.listing import INSTRUMENTS
from venuesim.wire.user_streams import Subscription, UserStreams


class FakeSocket:
    def __init__(self) -> None:
        self.is_open = True
        self.owners: set[str] = set()
        self.sent: list[str] = []

    def distort(self, frame: str, subject: object) -> None:
        """No fault distorts it."""

    def send(self, text: str) -> None:
        self.sent.append(text)

    def drop(self) -> None:
        self.is_open = False


def streams() -> tuple[Exchange, UserStreams, FaultSet]:
    venue = Exchange(name="okx", instruments=INSTRUMENTS, clock=ManualClock(), seed=1)
    faults = FaultSet(1)
    return venue, UserStreams(venue, faults), faults


def subscription(account, socket, topic=None) -> Subscription:
    return Subscription(
        account=account,
        socket=socket,
        render=lambda _: (),
        render_account=lambda event: [f"{event.kind} {event.amount}"],
        topic=topic,
    )


def test_what_happens_to_an_account_is_told_to_its_own_sockets_only() -> None:
    venue, user_streams, _ = streams()
    account, other = (venue.add_account(api_key=key, secret="s") for key in "ab")
    socket, other_socket = FakeSocket(), FakeSocket()
    user_streams.add(subscription(account, socket))
    user_streams.add(subscription(other, other_socket))
    venue.clearing.move_cash(account, "USDT", Decimal(5))
    assert (socket.sent, other_socket.sent) == (["deposit 5"], [])


def test_a_venues_own_event_is_rendered_by_topic_and_suffers_the_faults() -> None:
    venue, user_streams, faults = streams()
    account = venue.add_account(api_key="a", secret="s")
    socket = FakeSocket()
    user_streams.add(subscription(account, socket, topic="algo"))
    user_streams.add(subscription(account, socket, topic="else"))
    user_streams.deliver(account, lambda entry: ["told"] if entry.topic == "algo" else [])
    assert socket.sent == ["told"]
    faults.add(FaultRequest(kind=FaultKind.DUPLICATE_EVENTS, match=FaultMatch(count=1)))
    user_streams.deliver(account, lambda entry: ["again"] if entry.topic == "algo" else [])
    assert socket.sent == ["told", "again", "again"]
