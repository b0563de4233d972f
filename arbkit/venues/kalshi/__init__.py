"""Kalshi: wire format, signing and client."""
