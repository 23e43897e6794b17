"""What IAM policies allow by effect, whatever the words that they use.

A small evaluator after AWS's own logic, for what one principal of the account may do in the account: an explicit Deny
wins; else an identity policy within the permissions boundary, or a policy of the resource, must allow.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html

Organizations' policies (SCP, RCP) and session policies are not read: they can only take away.
"""
