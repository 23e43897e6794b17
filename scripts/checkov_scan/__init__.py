"""`make checkov`: scan the plans of all environments, with policies of our own and with waivers that carry a reason.

Everything but scanner.py, adapter.py and plan_reader.py runs in .venv; those import checkov, and run in .venv-checkov
together with policies/, which needs the standard library only.
"""
