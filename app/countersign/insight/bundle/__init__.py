"""Takes cases out of the house so that a stranger can verify them without us: the bundle."""
