"""Roles of Kubernetes service accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from cdktf import Fn, ITerraformDependable
from constructs import Construct

from config.eks import AddonName
from config.eks_permissions import EksArns, managed_policy_arns, service_account_statements
from config.eks_roles import pod_identity_trust, web_identity_trust
from config.kuberay_eks import KuberayEksConfig
from config.service_accounts import ServiceAccount, service_accounts
from config.statement import Statement
from modules.aws import DataAwsIamOpenidConnectProvider, EksPodIdentityAssociation, IamOpenidConnectProvider
from modules.eks import Cluster
from modules.ids import construct_id
from modules.role import Role


class ServiceAccountRoles(Construct):
    """Define a role for each service account that needs one; what it may do comes with `allow_all`.

    A role is for one account of one cluster, by EKS Pod Identity or by the cluster's OIDC provider.
    """

    def __init__(self, scope: Construct, id_: str, *, config: KuberayEksConfig, cluster: Cluster) -> None:
        super().__init__(scope, id_)
        self._config, self._cluster = config, cluster
        self._by_provider = config.eks.service_account_roles == "irsa"
        self._provider_arn = self._oidc_provider() if self._by_provider else ""
        self._accounts = {account.part: account for account in service_accounts(config)}
        self._roles = {part: self._role(account) for part, account in self._accounts.items()}
        self._associations = {} if self._by_provider else {part: self._associate(part) for part in self._accounts}

    def _oidc_provider(self) -> str:
        issuer = self._cluster.issuer
        if not self._config.makes_cluster:
            return str(DataAwsIamOpenidConnectProvider(self, "oidc_provider", url=issuer).arn)
        label = self._config.label
        return str(
            IamOpenidConnectProvider(
                self, "oidc_provider", url=issuer, client_id_list=["sts.amazonaws.com"], tags=label.tags("oidc")
            ).arn
        )

    def _role(self, account: ServiceAccount) -> Role:
        config = self._config
        role = Role(
            self,
            construct_id(account.part),
            label=config.label,
            part=account.part,
            trust=[self._trust(account)],
            permissions_boundary_arn=config.iam.permissions_boundary_arn,
        )
        role.attach(managed_policy_arns(account.part, config.place))
        return role

    def _trust(self, account: ServiceAccount) -> Statement:
        if not self._by_provider:
            return pod_identity_trust(self._config, account)
        return web_identity_trust(account, self._provider_arn, self._issuer_host)

    @cached_property
    def _issuer_host(self) -> str:
        return str(Fn.replace(self._cluster.issuer, "https://", ""))

    def _associate(self, part: str) -> EksPodIdentityAssociation:
        account, role = self._accounts[part], self._roles[part]
        return EksPodIdentityAssociation(
            role,
            "association",
            cluster_name=self._cluster.name,
            namespace=account.namespace,
            service_account=account.name,
            role_arn=role.arn,
            tags=self._config.label.tags(part),
        )

    def allow_all(self, arns: EksArns) -> None:
        """Give each role what its account needs."""
        for part, role in self._roles.items():
            if statements := service_account_statements(self._config, part, arns):
                role.allow(part, statements)

    def needed_by(self, part: str) -> list[ITerraformDependable]:
        """What must be there before pods of a service account start."""
        role, association = self._roles[part], self._associations.get(part)
        return [*role.policies, *role.attachments, *([association] if association is not None else ())]

    @property
    def arns(self) -> dict[str, str]:
        """ARNs by part, tokens until apply."""
        return {part: role.arn for part, role in self._roles.items()}

    def arns_of(self, *parts: str) -> list[str]:
        """The same of the parts that there are."""
        return [self._roles[part].arn for part in parts if part in self._roles]

    @property
    def needed_by_addons(self) -> Mapping[AddonName, Sequence[ITerraformDependable]]:
        """What must be there before an add-on."""
        return {account.addon: self.needed_by(part) for part, account in self._accounts.items() if account.addon}

    @property
    def addon_role_arns(self) -> Mapping[AddonName, str]:
        """Roles that an add-on writes on its account; none where Pod Identity says it."""
        if not self._by_provider:
            return {}
        return {account.addon: self._roles[part].arn for part, account in self._accounts.items() if account.addon}
