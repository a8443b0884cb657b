"""What people at the desk should hear of at once goes to the log as soon as it is durable: limits that fill up, what
was stopped, and where a venue's books and ours differ."""

import structlog

from tidegate.core.messages.events import BreakFound, JournaledEvent, LimitWarned, TradingStateSet
from tidegate.core.money import plain
from tidegate.core.records import Batch

log = structlog.get_logger()


def tell(batch: Batch) -> None:
    """Log what of a batch is an alarm."""
    for entry in batch.journal:
        _tell(entry.event)


def _tell(event: JournaledEvent) -> None:
    match event:
        case LimitWarned():
            _tell_of_limit(event)
        case TradingStateSet():
            log.warning(
                "a trading state was set",
                state=str(event.state),
                scope=event.scope.key,
                by=event.by,
                automatic=event.automatic,
                message=event.message,
            )
        case BreakFound():
            log.warning(
                "the venue's books and the desk's differ",
                account_id=event.account_id,
                kind=event.kind,
                subject=event.subject,
                message=event.message,
            )
        case _:
            pass


def _tell_of_limit(warned: LimitWarned) -> None:
    figures = {
        "limit_id": warned.limit_id,
        "kind": str(warned.kind),
        "scope": warned.scope.key,
        "actual": plain(warned.actual),
        "limit": plain(warned.limit),
    }
    if warned.level:
        log.warning("a limit fills up", level=plain(warned.level), **figures)
    else:
        log.info("a limit is below its warnings again", **figures)
