"""The embedded AWS: moto's server on loopback, with the operations it lacks and a state that survives restarts.

`client` is what other scripts use and imports nothing heavy; `server` is the process itself.
"""
