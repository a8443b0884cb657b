"""What OKX's error codes prove (v5 API, "Error code"). Codes that are not here prove nothing.

In an order's answer the item's `sCode` is the code; elsewhere it is the answer's own.
"""

from collections.abc import Iterator

from tidegate.core.vocabulary import RejectReason
from tidegate.venues.outcomes import ErrorTable, Rule, Verdict

UNKNOWN, REFUSED, LATER = Verdict.UNKNOWN, Verdict.REFUSED, Verdict.REFUSED_FOR_NOW


def _each(verdict: Verdict, reason: RejectReason, *codes: str) -> Iterator[Rule]:
    return (Rule(code, verdict, reason) for code in codes)


ERRORS = ErrorTable(
    [
        *_each(UNKNOWN, RejectReason.VENUE_OVERLOADED, "50001", "50004", "50013", "50026", "51054", "51149"),
        *_each(LATER, RejectReason.RATE_LIMITED, "50011", "50040", "50061"),
        *_each(LATER, RejectReason.CLOCK_SKEW, "50036", "50037", "50102", "50112"),
        *_each(REFUSED, RejectReason.PERMISSION_DENIED, "50030", "50120", "51010", "51024"),
        *_each(
            REFUSED,
            RejectReason.AUTHENTICATION_FAILED,
            *("50101", "50103", "50104", "50105", "50106", "50107", "50108", "50109"),
            *("50110", "50111", "50113", "50114", "50119"),
        ),
        *_each(REFUSED, RejectReason.INVALID_PARAMETERS, "50002", "50006", "50014", "50015", "50016", "51000"),
        *_each(REFUSED, RejectReason.INSTRUMENT_NOT_TRADABLE, "51001", "51014", "51021", "51022", "51027", "51028"),
        *_each(
            REFUSED,
            RejectReason.OUTSIDE_VENUE_RULES,
            *("51006", "51020", "51120", "51121", "51122", "51136", "51137", "51138", "51201", "51202"),
        ),
        *_each(REFUSED, RejectReason.INSUFFICIENT_FUNDS, "51008", "51119", "51127", "51131", "51502"),
        *_each(REFUSED, RejectReason.ORDER_LIMIT_REACHED, "51025", "51037", "51174"),
        *_each(REFUSED, RejectReason.INVALID_PARAMETERS, "51003", "51011", "51015"),
        # A live order has this id already: an earlier send of ours landed.
        *_each(UNKNOWN, RejectReason.DUPLICATE_ORDER_ID, "50071", "51016"),
        *_each(Verdict.ABSENT, RejectReason.UNKNOWN_ORDER, "51400", "51603"),
        *_each(Verdict.CLOSED, RejectReason.TOO_LATE, "51401", "51402"),
        *_each(Verdict.CANCELING, RejectReason.TOO_LATE, "51410"),
    ]
)
