"""Countersign: the document desk where agents sign and people countersign."""

__version__ = "0.4.0"
