"""Binance: spot, and USD-M perpetuals with a wallet of their own."""
