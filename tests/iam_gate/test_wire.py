"""What botocore writes is read as it was meant; what it would not write is refused."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import botocore.session
import pytest
from botocore.serialize import create_serializer

from tests.iam_gate.checks import UntranslatableError
from tests.iam_gate.wire import HttpRequest, read_call


def signed(service: str, body: Any, target: str = "/", method: str = "POST", **headers: str) -> HttpRequest:
    scope = f"AWS4-HMAC-SHA256 Credential=AKIAHEAD/20260101/us-west-2/{service}/aws4_request, SignedHeaders=host"
    encoded = body if isinstance(body, bytes) else urlencode(body).encode()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpRequest(method, target, {"authorization": scope, **names}, encoded)


CALLS: list[tuple[str, str, dict[str, Any]]] = [
    (
        "ec2",
        "RunInstances",
        {
            "ImageId": "ami-1",
            "MinCount": 1,
            "MaxCount": 2,
            "SecurityGroupIds": [f"sg-{number}" for number in range(12)],
            "NetworkInterfaces": [{"DeviceIndex": 0, "Groups": ["sg-1"], "AssociatePublicIpAddress": False}],
            "BlockDeviceMappings": [{"DeviceName": "/dev/sda1", "Ebs": {"Encrypted": True, "KmsKeyId": "k"}}],
            "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "a.b", "Value": ""}]}],
            "IamInstanceProfile": {"Arn": "arn"},
            "InstanceMarketOptions": {"MarketType": "spot", "SpotOptions": {"MaxPrice": "1"}},
            "MetadataOptions": {"HttpTokens": "required"},
        },
    ),
    ("ec2", "CreateTags", {"Resources": ["i-1", "i-2"], "Tags": [{"Key": "a", "Value": "b&c=d"}]}),
    ("iam", "CreateRole", {"RoleName": "r", "AssumeRolePolicyDocument": "{}", "Tags": [{"Key": "a", "Value": "b"}]}),
    ("sts", "AssumeRole", {"RoleArn": "arn", "RoleSessionName": "ab", "Tags": [{"Key": "a", "Value": "b"}]}),
]


def as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: as_text(each) for key, each in value.items()}
    if isinstance(value, list):
        return [as_text(each) for each in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize(("service", "operation", "parameters"), CALLS)
def test_a_call_is_read_as_it_was_written(service: str, operation: str, parameters: dict[str, Any]) -> None:
    model = botocore.session.get_session().get_service_model(service)
    written = create_serializer(model.protocol, False).serialize_to_request(
        parameters, model.operation_model(operation)
    )
    call = read_call(signed(service, written["body"]), "123456789012")
    assert (call.key_id, call.region, call.action) == ("AKIAHEAD", "us-west-2", f"{service}:{operation}")
    assert call.parameters == as_text(parameters)


@pytest.mark.parametrize(
    "request_",
    [
        signed("ec2", {"Action": "NoSuchThing"}),
        signed("ec2", {}),
        signed("ec2", {"Action": "RunInstances", "imageId": "ami-1"}),
        signed("ec2", {"Action": "RunInstances", "ImageId.1": "ami-1"}),
        signed("ec2", {"Action": "RunInstances", "SecurityGroupId.x": "sg-1"}),
        signed("ec2", [("Action", "RunInstances"), ("ImageId", "ami-1"), ("ImageId", "ami-2")]),
        signed("ec2", {"Action": "DescribeInstances"}, target="/?Action=RunInstances"),
        signed("ec2", {"Action": "RunInstances", "Placement": "a", "Placement.Tenancy": "b"}),
        signed("kms", b"{}", x_amz_target="secretsmanager.GetSecretValue"),
        signed("kms", b"{}"),
        signed("kms", b"{}", target="/?Action=CreateKey", x_amz_target="TrentService.Decrypt"),
        signed("ec2", {"Action": "DescribeInstances"}, x_amz_target="AmazonEC2.RunInstances"),
        signed("secretsmanager", b'{"SecretId": "a", "SecretId": "b"}', x_amz_target="secretsmanager.GetSecretValue"),
        signed("s3", b"", target="/bucket?policy", method="GET"),
        signed("s3", b"", target="/bucket/key?acl", method="PUT"),
        signed("s3", b"", target="/bucket/key", method="PUT", x_amz_copy_source="/other/key"),
        signed("s3", b"<Delete/>", target="/bucket?delete"),
        signed("route53", b"", target="/2013-04-01/hostedzone/Z1", method="DELETE"),
        signed("route53", b"<a/>", target="/2013-04-01/hostedzone/Z1/rrset"),
        signed("memorydb", b"{}"),
        HttpRequest("POST", "/", {}, b"Action=DescribeInstances"),
        HttpRequest("GET", "/?X-Amz-Credential=AKIAHEAD/20260101/us-west-2/ec2/aws4_request", {}, b""),
    ],
)
def test_what_is_not_understood_is_refused(request_: HttpRequest) -> None:
    with pytest.raises(UntranslatableError):
        read_call(request_, "123456789012")
