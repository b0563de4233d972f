"""Kalshi's wire formats. Pure: bytes in, core types out; core types in, request paths and parameters out."""
