"""What the roles of an Anyscale cloud come to: what they can do, and what a thief of their credentials cannot."""
