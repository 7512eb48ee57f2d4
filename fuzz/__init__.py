"""Fuzzing of all that reads what strangers write: ``python -m fuzz``."""
