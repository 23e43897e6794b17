"""Is what is deployed what the environment declares? Collected once, judged purely, never passed silently."""
