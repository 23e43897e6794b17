"""What reads, starts, stops and terminates instances: real boto3, the real emulator."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.anyscale_cloud import AnyscaleCloudConfig
from config.autoscaling_ec2 import AutoscalingEc2Config
from config.errors import UserError
from config.kuberay_eks import KuberayEksConfig
from config.load import check_environment
from config.yaml_file import read_yaml
from scripts.inventory.session import Session, session_for
from scripts.local_aws import client
from scripts.local_aws.client import environment_for
from scripts.operate import power
from scripts.operate.cluster import cluster_of
from scripts.operate.down import down, end_instances
from scripts.operate.instances import ALIVE, find_instances
from scripts.operate.launcher import CALLERS, launcher_of
from scripts.operate.power import state_of, terminate_all
from scripts.operate.ray_launcher import Way
from scripts.operate.up import start_head
from scripts.terraform.cloud_nodes import require_nothing_of_anyscale
from scripts.terraform.cluster_objects import require_nothing_of_kubernetes
from scripts.terraform.destroy import end_what_others_made
from tests.local_aws.conftest import end, point_to
from tests.operate.conftest import AUTOSCALING, BY_RAY, BY_RAY_OUTPUTS, autoscaling_environment
from tests.synthesis import kube

OURS = "ray-production"
NO_WAY = Way(over_ssm=True, bastion=None, key=None)


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        folder = point_to(tmp_path_factory.mktemp("emulator") / "local-aws", monkeypatch)
        yield client.ensure_running()
        end(folder)


@pytest.fixture
def session(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """A session on an emulator whose instances are gone afterwards."""
    monkeypatch.setattr(power, "_POLL_SECONDS", 0.1)
    session = session_for(environment_for(endpoint, os.environ), "us-west-2")
    yield session
    ec2 = session.client("ec2")
    alive = [{"Name": "instance-state-name", "Values": list(ALIVE)}]
    reservations = ec2.describe_instances(Filters=alive)["Reservations"]
    if ids := [one["InstanceId"] for reservation in reservations for one in reservation["Instances"]]:
        ec2.terminate_instances(InstanceIds=ids)


@pytest.fixture
def environment(tmp_path: Path) -> AutoscalingEc2Config:
    return autoscaling_environment(tmp_path, target="local")


@functools.cache
def _image_of(endpoint: str) -> str:
    ec2 = session_for(environment_for(endpoint, os.environ), "us-west-2").client("ec2")
    return str(ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"])


def launch(session: Session, kind: str, *, count: int = 1, **changed: str | None) -> list[str]:
    """Launch instances with the tags that Ray and we give; None leaves one out."""
    tags: dict[str, str | None] = {
        "ray-cluster-name": OURS,
        "rayform:cluster": OURS,
        "ray-node-type": kind,
        "ray-user-node-type": "head" if kind == "head" else "cpu",
    }
    tags |= {name.replace("__", ":").replace("_", "-"): value for name, value in changed.items()}
    given = [{"Key": key, "Value": value} for key, value in tags.items() if value is not None]
    answer = session.client("ec2").run_instances(
        ImageId=_image_of(str(session.endpoint_url)),
        MinCount=count,
        MaxCount=count,
        TagSpecifications=[{"ResourceType": "instance", "Tags": given}],
    )
    return [one["InstanceId"] for one in answer["Instances"]]


def outputs_with(head: str) -> dict[str, Any]:
    return {"head": {"instance_id": head, "private_ip": "10.0.0.5", "public_ip": ""}, "cluster": OURS}


def strangers(session: Session) -> list[str]:
    """Instances that are not this cluster's: one tag is not enough, and no tag of another counts."""
    return [
        *launch(session, "worker", rayform__cluster="ray-other"),
        *launch(session, "head", rayform__cluster=None),
        *launch(session, "worker", ray_cluster_name="ray-other"),
        *launch(session, "worker", ray_cluster_name="ray-production2", rayform__cluster="ray-production2"),
        *launch(session, "worker", ray_node_type="unmanaged"),
    ]


def test_only_instances_with_both_tags_are_found(session: Session, environment: AutoscalingEc2Config) -> None:
    head, workers = launch(session, "head"), launch(session, "worker", count=3)
    strangers(session)
    found = find_instances(environment, session)
    assert [one.instance_id for one in found] == [*head, *sorted(workers)]
    assert found[0].kind == found[0].node_type == "head"
    assert (found[1].node_type, found[1].state) == ("cpu", "running")
    assert found[1].private_ip


