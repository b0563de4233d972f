"""Polymarket: wire format, signing and client."""
