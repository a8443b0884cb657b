"""What storage raises.

StorageError
├── StorageUrlError         the URL names no database that the desk can use
├── StorageUnavailableError the database cannot be reached or opened
├── StorageLockedError      another process writes this SQLite file
├── SchemaError             the schema is missing, older, or newer than this code
└── JournalFailedError      a write failed: its outcome is unknown, and the journal takes nothing more
    ├── EpochFencedError    another engine took the desk over; this one must end
    └── JournalClosedError  the journal was closed
"""


class StorageError(Exception):
    """Anything that storage refuses or cannot do."""


class StorageUrlError(StorageError):
    """The URL names no database that the desk can use."""


class StorageUnavailableError(StorageError):
    """The database cannot be reached or opened."""


class StorageLockedError(StorageError):
    """Another process writes this SQLite file."""


class SchemaError(StorageError):
    """The schema is missing, older, or newer than this code."""


class JournalFailedError(StorageError):
    """A write failed: its outcome is unknown, and the journal takes nothing more."""


class EpochFencedError(JournalFailedError):
    """Another engine took the desk over; this one must end."""


class JournalClosedError(JournalFailedError):
    """The journal was closed."""
