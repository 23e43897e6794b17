"""FSx for Lustre and Amazon Managed Service for Prometheus as AWS answers and refuses them."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from scripts.local_aws import client
from tests.local_aws.conftest import Clients
from tests.local_aws.eks_site import Site, make_site

SCRAPING = b"scrape_configs: []\n"


@pytest.fixture(scope="module")
def site(aws: Clients) -> Site:
    """Where this module's resources are."""
    return make_site(aws)


@pytest.fixture(scope="module")
def group(site: Site) -> str:
    """A security group that lets Lustre's servers reach each other."""
    return open_group(site, "lustre", 988)


def open_group(site: Site, name: str, port: int) -> str:
    ec2 = site.aws("ec2")
    (subnet,) = ec2.describe_subnets(SubnetIds=site.subnets[:1])["Subnets"]
    made: str = ec2.create_security_group(GroupName=name, Description=name, VpcId=subnet["VpcId"])["GroupId"]
    rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "UserIdGroupPairs": [{"GroupId": made}]}
    ec2.authorize_security_group_ingress(GroupId=made, IpPermissions=[rule])
    return made


def create(site: Site, group: str, lustre: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """Make a file system; `lustre` and `more` override what it is made with."""
    wanted = {
        "FileSystemType": "LUSTRE",
        "FileSystemTypeVersion": "2.15",
        "StorageCapacity": 1200,
        "StorageType": "SSD",
        "SubnetIds": site.subnets[:1],
        "SecurityGroupIds": [group],
        "KmsKeyId": site.key,
        "LustreConfiguration": {"DeploymentType": "PERSISTENT_2", "PerUnitStorageThroughput": 125, **(lustre or {})},
        **more,
    }
    made: dict[str, Any] = site.aws("fsx").create_file_system(**wanted)["FileSystem"]
    return made


def test_a_file_system_says_how_it_is_mounted(site: Site, group: str) -> None:
    made = create(site, group, {"DataCompressionType": "LZ4"}, Tags=[{"Key": "Owner", "Value": "us"}])
    (found,) = site.aws("fsx").describe_file_systems(FileSystemIds=[made["FileSystemId"]])["FileSystems"]
    assert (found["Lifecycle"], found["KmsKeyId"]) == ("AVAILABLE", site.key)
    assert found["Tags"] == [{"Key": "Owner", "Value": "us"}]
    assert found["DNSName"] == f"{found['FileSystemId']}.fsx.us-west-2.amazonaws.com"
    assert found["LustreConfiguration"]["MountName"]
    ids = found["NetworkInterfaceIds"]
    (interface,) = site.aws("ec2").describe_network_interfaces(NetworkInterfaceIds=ids)["NetworkInterfaces"]
    assert [each["GroupId"] for each in interface["Groups"]] == [group]


def test_a_file_system_only_grows(site: Site, group: str) -> None:
    fsx, which = site.aws("fsx"), {"FileSystemId": create(site, group)["FileSystemId"]}
    grown = fsx.update_file_system(**which, StorageCapacity=2400, LustreConfiguration={"PerUnitStorageThroughput": 250})
    assert (grown["FileSystem"]["StorageCapacity"], grown["FileSystem"]["AdministrativeActions"][0]["Status"]) == (
        2400,
        "COMPLETED",
    )
    with pytest.raises(ClientError, match=r"BadRequest.*at least 10 percent more"):
        fsx.update_file_system(**which, StorageCapacity=1200)


@pytest.mark.parametrize(
    ("lustre", "more", "message"),
    [
        ({}, {"StorageCapacity": 1800}, "nor a multiple of 2400"),
        ({"PerUnitStorageThroughput": 200}, {}, "PerUnitStorageThroughput 200"),
        ({"DeploymentType": "SCRATCH_2"}, {}, "PerUnitStorageThroughput is not supported"),
        ({"DeploymentType": "SCRATCH_2", "PerUnitStorageThroughput": None}, {}, "KmsKeyId is not supported"),
        ({"AutomaticBackupRetentionDays": 91}, {}, "AutomaticBackupRetentionDays 91"),
        ({}, {"FileSystemTypeVersion": "2.10"}, "Lustre 2.10 is not supported"),
        ({}, {"KmsKeyId": "arn:aws:kms:us-west-2:123456789012:key/gone"}, "was not found"),
    ],
)
def test_file_systems_that_are_refused(
    site: Site, group: str, lustre: dict[str, Any], more: dict[str, Any], message: str
) -> None:
    with pytest.raises(ClientError, match=f"BadRequest.*{message}"):
        create(site, group, lustre, **more)


def test_the_servers_must_reach_each_other(site: Site) -> None:
    with pytest.raises(ClientError, match=r"InvalidNetworkSettings.*port 988"):
        create(site, open_group(site, "closed", 443))
    with pytest.raises(ClientError, match="exactly one subnet"):
        create(site, "", SubnetIds=site.subnets)


def test_a_bucket_appears_in_a_file_system(site: Site, group: str) -> None:
    fsx, file_system_id = site.aws("fsx"), create(site, group)["FileSystemId"]
    place = {"LocationConstraint": "us-west-2"}
    site.aws("s3").create_bucket(Bucket="lustre-models", CreateBucketConfiguration=place)
    wanted = {"FileSystemId": file_system_id, "FileSystemPath": "/models", "DataRepositoryPath": "s3://lustre-models"}
    made = fsx.create_data_repository_association(**wanted)["Association"]
    which = {"AssociationId": made["AssociationId"]}
    fsx.update_data_repository_association(**which, S3={"AutoImportPolicy": {"Events": ["NEW"]}})
    filters = [{"Name": "file-system-id", "Values": [file_system_id]}]
    (found,) = fsx.describe_data_repository_associations(Filters=filters)["Associations"]
    assert (found["Lifecycle"], found["S3"]) == ("AVAILABLE", {"AutoImportPolicy": {"Events": ["NEW"]}})
    with pytest.raises(ClientError, match="overlaps"):
        fsx.create_data_repository_association(**{**wanted, "FileSystemPath": "/models/new"})
    with pytest.raises(ClientError, match="does not exist"):
        fsx.create_data_repository_association(**{**wanted, "DataRepositoryPath": "s3://no-such-bucket"})
    fsx.delete_data_repository_association(**which)
    with pytest.raises(ClientError, match="DataRepositoryAssociationNotFound"):
        fsx.describe_data_repository_associations(AssociationIds=[which["AssociationId"]])


def test_a_last_backup_is_taken_when_it_is_asked_for(site: Site, group: str) -> None:
    fsx = site.aws("fsx")
    for skip, backups in ((True, 0), (False, 1)):
        which = create(site, group)["FileSystemId"]
        fsx.delete_file_system(FileSystemId=which, LustreConfiguration={"SkipFinalBackup": skip})
        filters = [{"Name": "file-system-id", "Values": [which]}]
        assert len(fsx.describe_backups(Filters=filters)["Backups"]) == backups
        with pytest.raises(ClientError, match="FileSystemNotFound"):
            fsx.describe_file_systems(FileSystemIds=[which])


def test_what_terraform_would_wait_for_is_deleted_before(site: Site, group: str) -> None:
    made = create(site, group, Tags=[{"Key": "Name", "Value": "ray-slow-fsx"}])
    assert (client.prepare_destroy("ray-fast-"), client.prepare_destroy("ray-slow-")) == (0, 1)
    with pytest.raises(ClientError, match="FileSystemNotFound"):
        site.aws("fsx").describe_file_systems(FileSystemIds=[made["FileSystemId"]])


def test_a_scraper_reads_a_cluster(site: Site) -> None:
    cluster, amp = site.create("scraped"), site.aws("amp")
    workspace = amp.create_workspace(alias="ray", kmsKeyArn=site.key)
    assert amp.describe_workspace(workspaceId=workspace["workspaceId"])["workspace"]["kmsKeyArn"] == site.key
    wanted = {
        "source": {"eksConfiguration": {"clusterArn": cluster["arn"], "subnetIds": site.subnets}},
        "destination": {"ampConfiguration": {"workspaceArn": workspace["arn"]}},
        "scrapeConfiguration": {"configurationBlob": SCRAPING},
    }
    made = amp.create_scraper(**wanted, alias="ray", tags={"Name": "ray-prometheus"})
    scraper = amp.describe_scraper(scraperId=made["scraperId"])["scraper"]
    assert (scraper["status"], scraper["tags"]) == ({"statusCode": "ACTIVE"}, {"Name": "ray-prometheus"})
    assert scraper["scrapeConfiguration"]["configurationBlob"] == SCRAPING
    entries = site.eks.list_access_entries(clusterName="scraped")["accessEntries"]
    assert scraper["roleArn"] in entries
    who = {"clusterName": "scraped", "principalArn": scraper["roleArn"]}  # with a path that is like a host's name
    assert site.eks.describe_access_entry(**who)["accessEntry"]["type"] == "STANDARD"
    (policy,) = site.eks.list_associated_access_policies(**who)["associatedAccessPolicies"]
    assert policy["policyArn"].endswith("/AmazonPrometheusScraperPolicy")
    other = f"# as before\n{SCRAPING.decode()}".encode()
    amp.update_scraper(scraperId=made["scraperId"], scrapeConfiguration={"configurationBlob": other})
    scraper = amp.describe_scraper(scraperId=made["scraperId"])["scraper"]
    assert scraper["scrapeConfiguration"]["configurationBlob"] == other
    assert client.prepare_destroy("ray-p") == 1  # as DeleteScraper does, but without the provider's eight minutes
    assert scraper["roleArn"] not in site.eks.list_access_entries(clusterName="scraped")["accessEntries"]
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        amp.describe_scraper(scraperId=made["scraperId"])
    one = {"eksConfiguration": {"clusterArn": cluster["arn"], "subnetIds": site.subnets[:1]}}
    with pytest.raises(ClientError, match="at least two Availability Zones"):
        amp.create_scraper(**{**wanted, "source": one})
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        amp.describe_logging_configuration(workspaceId=workspace["workspaceId"])
