"""An IAM gate: a proxy in front of the emulator that lets through only what the caller's policies allow.

The emulator's own enforcement looks at actions only. The gate turns a request into the checks that AWS makes of it
(action, resource, condition keys) after the Service Authorization Reference and asks the evaluator of the audit.
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html

Why our own evaluator: the only maintained offline simulator found, @cloud-copilot/iam-simulate, is AGPL and for Node;
on PyPI, iamspy ended in 2022, and the others ask AWS or leave conditions out (looked up in November 2026).

A key that the request lacks is absent, as in IAM. What nobody can tell, and what cannot be translated, is denied.
"""

from tests.iam_gate.decisions import Decision, read_log
from tests.iam_gate.gate import Gate
from tests.iam_gate.principals import Principal, StatementId

__all__ = ["Decision", "Gate", "Principal", "StatementId", "read_log"]
