"""The signed log as pure functions: bytes in, verdict out, no I/O."""
