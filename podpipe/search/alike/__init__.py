"""Terms that were spelled or heard otherwise: what may stand for them in a library."""
