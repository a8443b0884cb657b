"""What goes wrong, drawn from the seed, and how often it did.

The names are those of the simulators' fault kinds where both know one. V, P, I and H say which class of fault each is:
the venue's, the process's, the infrastructure's, people's.
"""

from collections import Counter
from enum import StrEnum
from random import Random


class Fault(StrEnum):
    """Everything that this simulation can break."""

    LOSE_REQUEST = "V1 request lost"
    LOSE_REPLY = "V2 reply lost"
    FAIL_AFTER_ACCEPT = "V3 5xx although accepted"
    STATUS_UNKNOWN = "V4 status unknown"
    ASYNC_REJECT = "V5 rejected after the acknowledgement"
    DROP_STREAM = "V7 stream dropped"
    DUPLICATE_EVENT = "V8 event twice"
    LATE_ANSWER = "V9 events before the acknowledgement"
    REORDER_EVENT = "V10 events reordered"
    FILL_DURING_CANCEL = "V11 filled while a cancel was on its way"
    STALE_QUERY = "V12 look-up lags"
    RATE_LIMIT = "V14 rate limited"
    MAINTENANCE = "V15 maintenance"
    UNSOLICITED_CANCEL = "V16 canceled by the venue"
    FUNDING = "V17 funding"
    BY_HAND = "V18 order made, changed or canceled by hand"
    MALFORMED = "V24 unreadable answer or frame"
    CLOCK_SKEW = "V25 clock skew"
    REVOKE_KEY = "V26 key refused"
    OVERFILL = "more filled than was ordered"
    LOSE_EVENT = "event lost with its stream"
    LATE_REQUEST = "request arrives late"
    REFUSE_CONNECTION = "connection refused"
    KILL = "P1 killed"
    KILL_AT_COMMIT = "P1 killed at a commit"
    FREEZE = "P2 frozen and resumed"
    TAKEN_OVER = "P2 frozen, taken over, and resumed"
    COMMIT_UNKNOWN = "I3 connection lost during commit"
    PARTITION = "I5 venue unreachable"
    DOUBLE_CLICK = "H1 same key twice"
    WRONG_OWNER = "somebody else's order asked for"
    KEY_WITH_OTHER_BODY = "H2 same key, other body"


CALL_FAULTS = {
    Fault.LOSE_REQUEST: 0.04,
    Fault.LOSE_REPLY: 0.04,
    Fault.FAIL_AFTER_ACCEPT: 0.03,
    Fault.STATUS_UNKNOWN: 0.03,
    Fault.RATE_LIMIT: 0.02,
    Fault.MALFORMED: 0.02,
    Fault.CLOCK_SKEW: 0.01,
    Fault.REFUSE_CONNECTION: 0.006,
    Fault.LATE_REQUEST: 0.04,
    Fault.LATE_ANSWER: 0.08,
}


class Faults:
    """Draws faults while it is on, and counts those that really happened."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.on = True
        self.fired: Counter[Fault] = Counter()

    def chance(self, fault: Fault, probability: float) -> bool:
        """Whether this fault happens now; counts it."""
        happens = self.on and self._random.random() < probability
        if happens:
            self.fired[fault] += 1
        return happens

    def of_call(self) -> Fault | None:
        """What goes wrong with one call, mostly nothing."""
        if not self.on:
            return None
        drawn = self._random.random()
        for fault, probability in CALL_FAULTS.items():
            drawn -= probability
            if drawn < 0:
                self.fired[fault] += 1
                return fault
        return None
