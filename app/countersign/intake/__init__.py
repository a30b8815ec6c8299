"""Brings documents in."""
