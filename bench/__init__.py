"""Benches: what podpipe promises, measured. ``python -m bench`` runs them."""
