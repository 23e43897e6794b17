"""The environment file: models, rules, and the arithmetic that needs no AWS."""

from config.environment import Environment
from config.load import load_environment
from config.static_ec2 import StaticEc2Config

__all__ = ["Environment", "StaticEc2Config", "load_environment"]
