"""The doors of the engine's house: what the runtime, the gateway and the adapters know of one another."""

from tidegate.ports.commands import Answer, CommandPort, DeskBusyError, DeskStoppedError, WaitFor
from tidegate.ports.journal import Clock, Journal, OrderKeys
from tidegate.ports.queries import (
    Accounting,
    Blotter,
    BreakFilter,
    ExecutionFilter,
    InvalidCursorError,
    OrderFilter,
    ReferenceData,
    RiskBlotter,
)
from tidegate.ports.venues import CredentialStore, KeyVault, ReportSink, VenueCredentials, VenueHealth, VenueSession

__all__ = [
    "Accounting",
    "Answer",
    "Blotter",
    "BreakFilter",
    "Clock",
    "CommandPort",
    "CredentialStore",
    "DeskBusyError",
    "DeskStoppedError",
    "ExecutionFilter",
    "InvalidCursorError",
    "Journal",
    "KeyVault",
    "OrderFilter",
    "OrderKeys",
    "ReferenceData",
    "ReportSink",
    "RiskBlotter",
    "VenueCredentials",
    "VenueHealth",
    "VenueSession",
    "WaitFor",
]
