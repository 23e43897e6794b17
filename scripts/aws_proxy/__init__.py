"""A proxy before the embedded AWS that makes every call take as long as it does over a network."""
