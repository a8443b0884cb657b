"""Simulated Binance, OKX and Bybit on loopback, speaking the venues' own protocols."""

__version__ = "0.1.0"
