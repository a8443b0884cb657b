"""Changes of working orders: in place where the venue can, else canceled and the rest sent again."""

from tidegate.core.changes.asking import change, why_busy
from tidegate.core.changes.commands import amend, cancel_part
from tidegate.core.changes.outcomes import accepted, outcome_unknown, refused

__all__ = ["accepted", "amend", "cancel_part", "change", "outcome_unknown", "refused", "why_busy"]
