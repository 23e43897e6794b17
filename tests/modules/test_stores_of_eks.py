from __future__ import annotations

import json
from functools import cache

import yaml

from tests.synthesis import Synthesized, example, kube, synth

KEY = "${aws_kms_key.kms.arn}"


@cache
def scratch() -> Synthesized:
    """A cheap file system, and everything without protection."""
    return synth(kube(protect=False, fsx={"deployment_type": "SCRATCH_2"}, ecr={"keep_untagged_days": 3}))


@cache
def unlinked() -> Synthesized:
    """One that no bucket keeps."""
    return synth(kube(fsx={}))


def test_lustre_is_encrypted_and_kept() -> None:
    file_system = example("eks").only("aws_fsx_lustre_file_system")
    assert file_system["kms_key_id"] == KEY
    assert (file_system["deployment_type"], file_system["storage_capacity"]) == ("PERSISTENT_2", 2400)
    assert (file_system["per_unit_storage_throughput"], file_system["file_system_type_version"]) == (125, "2.15")
    assert file_system["lifecycle"] == {"prevent_destroy": True}
    assert file_system["security_group_ids"] == ["${aws_security_group.security_groups_fsx.id}"]
    assert file_system["subnet_ids"] == ["${aws_subnet.network_private_us_west_2a.id}"]


def test_lustre_waits_for_the_rules_that_fsx_looks_for() -> None:
    waits = example("eks").only("aws_fsx_lustre_file_system")["depends_on"]
    for direction in ("ingress", "egress"):
        prefix = f"aws_vpc_security_group_{direction}_rule.security_groups_fsx_{direction}"
        assert [each for each in waits if each.startswith(prefix)]


def test_lustre_is_backed_up_where_no_bucket_keeps_it() -> None:
    file_system = unlinked().only("aws_fsx_lustre_file_system")
    assert (file_system["automatic_backup_retention_days"], file_system["skip_final_backup"]) == (7, False)
    assert file_system["copy_tags_to_backups"] is True


def test_linked_lustre_has_no_backup_which_fsx_would_refuse() -> None:
    file_system = example("eks").only("aws_fsx_lustre_file_system")
    assert (file_system["automatic_backup_retention_days"], file_system["skip_final_backup"]) == (0, True)
    assert "copy_tags_to_backups" not in file_system


def test_scratch_takes_neither_key_nor_backup() -> None:
    file_system = scratch().only("aws_fsx_lustre_file_system")
    refused = {"kms_key_id", "per_unit_storage_throughput", "automatic_backup_retention_days", "copy_tags_to_backups"}
    assert not refused & file_system.keys()
    assert file_system["skip_final_backup"] is True
    assert "lifecycle" not in file_system


def test_a_bucket_is_linked_in_both_directions() -> None:
    link = example("eks").only("aws_fsx_data_repository_association")
    everything = {"events": ["NEW", "CHANGED", "DELETED"]}
    assert link["data_repository_path"] == "s3://${aws_s3_bucket.buckets_models.id}"
    assert link["s3"] == {"auto_import_policy": everything, "auto_export_policy": everything}
    assert not scratch().of("aws_fsx_data_repository_association")


def test_the_link_appears_under_the_buckets_name_in_the_file() -> None:
    assert example("eks").only("aws_fsx_data_repository_association")["file_system_path"] == "/models"


def test_tags_of_images_never_move_and_images_are_scanned() -> None:
    repository = example("eks").only("aws_ecr_repository")
    assert repository["image_tag_mutability"] == "IMMUTABLE"
    assert repository["image_scanning_configuration"] == {"scan_on_push": True}
    assert repository["encryption_configuration"] == [{"encryption_type": "KMS", "kms_key": KEY}]
    assert (repository["force_delete"], repository["lifecycle"]) == (False, {"prevent_destroy": True})
    assert scratch().only("aws_ecr_repository")["force_delete"] is True


def test_images_without_a_tag_are_forgotten() -> None:
    (rule,) = json.loads(scratch().only("aws_ecr_lifecycle_policy")["policy"])["rules"]
    assert rule["selection"]["tagStatus"] == "untagged"
    assert (rule["selection"]["countUnit"], rule["selection"]["countNumber"]) == ("days", 3)


def test_metrics_are_encrypted_and_the_workspace_is_logged() -> None:
    stack = example("eks")
    workspace = stack.only("aws_prometheus_workspace")
    assert workspace["kms_key_arn"] == KEY
    logs = stack.of("aws_cloudwatch_log_group")["prometheus_log_group"]
    assert (logs["name"], logs["kms_key_id"]) == ("/aws/vendedlogs/prometheus/ray-eks", KEY)
    assert workspace["logging_configuration"] == {
        "log_group_arn": "${aws_cloudwatch_log_group.prometheus_log_group.arn}:*"
    }


def test_the_scraper_reads_the_metrics_of_rays_pods() -> None:
    scraper = example("eks").only("aws_prometheus_scraper")
    assert scraper["source"][0]["eks"][0]["cluster_arn"] == "${aws_eks_cluster.eks_cluster.arn}"
    (job,) = yaml.safe_load(scraper["scrape_configuration"])["scrape_configs"]
    assert job["kubernetes_sd_configs"] == [{"role": "pod", "namespaces": {"names": ["ray"]}}]
    kept = {rule["source_labels"][0]: rule["regex"] for rule in job["relabel_configs"] if rule["action"] == "keep"}
    assert kept == {
        "__meta_kubernetes_pod_label_ray_io_is_ray_node": "yes",
        "__meta_kubernetes_pod_container_port_name": "metrics|as-metrics|dash-metrics",
    }


def test_what_is_not_asked_for_is_not_there() -> None:
    stack = synth(kube())
    for kind in (
        "aws_fsx_lustre_file_system",
        "aws_ecr_repository",
        "aws_prometheus_workspace",
        "aws_prometheus_scraper",
    ):
        assert not stack.of(kind)
