"""What Bybit's retCodes prove (v5 API, "Error Codes"). Codes that are not here prove nothing.

Those of contracts begin with 110, those of spot with 170; the rest are common, 10019, 10403, 10404, 20003 and 20006 of
the socket for orders only.
"""

from collections.abc import Iterator

from tidegate.core.vocabulary import RejectReason
from tidegate.venues.outcomes import ErrorTable, Rule, Verdict

UNKNOWN, REFUSED, LATER = Verdict.UNKNOWN, Verdict.REFUSED, Verdict.REFUSED_FOR_NOW
ABSENT, CLOSED, CANCELING = Verdict.ABSENT, Verdict.CLOSED, Verdict.CANCELING

LEVERAGE_UNCHANGED = "110043"
INVALID_REQUEST = "10001"
UNCHANGED_SENTENCES = ("remains unchanged", "not modified")
"""How Bybit says (under `INVALID_REQUEST`) that an amendment asks for what the order is already."""


def _each(verdict: Verdict, reason: RejectReason, *codes: str) -> Iterator[Rule]:
    return (Rule(code, verdict, reason) for code in codes)


def _worded(reason: RejectReason, *sentences: str) -> Iterator[Rule]:
    """One code for many refusals: the sentence tells them apart."""
    return (Rule(INVALID_REQUEST, REFUSED, reason, sentence) for sentence in sentences)


ERRORS = ErrorTable(
    [
        # It may have happened: time-outs, faults inside, and "the order is being worked on".
        *_each(UNKNOWN, RejectReason.VENUE_OVERLOADED, "10000", "10016", "10019"),
        *_each(UNKNOWN, RejectReason.VENUE_OVERLOADED, "170001", "170007", "170031", "170032", "170035", "170146"),
        *_each(UNKNOWN, RejectReason.VENUE_OVERLOADED, "170147", "170234", "170310"),
        *_each(UNKNOWN, RejectReason.VENUE_ERROR, "40004", "110079", "170144", "170150", "170311"),
        # An order has, or had, this id: an earlier send of ours landed.
        *_each(UNKNOWN, RejectReason.DUPLICATE_ORDER_ID, "10014", "110030", "110072", "170141"),
        # The order that a cancel, an amendment or a question names.
        *_each(ABSENT, RejectReason.UNKNOWN_ORDER, "110001", "110019", "170143", "170213"),
        *_each(CLOSED, RejectReason.TOO_LATE, "110008", "110010", "170139", "170142", "170190"),
        *_each(CANCELING, RejectReason.TOO_LATE, "170212"),
        *_each(LATER, RejectReason.VENUE_ERROR, "170191"),
        # Not now.
        *_each(LATER, RejectReason.CLOCK_SKEW, "-1", "10002"),
        *_each(LATER, RejectReason.RATE_LIMITED, "429", "10006", "10018", "10403", "10429", "20003"),
        *_each(LATER, RejectReason.RATE_LIMITED, "170005", "170222"),
        *_each(LATER, RejectReason.INSTRUMENT_NOT_TRADABLE, "110063"),
        # Who asks.
        *_each(REFUSED, RejectReason.AUTHENTICATION_FAILED, "-2015", "10003", "10004", "10007", "10009", "10010"),
        *_each(REFUSED, RejectReason.AUTHENTICATION_FAILED, "33004"),
        *_each(REFUSED, RejectReason.PERMISSION_DENIED, "10005", "10008", "10024", "10027", "10028", "10029"),
        *_each(REFUSED, RejectReason.PERMISSION_DENIED, "100028", "110067", "110068", "110069", "110070", "110080"),
        *_each(REFUSED, RejectReason.PERMISSION_DENIED, "170036", "170037", "170215", "170219", "170220", "170223"),
        *_each(REFUSED, RejectReason.PERMISSION_DENIED, "170224", "170226", "170230", "170241", "170344", "170348"),
        # What is asked.
        *_worded(RejectReason.INSTRUMENT_NOT_TRADABLE, "symbol invalid", "symbols invalid", "not supported symbols"),
        *_worded(RejectReason.OUTSIDE_VENUE_RULES, "qty invalid", "price invalid", "minimum limit", "maximum limit"),
        *_worded(RejectReason.INVALID_PARAMETERS, ""),
        *_each(REFUSED, RejectReason.INVALID_PARAMETERS, "10017", "10404", "20006", "110018", "110032", "110043"),
        *_each(REFUSED, RejectReason.INVALID_PARAMETERS, "110057", "110060", "170105", "170115", "170116", "170117"),
        *_each(REFUSED, RejectReason.INVALID_PARAMETERS, "170130", "170145", "170201", "170202", "170216", "170227"),
        *_each(REFUSED, RejectReason.INVALID_PARAMETERS, "170312"),
        # Prices, quantities, values, leverage and the size of positions.
        *_each(REFUSED, RejectReason.OUTSIDE_VENUE_RULES, "30208", "110003", "110094", "110120", "110121"),
        *_each(REFUSED, RejectReason.OUTSIDE_VENUE_RULES, "110013", "110036", "110038", "110086", "110087"),
        *_each(REFUSED, RejectReason.OUTSIDE_VENUE_RULES, "110016", "110021", "110022", "110064", "110089", "110090"),
        *_each(REFUSED, RejectReason.OUTSIDE_VENUE_RULES, "110098", "110103", "110118", "170124", "170132", "170133"),
        *_each(REFUSED, RejectReason.OUTSIDE_VENUE_RULES, "170134", "170135", "170136", "170137", "170138", "170140"),
        *_each(REFUSED, RejectReason.OUTSIDE_VENUE_RULES, "170148", "170159", "170192", "170193", "170194", "170195"),
        *_each(REFUSED, RejectReason.OUTSIDE_VENUE_RULES, "170196", "170197", "170198", "170203", "170204", "170217"),
        *_each(REFUSED, RejectReason.OUTSIDE_VENUE_RULES, "170228", "170229", "170313", "170341", "170371", "170372"),
        *_each(REFUSED, RejectReason.OUTSIDE_VENUE_RULES, "170381", "170382"),
        # Post-only that would take, and a trigger price that the market has reached already.
        *_each(REFUSED, RejectReason.IMMEDIATE_MATCH_REFUSED, "110092", "110093", "170218"),
        *_each(REFUSED, RejectReason.POSITION_CLOSED, "110017", "110034"),
        *_each(REFUSED, RejectReason.INSTRUMENT_NOT_TRADABLE, "110023", "110042", "110065", "110066", "110074"),
        *_each(REFUSED, RejectReason.INSTRUMENT_NOT_TRADABLE, "110095", "170121", "170151", "170157", "170206"),
        *_each(REFUSED, RejectReason.INSTRUMENT_NOT_TRADABLE, "170209", "170221"),
        # What it costs; an order that would bring the liquidation on is one that the account cannot afford.
        *_each(REFUSED, RejectReason.INSUFFICIENT_FUNDS, "110004", "110006", "110007", "110011", "110012", "110039"),
        *_each(REFUSED, RejectReason.INSUFFICIENT_FUNDS, "110040", "110044", "110045", "110046", "110051", "110052"),
        *_each(REFUSED, RejectReason.INSUFFICIENT_FUNDS, "110053", "170033", "170034", "170131", "3200300"),
        *_each(REFUSED, RejectReason.ORDER_LIMIT_REACHED, "110009", "110020", "170810", "170811", "170812", "170813"),
        *_each(REFUSED, RejectReason.VENUE_ERROR, "110005", "170149", "170210"),
    ]
)
