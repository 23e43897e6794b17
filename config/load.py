"""From a YAML file to a checked environment, or to every problem of the file at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from config.anyscale_cloud import AnyscaleCloudConfig
from config.autoscaling_ec2 import AutoscalingEc2Config
from config.environment import Environment
from config.errors import ConfigError
from config.field_problems import field_problems, shown_value
from config.kuberay_eks import KuberayEksConfig
from config.partial import partial_environments
from config.paths import ENVIRONMENTS, environment_names
from config.problems import Problem
from config.rules import rule_problems
from config.section import SLUG
from config.static_ec2 import StaticEc2Config
from config.words import one_of
from config.yaml_file import YamlFile, read_yaml

FLAVOURS: Mapping[str, type[Environment]] = {
    "static-ec2": StaticEc2Config,
    "autoscaling-ec2": AutoscalingEc2Config,
    "anyscale-cloud": AnyscaleCloudConfig,
    "kuberay-eks": KuberayEksConfig,
}


def load_environment(name: str, *, target: str | None = None) -> Environment:
    """Read and check `environments/<name>.yaml`.

    `target` replaces the file's own: `local` rehearses any environment on the emulator.
    Raises ConfigError with one line for each problem.
    """
    path = ENVIRONMENTS / f"{name}.yaml"
    if name not in environment_names():
        known = ", ".join(environment_names())
        raise ConfigError(f"there is no environment {name!r}; there are: {known}; run: make plan ENV=<one of them>")
    return check_environment(read_yaml(path), name=name, target=target)


def check_environment(file: YamlFile, *, name: str, target: str | None = None) -> Environment:
    """Check the content of an environment file."""
    if not SLUG.matches(name):
        raise ConfigError(f"{file.shown}: got the file name {name}.yaml, want {SLUG.want}, then .yaml")
    given = file.plain()
    model = _model(file, given)
    given["name"] = name
    own_target = given.get("target", Environment.model_fields["target"].default)
    if target is not None:
        given["target"] = target
    environment, problems = _judge(model, given, file)
    if problems or environment is None:
        raise ConfigError(map(file.locate, sorted(problems, key=file.line_of)))
    return environment if environment.target == own_target else environment.overriding_target()


def _model(file: YamlFile, given: Mapping[str, Any]) -> type[Environment]:
    if "name" in given:
        raise ConfigError(file.locate(Problem(("name",), "unknown setting", "none: the name is that of the file")))
    flavour = given.get("flavour")
    if not isinstance(flavour, str) or flavour not in FLAVOURS:
        raise ConfigError(file.locate(Problem(("flavour",), f"got {shown_value(flavour)}", one_of(FLAVOURS))))
    return FLAVOURS[flavour]


def _judge(model: type[Environment], given: dict[str, Any], file: YamlFile) -> tuple[Environment | None, list[Problem]]:
    """Validate; when settings are wrong, also judge the rules on what is left without them."""
    try:
        environment = _parse(model, given)
    except ValidationError as error:
        problems = field_problems(error, model, given)
    else:
        environment.located_in(file.path.parent)
        return environment, rule_problems(environment, skip=())
    partials = partial_environments(
        model,
        given,
        problems,
        parse=lambda rest: _parse(model, rest),
        judge=lambda rest, error: field_problems(error, model, rest),
    )
    for partial in partials:
        partial.environment.located_in(file.path.parent)
        said = {problem.path for problem in problems}
        found = rule_problems(partial.environment, skip=partial.sections)
        problems += [problem for problem in found if partial.is_reliable(problem) and problem.path not in said]
    return None, problems


def _parse(model: type[Environment], given: Mapping[str, Any]) -> Environment:
    # Through JSON: there strict mode takes text for addresses, and still refuses "2" for a number.
    return model.model_validate_json(json.dumps(given))
