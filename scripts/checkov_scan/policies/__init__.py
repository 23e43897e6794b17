"""What `make checkov` judges beyond checkov's own checks: one small function per rule, over the plan of an environment.

Nothing here imports checkov: ../adapter.py makes checks of checkov out of these, in .venv-checkov, with the standard
library only. Ids that begin with CKV2 look at several resources, as in checkov. An id is never used for anything else.
"""
