"""Launch templates: the newest version, which is the one that node groups get."""

from __future__ import annotations

from typing import Any

from scripts.audit.drift.deployed import Deployed
from scripts.audit.drift.normal import camel
from scripts.audit.drift.translator import COMPUTED, NAME, OWN, TAGS, Case, Same, Source, Translator, at, left_out
from scripts.inventory.eks_cluster.templates import DESCRIBE_TEMPLATE_VERSIONS
from scripts.inventory.launch_templates import DESCRIBE_LAUNCH_TEMPLATES
from scripts.state import Resource

_DATA = "LaunchTemplateData"


def _find(resource: Resource, deployed: Deployed) -> Any:
    versions = deployed.document(DESCRIBE_TEMPLATE_VERSIONS, LaunchTemplateId=resource.attributes["id"])
    return max(versions or (), key=lambda version: version["VersionNumber"], default=None)


def _as_text(value: Any) -> Any:
    """Terraform writes some switches of launch templates as text, and 0 or nothing where there is none."""
    if isinstance(value, dict):
        return {key: kept for key, each in value.items() if (kept := _as_text(each)) is not None}
    if isinstance(value, list):
        return [_as_text(each) for each in value]
    if isinstance(value, bool):
        return str(value).lower()
    return None if value in (0, "", None) else value


def _data(names: str) -> dict[str, Same]:
    return {name: Same(_deployed(name), intended=_intended(name)) for name in names.split()}


def _deployed(name: str) -> Source:
    read = at(f"{_DATA}.{camel(name)}")
    return lambda case: _as_text(read(case))


def _intended(name: str) -> Source:
    return lambda case: _as_text(case.state(name))


def _metadata(case: Case) -> Any:
    options = dict(case.answer[_DATA].get("MetadataOptions") or {})
    options.pop("State", None)
    return _as_text({_SNAKE.get(key, key): value for key, value in options.items()})


_SNAKE = {
    "HttpEndpoint": "http_endpoint",
    "HttpProtocolIpv6": "http_protocol_ipv6",
    "HttpPutResponseHopLimit": "http_put_response_hop_limit",
    "HttpTokens": "http_tokens",
    "InstanceMetadataTags": "instance_metadata_tags",
}


def _default_version(case: Case) -> Any:
    template = case.deployed.item(DESCRIBE_LAUNCH_TEMPLATES, "LaunchTemplateId", case.state("id"))
    return template and template["DefaultVersionNumber"]


def _tag_specifications(case: Case) -> list[dict[str, Any]]:
    found = case.answer[_DATA].get("TagSpecifications") or ()
    return [
        {"resource_type": each["ResourceType"], "tags": {tag["Key"]: tag["Value"] for tag in each["Tags"]}}
        for each in found
    ]


def _tags(case: Case) -> dict[str, str]:
    template = case.deployed.item(DESCRIBE_LAUNCH_TEMPLATES, "LaunchTemplateId", case.state("id"))
    return {tag["Key"]: tag["Value"] for tag in (template or {}).get("Tags") or ()}


LAUNCH_TEMPLATE = Translator(
    "aws_launch_template",
    _find,
    {
        **_data("block_device_mappings ebs_optimized iam_instance_profile image_id instance_type key_name monitoring"),
        **_data("network_interfaces placement instance_market_options instance_initiated_shutdown_behavior"),
        "metadata_options": Same(_metadata, intended=_intended("metadata_options")),
        "vpc_security_group_ids": Same(at(f"{_DATA}.SecurityGroupIds")),
        "tag_specifications": Same(_tag_specifications),
        "user_data": Same(at(f"{_DATA}.UserData")),
        "latest_version": Same(lambda case: case.answer["VersionNumber"]),
        "default_version": Same(_default_version),
        "tags_all": Same(_tags),
    },
    left_out(
        (COMPUTED, "arn id"),
        (NAME, "name name_prefix"),
        ("shown to people only", "description"),
        (OWN, "update_default_version"),
        (TAGS, "tags"),
        (
            "Rayform sets none, and a version that has it is another one: latest_version",
            "capacity_reservation_specification cpu_options credit_specification disable_api_stop "
            "disable_api_termination elastic_gpu_specifications elastic_inference_accelerator enclave_options "
            "hibernation_options instance_requirements kernel_id license_specification maintenance_options "
            "private_dns_name_options ram_disk_id security_group_names",
        ),
    ),
)

TRANSLATORS = (LAUNCH_TEMPLATE,)
