"""Ray's own prepare_config, validate_config and bootstrap_config on a cluster.yaml: which of our settings change?"""

import copy
import json
import sys

import yaml
from ray.autoscaler._private.aws.node_provider import AWSNodeProvider
from ray.autoscaler._private.util import prepare_config, validate_config


def changed(before, after, path=""):
    """Settings of ours that are another after; what Ray adds beside them, such as empty lists, is its own."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name, value in before.items():
            yield from changed(value, after.get(name), f"{path}.{name}")
    elif before != after:
        yield path


with open(sys.argv[1]) as file:
    given = yaml.safe_load(file)
taken = prepare_config(copy.deepcopy(given))
validate_config(taken)
if "ssh_private_key" in given["auth"]:  # one for `ray up`
    taken = AWSNodeProvider.bootstrap_config(AWSNodeProvider.fillout_available_node_types_resources(taken))
found = [*changed(given, taken)]
for name, type_ in given["available_node_types"].items():
    new = taken["available_node_types"][name]["node_config"].keys() - type_["node_config"].keys()
    found += [f".available_node_types.{name}.node_config.{key}" for key in sorted(new)]
print(json.dumps({"changed": found}))
