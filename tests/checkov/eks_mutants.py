"""The mutants of the stack of `eks`, by what they open or lose."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.checkov.mutant import Change, Mutant, add, allow, block, mutant, put, remove, statement, unheard

_IN = "aws_vpc_security_group_ingress_rule"
_CLUSTER = "aws_eks_cluster.eks_cluster"
_GROUP = "aws_eks_node_group.nodes_cpu"
_TEMPLATE = "aws_launch_template.nodes_cpu_launch_template"
_REPOSITORY = "aws_ecr_repository.registry_repository"
_WORKSPACE = "aws_prometheus_workspace.prometheus_workspace"
_LUSTRE = "aws_fsx_lustre_file_system.fsx_file_system"
_CNI = "aws_eks_addon.eks_addon_vpc_cni"
_ADMIN = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
_FOREIGN_KEY = "arn:aws:kms:us-west-2:123456789012:key/00000000-0000-0000-0000-000000000000"
_INTRUDER = "arn:aws:iam::123456789012:role/intruder"
_RESEARCH = "arn:aws:iam::123456789012:role/research"
_NAMED = {
    "aws:SourceAccount": "123456789012",
    "aws:RequestTag/eks-cluster-name": "ray-eks",
    "aws:RequestTag/kubernetes-namespace": "ray",
    "aws:RequestTag/kubernetes-service-account": "ray-worker",
}
_PROVIDER = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.us-west-2.amazonaws.com/id/EXAMPLE"
_ISSUER = _PROVIDER.partition("/")[2]


def cluster(**values: Any) -> Change:
    """Change the cluster."""
    return put(_CLUSTER, **values)


def public(*cidrs: str) -> Change:
    """Open the API's public endpoint to ranges; to nobody in particular without."""
    return put(_CLUSTER, vpc_config__endpoint_public_access=True,
               **({"vpc_config__public_access_cidrs": list(cidrs)} if cidrs else {}))  # fmt: skip


def let_in(**values: Any) -> Change:
    """Add an access entry."""
    return add("aws_eks_access_entry.added", cluster_name="ray-eks", type="STANDARD", **values)


def allowed(principal: str, **scope: Any) -> Change:
    """Make somebody a cluster admin."""
    return add("aws_eks_access_policy_association.added", cluster_name="ray-eks", policy_arn=_ADMIN,
               principal_arn=principal, access_scope={"type": "cluster", **scope})  # fmt: skip


def template(**values: Any) -> Change:
    """Change the launch template of a node group."""
    return put(_TEMPLATE, **values)


def volume(**values: Any) -> Change:
    """Change the root volume of a node group; None takes a setting out."""

    def change(stack: dict[str, Any]) -> None:
        volume = block(stack, _TEMPLATE)["block_device_mappings"][0]["ebs"]
        volume.update(values)
        for name in [name for name, value in values.items() if value is None]:
            del volume[name]

    return change


def conditions(test: str = "StringEquals", **values: str) -> list[dict[str, Any]]:
    """Conditions on keys."""
    return [{"test": test, "variable": key, "values": [value]} for key, value in values.items()]


def pods(changed: str, value: str | None, test: str = "StringEquals") -> Change:
    """Change one condition on the pods of Ray's workers; None takes it out."""
    others = {key: each for key, each in _NAMED.items() if key != changed}
    more = conditions(test, **{changed: value}) if value is not None else []
    return statement("service_accounts_ray_worker_trust", "PodIdentity", condition=[*conditions(**others), *more])


def web_identity(sub: str | None, test: str = "StringEquals", audience: str = "sts.amazonaws.com") -> Change:
    """Trust the cluster's OIDC provider."""
    named = conditions(test, **{f"{_ISSUER}:sub": sub}) if sub is not None else []
    return statement(
        "service_accounts_ray_worker_trust",
        "PodIdentity",
        actions=["sts:AssumeRoleWithWebIdentity"],
        principals=[{"type": "Federated", "identifiers": [_PROVIDER]}],
        condition=[*conditions(**{f"{_ISSUER}:aud": audience}), *named],
    )


def images_for(principal: str) -> Change:
    """Let somebody pull images."""
    policy = f'{{"Statement": [{{"Effect": "Allow", "Action": "ecr:BatchGetImage", "Principal": {principal}}}]}}'
    return add("aws_ecr_repository_policy.added", repository="ray-eks", policy=policy)


def attached(role: str, policy: str) -> Change:
    """Attach one of AWS's managed policies."""
    return add("aws_iam_role_policy_attachment.added", role=f"${{aws_iam_role.{role}.name}}",
               policy_arn=f"arn:aws:iam::aws:policy/{policy}")  # fmt: skip


def opened(name: str, group: str, port: int, cidr: str) -> Change:
    """Add a way in."""
    return add(f"{_IN}.{name}", security_group_id=f"${{aws_security_group.security_groups_{group}.id}}",
               ip_protocol="tcp", from_port=port, to_port=port, cidr_ipv4=cidr, description="Added")  # fmt: skip


