"""A witness: sees the heads of logs, and signs those that go on from what it has seen before."""
