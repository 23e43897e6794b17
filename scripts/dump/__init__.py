"""Everything that is deployed, as text for people and as JSON for programs."""
