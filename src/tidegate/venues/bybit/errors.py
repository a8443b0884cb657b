"""What Bybit's retCodes prove (v5 API, "Error Codes"). Codes that are not here prove nothing."""

from collections.abc import Iterator

from tidegate.core.vocabulary import RejectReason
from tidegate.venues.outcomes import ErrorTable, Rule, Verdict

UNKNOWN, REFUSED, LATER = Verdict.UNKNOWN, Verdict.REFUSED, Verdict.REFUSED_FOR_NOW


def _each(verdict: Verdict, reason: RejectReason, *codes: str) -> Iterator[Rule]:
    return (Rule(code, verdict, reason) for code in codes)


ERRORS = ErrorTable(
    [
        *_each(UNKNOWN, RejectReason.VENUE_OVERLOADED, "10000", "10016", "170007", "170031", "170146", "170147"),
        *_each(LATER, RejectReason.CLOCK_SKEW, "10002"),
        *_each(LATER, RejectReason.RATE_LIMITED, "10006", "10018", "10429", "170005", "170222"),
        *_each(REFUSED, RejectReason.AUTHENTICATION_FAILED, "10003", "10004", "10007", "10009", "10010", "33004"),
        *_each(REFUSED, RejectReason.PERMISSION_DENIED, "10005", "10024", "10027", "10028", "10029", "170219"),
        *_each(REFUSED, RejectReason.INVALID_PARAMETERS, "10001", "170115", "170117", "170130", "170201", "170216"),
        *_each(
            REFUSED,
            RejectReason.OUTSIDE_VENUE_RULES,
            *("110003", "110094", "170124", "170132", "170133", "170134", "170135", "170136", "170137"),
            *("170138", "170140", "170148", "170149", "170150", "170193", "170194", "170217"),
        ),
        *_each(REFUSED, RejectReason.INSTRUMENT_NOT_TRADABLE, "170121", "170151", "170206", "170209", "170221"),
        *_each(
            REFUSED,
            RejectReason.INSUFFICIENT_FUNDS,
            *("110004", "110006", "110007", "110012", "110045", "110052", "170033", "170131"),
        ),
        *_each(REFUSED, RejectReason.ORDER_LIMIT_REACHED, "110020", "170810", "170811", "170812", "170813"),
        *_each(REFUSED, RejectReason.IMMEDIATE_MATCH_REFUSED, "170218"),
        # An order has, or had, this id: an earlier send of ours landed.
        *_each(UNKNOWN, RejectReason.DUPLICATE_ORDER_ID, "10014", "110030", "110072", "170141"),
        *_each(Verdict.ABSENT, RejectReason.UNKNOWN_ORDER, "110001", "170143", "170213"),
        *_each(Verdict.CLOSED, RejectReason.TOO_LATE, "110008", "110010", "170139", "170142"),
        *_each(UNKNOWN, RejectReason.VENUE_ERROR, "110079"),
    ]
)
