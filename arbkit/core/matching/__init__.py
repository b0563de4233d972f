"""Matching: what a market is about, and which two markets pay the same."""
