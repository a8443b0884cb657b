"""What the vault raises. No message ever holds a secret.

VaultError
├── KeyFileError       the key file is missing, malformed, already there, or readable by others
├── WrongKeyError      the key does not open this envelope (or the envelope's wrapping was changed)
└── EnvelopeError      the envelope was changed, belongs to another account, or is of an unknown version
"""


class VaultError(Exception):
    """Anything that the vault refuses or cannot do."""


class KeyFileError(VaultError):
    """The key file is missing, malformed, already there, or readable by others."""


class WrongKeyError(VaultError):
    """The key does not open this envelope."""


class EnvelopeError(VaultError):
    """The envelope was changed, belongs to another account, or is of an unknown version."""
