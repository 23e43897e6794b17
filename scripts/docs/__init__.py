"""Generated pages of docs/: written by `make docs`, held fresh by `make check`."""
