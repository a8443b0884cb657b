"""What Binance's error codes prove (Spot API, "Error codes"). Codes that are not here prove nothing."""

from tidegate.core.vocabulary import RejectReason
from tidegate.venues.outcomes import ErrorTable, Rule, Verdict

UNKNOWN, REFUSED, LATER = Verdict.UNKNOWN, Verdict.REFUSED, Verdict.REFUSED_FOR_NOW

ERRORS = ErrorTable(
    [
        Rule("-1000", UNKNOWN, RejectReason.VENUE_ERROR),
        Rule("-1001", UNKNOWN, RejectReason.VENUE_ERROR),
        Rule("-1002", REFUSED, RejectReason.AUTHENTICATION_FAILED),
        Rule("-1003", LATER, RejectReason.RATE_LIMITED),
        Rule("-1006", UNKNOWN, RejectReason.VENUE_ERROR),
        Rule("-1007", UNKNOWN, RejectReason.VENUE_OVERLOADED),
        Rule("-1008", LATER, RejectReason.VENUE_OVERLOADED, even_if_server_failed=True),
        Rule("-1013", REFUSED, RejectReason.ORDER_LIMIT_REACHED, "MAX_NUM"),
        Rule("-1013", REFUSED, RejectReason.ORDER_LIMIT_REACHED, "MAX_POSITION"),
        Rule("-1013", REFUSED, RejectReason.OUTSIDE_VENUE_RULES),
        Rule("-1014", REFUSED, RejectReason.INVALID_PARAMETERS),
        Rule("-1015", LATER, RejectReason.RATE_LIMITED),
        Rule("-1016", REFUSED, RejectReason.VENUE_ERROR),
        Rule("-1020", REFUSED, RejectReason.INVALID_PARAMETERS),
        Rule("-1021", LATER, RejectReason.CLOCK_SKEW),
        Rule("-1022", REFUSED, RejectReason.AUTHENTICATION_FAILED),
        *(
            Rule(f"-{code}", REFUSED, RejectReason.INVALID_PARAMETERS)
            for code in (*range(1099, 1109), 1110, *range(1112, 1121), *range(1122, 1140))
        ),
        Rule("-1111", REFUSED, RejectReason.OUTSIDE_VENUE_RULES),
        Rule("-1121", REFUSED, RejectReason.INSTRUMENT_NOT_TRADABLE),
        Rule("-2010", REFUSED, RejectReason.INSUFFICIENT_FUNDS, "insufficient balance"),
        # An open order has this id already: an earlier send of ours landed.
        Rule("-2010", UNKNOWN, RejectReason.DUPLICATE_ORDER_ID, "Duplicate order sent"),
        Rule("-2010", REFUSED, RejectReason.IMMEDIATE_MATCH_REFUSED, "would immediately match"),
        Rule("-2010", REFUSED, RejectReason.IMMEDIATE_MATCH_REFUSED, "would trigger immediately"),
        Rule("-2010", REFUSED, RejectReason.INSTRUMENT_NOT_TRADABLE, "Market is closed"),
        Rule("-2010", REFUSED, RejectReason.PERMISSION_DENIED, "disabled on this account"),
        Rule("-2010", REFUSED, RejectReason.PERMISSION_DENIED, "may not place"),
        Rule("-2010", REFUSED, RejectReason.VENUE_ERROR),
        Rule("-2011", Verdict.ABSENT, RejectReason.UNKNOWN_ORDER),
        Rule("-2013", Verdict.ABSENT, RejectReason.UNKNOWN_ORDER),
        Rule("-2014", REFUSED, RejectReason.AUTHENTICATION_FAILED),
        Rule("-2015", REFUSED, RejectReason.AUTHENTICATION_FAILED),
        # Archived: canceled or expired without a fill over 90 days ago. It did exist, so it is not absent.
        Rule("-2026", UNKNOWN, RejectReason.UNKNOWN_ORDER),
    ]
)
