"""`make register-command`: what Anyscale must be told of an applied cloud."""
