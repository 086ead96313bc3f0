"""Fuzzing of the doors through which foreign files come in (docs/fuzzing.md)."""
