"""Colours, type, marks and words: what every screen shares and what knows no case."""
