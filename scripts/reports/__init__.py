"""One round of the audit as a folder of reports: for people, for programs, for CI, for comparing."""
