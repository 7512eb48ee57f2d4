"""What a library gives to the world: a feed for podcast apps."""
