"""The venue-neutral exchange: accounts, orders, matching book and market, without I/O."""