_MUTANTS = [
    mutant("the Kubernetes API open to the world", public("0.0.0.0/0"), "CKV_RAYFORM_17", "CKV_AWS_38"),
    mutant("the Kubernetes API open to the halves of the internet", public("0.0.0.0/1", "128.0.0.0/1"),
           "CKV_RAYFORM_17"),
    mutant("the Kubernetes API open to nobody in particular", public(), "CKV_RAYFORM_17"),
    mutant("the Kubernetes API without a private endpoint", cluster(vpc_config__endpoint_private_access=False),
           "CKV_RAYFORM_17"),
    mutant("clients of the Kubernetes API from everywhere", opened("api", "control_plane", 443, "0.0.0.0/0"),
           "CKV2_RAYFORM_2"),
    mutant("Kubernetes secrets that are not encrypted", cluster(encryption_config=None), "CKV2_RAYFORM_18",
           "CKV_AWS_58"),
    mutant("Kubernetes secrets with somebody else's key",
           cluster(encryption_config={"provider": {"key_arn": _FOREIGN_KEY}, "resources": ["secrets"]}),
           "CKV2_RAYFORM_18"),
    mutant("a cluster that aws-auth opens", cluster(access_config__authentication_mode="API_AND_CONFIG_MAP"),
           "CKV_RAYFORM_21"),
    mutant("a cluster that aws-auth alone opens", cluster(access_config=None), "CKV_RAYFORM_21"),
    mutant("a control plane without audit log", cluster(enabled_cluster_log_types=["api", "scheduler"]), "CKV_AWS_37"),
    mutant("a control plane that logs where EKS likes", remove("aws_cloudwatch_log_group.eks_log_group"),
           "CKV2_RAYFORM_13"),
    mutant("an intruder is let in", let_in(principal_arn=_INTRUDER), "CKV_RAYFORM_22"),
    mutant("research is in a group of its own making",
           put("aws_eks_access_entry.eks_access_entry_research", kubernetes_groups=["admins"]), "CKV_RAYFORM_22"),
    mutant("an intruder is cluster admin", allowed(_INTRUDER), "CKV_RAYFORM_23"),
    mutant("research is cluster admin", allowed(_RESEARCH), "CKV_RAYFORM_23"),
    mutant("research edits the whole cluster",
           put("aws_eks_access_policy_association.eks_access_policy_research", access_scope={"type": "cluster"}),
           "CKV_RAYFORM_23"),
    mutant("research edits another namespace",
           put("aws_eks_access_policy_association.eks_access_policy_research",
               access_scope={"type": "namespace", "namespaces": ["kube-system"]}), "CKV_RAYFORM_23"),
    mutant("an add-on of the day", put(_CNI, addon_version=None), "CKV_RAYFORM_18"),
    mutant("network policies that nobody enforces", put(_CNI, configuration_values="{}"), "CKV_RAYFORM_19"),
    mutant("Kubernetes nodes with IMDSv1", template(metadata_options__http_tokens="optional"), "CKV_AWS_79"),
    mutant("pods that reach the nodes' metadata", template(metadata_options__http_put_response_hop_limit=2),
           "CKV_RAYFORM_3", "CKV_AWS_341"),
    mutant("a template that says nothing of metadata", template(metadata_options=None), "CKV_RAYFORM_3"),
    mutant("Kubernetes nodes whose volumes are not encrypted", volume(encrypted="false"), "CKV_RAYFORM_24"),
    mutant("Kubernetes nodes whose volumes are the image's", template(block_device_mappings=None), "CKV_RAYFORM_24"),
    mutant("Kubernetes nodes with EBS's key", volume(kms_key_id=None), "CKV2_RAYFORM_18"),
    mutant("Kubernetes nodes with public addresses",
           template(network_interfaces=[{"associate_public_ip_address": "true"}]), "CKV_RAYFORM_24"),
    mutant("Kubernetes nodes with a key pair", template(key_name="somebody"), "CKV_RAYFORM_24"),
    mutant("a node group with SSH for everybody", put(_GROUP, remote_access={"ec2_ssh_key": "somebody"}),
           "CKV2_RAYFORM_14", "CKV_AWS_100"),
    mutant("a node group with SSH for a group",
           put(_GROUP, remote_access={"ec2_ssh_key": "somebody", "source_security_group_ids": ["sg-1"]}),
           "CKV2_RAYFORM_14"),
    mutant("a node group without template", put(_GROUP, launch_template=None), "CKV2_RAYFORM_14"),
    mutant("a node group in a subnet that gives out public addresses",
           put("aws_subnet.network_private_us_west_2a", map_public_ip_on_launch=True), "CKV_AWS_130"),
    mutant("Kubernetes nodes open to the world", opened("dashboard", "node", 8265, "0.0.0.0/0"), "CKV2_RAYFORM_2"),
    mutant("Kubernetes nodes that read buckets", attached("node_role", "AmazonS3ReadOnlyAccess"), "CKV2_RAYFORM_15"),
    mutant("Kubernetes nodes that change network interfaces", attached("node_role", "AmazonEKS_CNI_Policy"),
           "CKV2_RAYFORM_15"),
    mutant("Kubernetes nodes that read secrets",
           allow("node_role_document_session", ["secretsmanager:GetSecretValue"], ["*"]), "CKV2_RAYFORM_15"),
    mutant("another service may be a Kubernetes node",
           statement("node_role_trust", "Assume",
                     principals=[{"type": "Service", "identifiers": ["ec2.amazonaws.com", "lambda.amazonaws.com"]}]),
           "CKV2_RAYFORM_6"),
    mutant("pods with full access", attached("service_accounts_ray_worker", "AmazonS3FullAccess"), "CKV_RAYFORM_7"),
    mutant("pods that may do all of S3",
           allow("service_accounts_ray_worker_document_ray-worker", ["s3:*"], ["*"]), "CKV_RAYFORM_6"),
    mutant("pods that pass any role",
           allow("service_accounts_cluster_autoscaler_document_cluster-autoscaler", ["iam:PassRole"], ["*"]),
           "CKV_RAYFORM_5"),
    *(mutant(f"a role of pods without condition on {key}", pods(key, None), "CKV2_RAYFORM_16") for key in _NAMED),
    mutant("a role for pods of another namespace", pods("aws:RequestTag/kubernetes-namespace", "default"),
           "CKV2_RAYFORM_16"),
    mutant("a role for pods of any namespace", pods("aws:RequestTag/kubernetes-namespace", "*", "StringLike"),
           "CKV2_RAYFORM_16"),
    mutant("a role for pods of another cluster", pods("aws:RequestTag/eks-cluster-name", "shared"), "CKV2_RAYFORM_16"),
    mutant("a role of pods for other AWS accounts", pods("aws:SourceAccount", "999999999999"), "CKV2_RAYFORM_16"),
    mutant("a role for every pod of the OIDC provider", web_identity(None), "CKV2_RAYFORM_17"),
    mutant("a role for service accounts that are alike", web_identity("system:serviceaccount:ray:*", "StringLike"),
           "CKV2_RAYFORM_17"),
    mutant("a role for a namespace of the OIDC provider", web_identity("system:serviceaccount:ray:*"),
           "CKV2_RAYFORM_17"),
    mutant("a role for any audience of the OIDC provider",
           web_identity("system:serviceaccount:ray:ray-worker", audience="other"), "CKV2_RAYFORM_17"),
    mutant("Lustre with FSx's key", put(_LUSTRE, kms_key_id=None), "CKV2_RAYFORM_18", "CKV_AWS_190"),
    mutant("Lustre with somebody else's key", put(_LUSTRE, kms_key_id=_FOREIGN_KEY), "CKV2_RAYFORM_18"),
    mutant("Lustre for a range of addresses", opened("lustre", "fsx", 988, "10.60.0.0/16"), "CKV2_RAYFORM_19"),
    mutant("Lustre open to the world", opened("lustre", "fsx", 988, "0.0.0.0/0"), "CKV2_RAYFORM_2", "CKV2_RAYFORM_19"),
    mutant("images whose tags move", put(_REPOSITORY, image_tag_mutability="MUTABLE"), "CKV_AWS_51"),
    mutant("images that nobody scans", put(_REPOSITORY, image_scanning_configuration__scan_on_push=False),
           "CKV_AWS_163"),
    mutant("images with S3's key", put(_REPOSITORY, encryption_configuration=None), "CKV2_RAYFORM_18", "CKV_AWS_136"),
    mutant("images with ECR's key", put(_REPOSITORY, encryption_configuration=[{"encryption_type": "KMS"}]),
           "CKV2_RAYFORM_18"),
    mutant("images for anybody", images_for('"*"'), "CKV_RAYFORM_9", "CKV_AWS_32"),
    mutant("images for another account", images_for('{"AWS": "arn:aws:iam::999999999999:root"}'), "CKV_RAYFORM_9"),
    mutant("protected images that go with the repository", put(_REPOSITORY, force_delete=True), "CKV_RAYFORM_11"),
    mutant("Prometheus with AWS's key", put(_WORKSPACE, kms_key_arn=None), "CKV2_RAYFORM_18"),
    mutant("Prometheus without logs", put(_WORKSPACE, logging_configuration=None), "CKV_RAYFORM_20"),
    mutant("the mounted bucket takes plain HTTP", remove("aws_s3_bucket_policy.buckets_datasets_policy"),
           "CKV2_RAYFORM_7"),
    unheard("a role of pods without the boundary that the environment names", "CKV_RAYFORM_8",
            permissions_boundary="arn:aws:iam::123456789012:policy/boundary"),
]  # fmt: skip

EKS_MUTANTS: list[Mutant] = [replace(each, environment="eks") for each in _MUTANTS]
