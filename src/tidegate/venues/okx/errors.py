"""What OKX's error codes prove (v5 API, "Error code"). Codes that are not here prove nothing.

In an order's answer the item's `sCode` is the code; elsewhere it is the answer's own. The `failCode` of an algo order
that could not place its order is one of these too.
"""

from collections.abc import Iterator

from tidegate.core.vocabulary import RejectReason
from tidegate.venues.outcomes import ErrorTable, Rule, Verdict

UNKNOWN, REFUSED, LATER = Verdict.UNKNOWN, Verdict.REFUSED, Verdict.REFUSED_FOR_NOW


def _each(verdict: Verdict, reason: RejectReason, *codes: str) -> Iterator[Rule]:
    return (Rule(code, verdict, reason) for code in codes)


ERRORS = ErrorTable(
    [
        # Nobody knows.
        *_each(UNKNOWN, RejectReason.VENUE_OVERLOADED, "50001", "50004", "50005", "50013", "50026", "51054", "51149"),
        Rule("51412", UNKNOWN, RejectReason.VENUE_OVERLOADED, contains="timed out"),
        # A live order has this id already: an earlier send of ours landed.
        *_each(UNKNOWN, RejectReason.DUPLICATE_ORDER_ID, "50071", "51016", "51065", "51068"),
        # Not now.
        *_each(LATER, RejectReason.RATE_LIMITED, "50011", "50040", "50061"),
        *_each(LATER, RejectReason.CLOCK_SKEW, "50036", "50037", "50102", "50112"),
        *_each(LATER, RejectReason.VENUE_OVERLOADED, "51513"),  # Three amendments of one order are under way.
        *_each(
            LATER,
            RejectReason.INSTRUMENT_NOT_TRADABLE,
            *("50017", "50018", "50019", "50020", "50021", "50022", "50023"),  # Frozen by ADL, liquidation, funding.
            *("51029", "51030"),  # Being settled.
        ),
        # Never.
        *_each(
            REFUSED,
            RejectReason.AUTHENTICATION_FAILED,
            *("50101", "50103", "50104", "50105", "50106", "50107", "50108", "50109"),
            *("50110", "50111", "50113", "50114", "50119"),
        ),
        *_each(
            REFUSED,
            RejectReason.PERMISSION_DENIED,
            *("50007", "50009", "50012", "50027", "50028", "50030", "50062", "50100", "50120"),
            *("51009", "51010", "51024", "51037", "51038", "51155", "54000"),
        ),
        *_each(
            REFUSED,
            RejectReason.INVALID_PARAMETERS,
            *("50002", "50006", "50014", "50015", "50016", "50024", "50025", "51000", "51003", "51011", "51015"),
            *("51046", "51047", "51048", "51049", "51133", "51139", "51204", "51205", "51276", "51281"),
            *("51257", "51311", "51312", "51327", "51328", "51329", "51330", "51331", "51333", "51415"),
            *("51500", "51501", "51506", "51508", "51523", "51524", "51531", "51538", "51601", "51602"),
            *("54036", "54070", "59102", "59105"),
        ),
        *_each(
            REFUSED,
            RejectReason.INSTRUMENT_NOT_TRADABLE,
            *("51001", "51012", "51014", "51021", "51022", "51026", "51027", "51028", "51087", "54072"),
        ),
        *_each(
            REFUSED,
            RejectReason.OUTSIDE_VENUE_RULES,
            *("51004", "51005", "51006", "51007", "51020", "51031", "51050", "51051", "51052", "51053"),
            *("51101", "51105", "51106", "51107", "51112", "51116", "51118", "51120", "51121", "51122", "51129"),
            *("51135", "51136", "51137", "51138", "51148", "51150", "51171", "51185", "51186", "51187"),
            *("51201", "51202", "51203", "51206", "51250", "51252", "51275"),
            # The leverage cannot change while positions or orders hang on it.
            *("51039", "59000", "59100", "59101", "59104", "59106", "59107", "59668", "59669"),
        ),
        *_each(
            REFUSED,
            RejectReason.INSUFFICIENT_FUNDS,
            *("51008", "51119", "51127", "51131", "51502", "51736", "59103", "59108", "59109", "59200"),
        ),
        *_each(
            REFUSED,
            RejectReason.ORDER_LIMIT_REACHED,
            *("51025", "51088", "51102", "51103", "51104", "51117", "51174", "51260", "51261", "51299"),
        ),
        # The market has passed the trigger, or would be met by an order that must not take.
        *_each(
            REFUSED,
            RejectReason.IMMEDIATE_MATCH_REFUSED,
            *("51277", "51278", "51279", "51280", "51300", "51302", "51303", "51304"),
            *("51305", "51306", "51307", "51308", "51258", "51259", "51511"),
        ),
        *_each(REFUSED, RejectReason.POSITION_CLOSED, "51023", "51058", "51169", "51170"),
        # About an order that should be there.
        *_each(Verdict.ABSENT, RejectReason.UNKNOWN_ORDER, "51063", "51400", "51503", "51527", "51603"),
        *_each(Verdict.CLOSED, RejectReason.TOO_LATE, "51401", "51402", "51416", "51509", "51510"),
        Rule("51412", Verdict.CLOSED, RejectReason.TOO_LATE, contains="triggered"),
        *_each(Verdict.CANCELING, RejectReason.TOO_LATE, "51410"),
    ]
)
