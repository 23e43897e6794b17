"""`make checkov`: scan the plans of all environments, with waivers that carry a reason.

Everything but scanner.py runs in .venv; scanner.py is the only file that imports checkov, and runs in .venv-checkov.
"""
