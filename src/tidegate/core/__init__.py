"""The pure heart: no clock, no chance, no network, no files. Start reading at `engine.py`."""
