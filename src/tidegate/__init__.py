"""tidegate: an order management system for crypto desks."""

__version__ = "0.1.0"
