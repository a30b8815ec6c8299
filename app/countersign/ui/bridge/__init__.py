"""Turns typed events into Qt signals, and Qt acts into commands."""
