"""A change of one metadata option keeps the others."""

from __future__ import annotations

from tests.local_aws.conftest import Clients


def test_what_a_change_does_not_name_stays(aws: Clients) -> None:
    ec2 = aws("ec2")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    options = {"HttpTokens": "required", "HttpPutResponseHopLimit": 2, "InstanceMetadataTags": "enabled"}
    launched = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, MetadataOptions=options)["Instances"][0]
    ec2.modify_instance_metadata_options(InstanceId=launched["InstanceId"], HttpTokens="optional")
    found = ec2.describe_instances(InstanceIds=[launched["InstanceId"]])["Reservations"][0]["Instances"][0]
    kept = {"HttpEndpoint": "enabled", "HttpProtocolIpv6": "disabled", "State": "applied"}
    assert found["MetadataOptions"] == {**options, **kept, "HttpTokens": "optional"}