def test_every_page_is_read(
    session: Session, environment: AutoscalingEc2Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    workers = [launch(session, "worker")[0] for _ in range(7)]
    asked: list[Any] = []
    ec2 = session.client("ec2")
    ec2.meta.events.register("before-parameter-build.ec2", lambda params, **_: params.update(MaxResults=5))
    ec2.meta.events.register("before-send.ec2", lambda request, **_: asked.append(request))
    with monkeypatch.context() as patched:
        patched.setattr(Session, "client", lambda *_: ec2)
        assert [one.instance_id for one in find_instances(environment, session)] == sorted(workers)
    assert len(asked) == 2


def test_what_is_terminated_is_not_found_and_what_is_stopped_is(
    session: Session, environment: AutoscalingEc2Config
) -> None:
    first, second = launch(session, "worker", count=2)
    session.client("ec2").terminate_instances(InstanceIds=[first])
    session.client("ec2").stop_instances(InstanceIds=[second])
    assert [(one.instance_id, one.state) for one in find_instances(environment, session)] == [(second, "stopped")]


def test_down_stops_terraforms_head_ends_the_rest_and_spares_others(
    session: Session, environment: AutoscalingEc2Config, capsys: pytest.CaptureFixture[str]
) -> None:
    (head,), (stray,), workers = launch(session, "head"), launch(session, "head"), launch(session, "worker", count=2)
    session.client("ec2").stop_instances(InstanceIds=workers[:1])  # a cached node costs too
    others = strangers(session)
    cluster = cluster_of(environment, outputs_with(head), find_instances(environment, session))
    assert down(environment, cluster, session, outputs_with(head), NO_WAY) == 0
    assert capsys.readouterr().out == (
        f"stopped the head {head}\nterminated 1 head: {stray}\n"
        f"terminated {len(workers)} workers: {', '.join(sorted(workers))}\n"
    )
    assert state_of(session, head) == "stopped"
    assert {state_of(session, one) for one in [stray, *workers]} == {"terminated"}
    assert {state_of(session, one) for one in others} == {"running"}
    assert down(environment, cluster, session, outputs_with(head), NO_WAY) == 0
    assert capsys.readouterr().out == "production has no node that runs: nothing to do\n"


def test_down_ends_a_head_of_ray_up_on_the_embedded_aws(session: Session, tmp_path: Path) -> None:
    environment = autoscaling_environment(tmp_path, BY_RAY, target="local")
    nodes = [*launch(session, "head"), *launch(session, "worker")]
    cluster = cluster_of(environment, BY_RAY_OUTPUTS, find_instances(environment, session))
    assert down(environment, cluster, session, BY_RAY_OUTPUTS, NO_WAY) == 0
    assert {state_of(session, one) for one in nodes} == {"terminated"}


@pytest.mark.parametrize(("code", "said"), [(0, ""), (1, "ray down has failed with 1: EC2 is asked itself\n")])
def test_what_ray_down_leaves_is_ended_too(
    session: Session,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    code: int,
    said: str,
) -> None:
    environment = autoscaling_environment(tmp_path, BY_RAY)
    nodes = [*launch(session, "head"), *launch(session, "worker")]
    monkeypatch.setattr("scripts.operate.down.require_launcher_programs", lambda _: None)
    monkeypatch.setattr("scripts.operate.down.run_ray", lambda *_: code)
    cluster = cluster_of(environment, BY_RAY_OUTPUTS, find_instances(environment, session))
    assert down(environment, cluster, session, BY_RAY_OUTPUTS, NO_WAY) == 0
    assert {state_of(session, one) for one in nodes} == {"terminated"}
    assert capsys.readouterr().err == said


def test_the_head_goes_before_the_workers(session: Session, environment: AutoscalingEc2Config) -> None:
    (head,), (stray,), (worker,) = launch(session, "head"), launch(session, "head"), launch(session, "worker")
    calls: list[str] = []

    def note(model: Any, params: Any, **_: Any) -> None:
        if model.name in ("StopInstances", "TerminateInstances"):
            calls.append(f"{model.name} {params['body']['InstanceId.1']}")

    make = session.boto.client

    def noting(*args: Any, **kwargs: Any) -> Any:
        made = make(*args, **kwargs)
        made.meta.events.register("before-call.ec2", note)
        return made

    session.boto.client = noting  # type: ignore[method-assign]
    end_instances(environment, session, outputs_with(head))
    assert calls == [f"StopInstances {head}", f"TerminateInstances {stray}", f"TerminateInstances {worker}"]


def test_a_worker_that_is_launched_meanwhile_is_ended_too(session: Session, environment: AutoscalingEc2Config) -> None:
    launch(session, "worker")
    late: list[str] = []
    make = session.boto.client

    def launching(*args: Any, **kwargs: Any) -> Any:
        made = make(*args, **kwargs)
        made.meta.events.register("before-call.ec2.TerminateInstances", launch_one)
        return made

    def launch_one(**_: Any) -> None:
        if not late:
            late.append("being launched")
            late[:] = launch(session, "worker")

    session.boto.client = launching  # type: ignore[method-assign]
    assert len(terminate_all(environment, session, "worker")) == 2
    assert state_of(session, late[0]) == "terminated"


def test_many_are_terminated_in_parts(
    session: Session, environment: AutoscalingEc2Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(power, "_BATCH", 2)
    workers = launch(session, "worker", count=5)
    assert terminate_all(environment, session, "worker") == sorted(workers)
    assert find_instances(environment, session) == []


def test_up_starts_a_stopped_head_and_is_content_with_one_that_runs(
    session: Session, environment: AutoscalingEc2Config, capsys: pytest.CaptureFixture[str]
) -> None:
    (head,) = launch(session, "head")
    session.client("ec2").stop_instances(InstanceIds=[head])
    cluster = cluster_of(environment, outputs_with(head), find_instances(environment, session))
    assert start_head(cluster, session, outputs_with(head)) == 0
    assert state_of(session, head) == "running"
    rehearsal = "ENV=production TARGET=local"
    assert capsys.readouterr().out == (
        f"started the head {head}; Ray answers in a minute or two: make status {rehearsal}\n"
    )
    assert start_head(cluster, session, outputs_with(head)) == 0
    assert capsys.readouterr().out == f"the head {head} is running: nothing to do\n"


@pytest.mark.parametrize("known", [True, False])
def test_up_cannot_start_a_head_that_is_gone(session: Session, environment: AutoscalingEc2Config, known: bool) -> None:
    head = "i-0123456789abcdef0"
    if known:
        (head,) = launch(session, "head")
        session.client("ec2").terminate_instances(InstanceIds=[head])
    cluster = cluster_of(environment, outputs_with(head))
    with pytest.raises(UserError, match=rf"^the head {head} is terminated; run: make plan .* && make apply "):
        start_head(cluster, session, outputs_with(head))


def test_a_head_that_was_never_applied_is_one_line(session: Session, environment: AutoscalingEc2Config) -> None:
    cluster = cluster_of(environment, BY_RAY_OUTPUTS)
    with pytest.raises(UserError, match=r"^production has no head yet; run: make plan .* && make apply "):
        start_head(cluster, session, BY_RAY_OUTPUTS)


@pytest.mark.parametrize("text", [AUTOSCALING, BY_RAY])
def test_destroy_ends_first_what_terraform_does_not_know(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    environment = autoscaling_environment(tmp_path, text, target="local")
    (head,), workers, (other,) = (
        launch(session, "head"),
        launch(session, "worker", count=2),
        launch(session, "worker", rayform__cluster="ray-other"),
    )
    outputs = outputs_with(head) if text == AUTOSCALING else BY_RAY_OUTPUTS
    monkeypatch.setattr("scripts.inventory.session.open_session", lambda _: session)
    monkeypatch.setattr("scripts.operate.outputs.load_outputs", lambda *_: outputs)
    end_what_others_made(environment)
    assert state_of(session, head) == ("stopped" if text == AUTOSCALING else "terminated")
    assert {state_of(session, one) for one in workers} == {"terminated"}
    assert state_of(session, other) == "running"
    end_what_others_made(environment)  # a destroy that has failed half-way is repeated


@pytest.fixture
def cloud(tmp_path: Path) -> AnyscaleCloudConfig:
    file = tmp_path / "cloud.yaml"
    file.write_text(
        "flavour: anyscale-cloud\nregion: us-west-2\ntarget: local\n"
        "anyscale: {external_id: org_a1-mine, cloud_id: cld_a1}\n"
    )
    cloud = check_environment(read_yaml(file), name="cloud")
    assert isinstance(cloud, AnyscaleCloudConfig)
    return cloud


@pytest.mark.parametrize("tags", [{"anyscale-cloud-id": "cld_a1"}, {}])
def test_a_cloud_with_nodes_of_anyscale_is_not_destroyed(
    session: Session, cloud: AnyscaleCloudConfig, tags: dict[str, str]
) -> None:
    (node,) = launch(session, "worker", **tags)
    ec2 = session.client("ec2")
    instance = ec2.describe_instances(InstanceIds=[node])["Reservations"][0]["Instances"][0]
    vpc, group = instance["VpcId"], instance["SecurityGroups"][0]["GroupId"]
    # A node is found by its tag in any group, and without the tag in the cloud's.
    outputs = {"vpc_id": vpc, "security_group_ids": {"cloud": "sg-0" if tags else group}}
    with pytest.raises(
        UserError, match=rf"^cloud is not destroyed: got 1 things of Anyscale's .*\({node}\), want none"
    ):
        require_nothing_of_anyscale(cloud, session, outputs)
    ec2.terminate_instances(InstanceIds=[node])
    require_nothing_of_anyscale(cloud, session, outputs)
    require_nothing_of_anyscale(cloud, session, {})  # nothing was ever applied


def test_a_load_balancer_of_a_service_keeps_a_cloud(session: Session, cloud: AnyscaleCloudConfig) -> None:
    ec2 = session.client("ec2")
    subnet = ec2.describe_subnets()["Subnets"][0]
    wanted = {"GroupName": "cloud-of-a-test", "Description": "x", "VpcId": subnet["VpcId"]}
    group = ec2.create_security_group(**wanted)["GroupId"]
    made = [
        ec2.create_network_interface(SubnetId=subnet["SubnetId"], Groups=[group], Description=text)["NetworkInterface"]
        for text in ("ELB app/anyscale-x/1", "ElastiCache ray-cloud-gcs-0001-001")
    ]
    outputs = {"vpc_id": subnet["VpcId"], "security_group_ids": {"cloud": group}}
    with pytest.raises(
        UserError, match=r"got 1 things of Anyscale's in its network \(ELB app/anyscale-x/1\), want none"
    ):
        require_nothing_of_anyscale(cloud, session, outputs)
    for interface in made:
        ec2.delete_network_interface(NetworkInterfaceId=interface["NetworkInterfaceId"])
    require_nothing_of_anyscale(cloud, session, outputs)
    ec2.delete_security_group(GroupId=group)


@pytest.fixture
def kubernetes() -> KuberayEksConfig:
    return kube(fsx={"storage_class": True})


def test_volumes_of_claims_keep_a_cluster_and_those_of_nodes_do_not(
    session: Session, kubernetes: KuberayEksConfig
) -> None:
    ec2 = session.client("ec2")
    ours, by_driver = {"rayform:cluster": "ray-test"}, {"ebs.csi.aws.com/cluster": "true"}
    made = {}
    for name, tags in {"claim": {**ours, **by_driver}, "root": ours, "stranger": by_driver}.items():
        specification = {"ResourceType": "volume", "Tags": [{"Key": key, "Value": tags[key]} for key in tags]}
        volume = ec2.create_volume(AvailabilityZone="us-west-2a", Size=1, TagSpecifications=[specification])
        made[name] = volume["VolumeId"]
    said = rf"^test is not destroyed: got 1 things that Kubernetes .*\({made['claim']}\), want none; run: make undeploy"
    with pytest.raises(UserError, match=said):
        require_nothing_of_kubernetes(kubernetes, session, {})
    ec2.delete_volume(VolumeId=made["claim"])
    require_nothing_of_kubernetes(kubernetes, session, {})


def test_a_file_system_of_a_claim_keeps_a_cluster_and_its_own_does_not(
    session: Session, kubernetes: KuberayEksConfig
) -> None:
    fsx = session.client("fsx")
    subnet = session.client("ec2").describe_subnets()["Subnets"][0]["SubnetId"]
    tags = [{"Key": "rayform:cluster", "Value": "ray-test"}]
    lustre = {"DeploymentType": "SCRATCH_2"}
    wanted = {"FileSystemType": "LUSTRE", "StorageCapacity": 1200, "SubnetIds": [subnet], "LustreConfiguration": lustre}
    own, claimed = (fsx.create_file_system(**wanted, Tags=tags)["FileSystem"]["FileSystemId"] for _ in range(2))
    with pytest.raises(UserError, match=rf"got 1 things .*\({claimed}\), want none"):
        require_nothing_of_kubernetes(kubernetes, session, {"fsx_id": own})
    fsx.delete_file_system(FileSystemId=claimed)
    require_nothing_of_kubernetes(kubernetes, session, {"fsx_id": own})
    fsx.delete_file_system(FileSystemId=own)


def test_a_load_balancer_keeps_a_network_of_ours(session: Session, kubernetes: KuberayEksConfig) -> None:
    ec2 = session.client("ec2")
    subnet = ec2.describe_subnets()["Subnets"][0]
    made = ec2.create_network_interface(SubnetId=subnet["SubnetId"], Description="ELB net/k8s-x/1")["NetworkInterface"]
    with pytest.raises(UserError, match=r"got 1 things .*\(ELB net/k8s-x/1\), want none"):
        require_nothing_of_kubernetes(kubernetes, session, {"vpc_id": subnet["VpcId"]})
    ec2.delete_network_interface(NetworkInterfaceId=made["NetworkInterfaceId"])
    require_nothing_of_kubernetes(kubernetes, session, {"vpc_id": subnet["VpcId"]})


def test_what_aws_refuses_is_one_line(
    session: Session, environment: AutoscalingEc2Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    (worker,) = launch(session, "worker")
    protected = {"InstanceId": worker, "DisableApiTermination": {"Value": True}}
    session.client("ec2").modify_instance_attribute(**protected)
    with pytest.raises(UserError) as raised:
        terminate_all(environment, session, "worker")
    session.client("ec2").modify_instance_attribute(**protected | {"DisableApiTermination": {"Value": False}})
    (line,) = raised.value.lines
    assert line.startswith(f"{worker} cannot be terminated (OperationNotPermitted): ")


def test_what_never_ends_is_one_line(
    session: Session, environment: AutoscalingEc2Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    (worker,) = launch(session, "worker")
    monkeypatch.setattr(power, "PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(power, "_terminate", lambda *_: None)
    with pytest.raises(UserError, match=rf"^{worker} will not terminate after 0 minutes; run the same again"):
        terminate_all(environment, session, "worker")


def test_the_launcher_role_is_assumed_and_the_callers_credentials_are_kept_aside(
    session: Session, environment: AutoscalingEc2Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "config").write_text("[profile ada]\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_PROFILE", "ada")
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    outputs = {"role_arns": {"launcher": "arn:aws:iam::123456789012:role/ray-production-launcher"}}
    launcher = launcher_of(environment, session, outputs)
    assert "AWS_PROFILE" not in launcher.variables
    assert launcher.variables[f"{CALLERS}AWS_PROFILE"] == "ada"
    assert launcher.variables["AWS_SESSION_TOKEN"]
    arn = launcher.session.client("sts").get_caller_identity()["Arn"]
    assert arn == "arn:aws:sts::123456789012:assumed-role/ray-production-launcher/rayform"
    assert launcher.variables["AWS_SESSION_TOKEN"] not in repr(launcher)


def test_without_a_launcher_role_the_caller_launches(session: Session, environment: AutoscalingEc2Config) -> None:
    launcher = launcher_of(environment, session, {"role_arns": {"head": "arn:…"}})
    assert launcher.session is session
    assert dict(launcher.variables) == dict(os.environ)


def test_one_that_is_protected_is_named_and_keeps_no_other(environment: AutoscalingEc2Config, session: Session) -> None:
    (protected,), others = launch(session, "worker"), launch(session, "worker", count=2)
    ec2 = session.client("ec2")
    ec2.modify_instance_attribute(InstanceId=protected, DisableApiTermination={"Value": True})
    try:
        with pytest.raises(UserError) as raised:
            terminate_all(environment, session, "worker")
    finally:
        ec2.modify_instance_attribute(InstanceId=protected, DisableApiTermination={"Value": False})
    (line,) = raised.value.lines
    assert line.startswith(f"{protected} cannot be terminated (OperationNotPermitted): ")
    assert {state_of(session, each) for each in others} == {"terminated"}
