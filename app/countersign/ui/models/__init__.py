"""Item models with named roles."""
