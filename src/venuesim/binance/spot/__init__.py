"""The Spot API: its operations, streams and listing."""
