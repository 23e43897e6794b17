"""The environment file: models, rules, and the arithmetic that needs no AWS.

Empty, so that who needs a path or an error does not pay for pydantic.
"""
