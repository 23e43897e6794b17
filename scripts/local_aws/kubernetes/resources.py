"""The resources that the API serves: Kubernetes' own, and those of the CustomResourceDefinitions there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scripts.local_aws.kubernetes.refusals import Document
from scripts.local_aws.kubernetes.schema import Node, builtin_node, custom_node
from scripts.local_aws.kubernetes.store import Store

CRD_GROUP = "apiextensions.k8s.io"
CRDS = "customresourcedefinitions"
VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")

_PACKAGES = {
    "": "io.k8s.api.core.v1",
    "apiextensions.k8s.io": "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1",
    "apiregistration.k8s.io": "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1",
}


@dataclass(frozen=True)
class Resource:
    """One kind of object, and where it is served."""

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    has_status: bool = False
    create_only: bool = False
    """A question to the API that is answered and not kept."""
    schema: Any = None
    """openAPIV3Schema of a custom resource."""
    columns: tuple[Any, ...] = ()
    """additionalPrinterColumns of a custom resource."""

    @property
    def api_version(self) -> str:
        """As objects say it."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def definition(self) -> str:
        """Name of the schema of a kind of Kubernetes' own."""
        package = _PACKAGES.get(self.group, f"io.k8s.api.{self.group.split('.')[0]}.{self.version}")
        return f"{package}.{self.kind}"

    @property
    def custom(self) -> bool:
        """Whether a CustomResourceDefinition defines it."""
        return self.schema is not None

    def node(self, kubernetes_version: str) -> Node:
        """Its schema."""
        if not self.custom:
            return builtin_node(kubernetes_version, self.definition)
        made: Node = self.__dict__.setdefault("_node", None) or custom_node(kubernetes_version, self.schema)
        self.__dict__["_node"] = made
        return made


def _table() -> Iterator[Resource]:
    for line in _BUILTIN.strip().splitlines():
        api_version, kind, plural, flags, *short = line.split()
        group, _, version = api_version.rpartition("/")
        categories = ("all",) if "a" in flags else ()
        yield Resource(
            group, version, kind, plural, "n" in flags, tuple(short), categories, "s" in flags, create_only="q" in flags
        )


# Flags: n namespaced, s has a status, a is in the category `all`, q is a question, c nothing of these.
_BUILTIN = """
v1 ConfigMap configmaps n cm
v1 Endpoints endpoints n ep
v1 Event events n ev
v1 LimitRange limitranges n limits
v1 Namespace namespaces s ns
v1 Node nodes s no
v1 PersistentVolume persistentvolumes s pv
v1 PersistentVolumeClaim persistentvolumeclaims ns pvc
v1 Pod pods nsa po
v1 PodTemplate podtemplates n
v1 ReplicationController replicationcontrollers nsa rc
v1 ResourceQuota resourcequotas ns quota
v1 Secret secrets n
v1 Service services nsa svc
v1 ServiceAccount serviceaccounts n sa
admissionregistration.k8s.io/v1 MutatingWebhookConfiguration mutatingwebhookconfigurations c
admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy validatingadmissionpolicies s
admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding validatingadmissionpolicybindings c
admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration validatingwebhookconfigurations c
apiextensions.k8s.io/v1 CustomResourceDefinition customresourcedefinitions s crd crds
apiregistration.k8s.io/v1 APIService apiservices s
apps/v1 ControllerRevision controllerrevisions n
apps/v1 DaemonSet daemonsets nsa ds
apps/v1 Deployment deployments nsa deploy
apps/v1 ReplicaSet replicasets nsa rs
apps/v1 StatefulSet statefulsets nsa sts
authentication.k8s.io/v1 SelfSubjectReview selfsubjectreviews q
authorization.k8s.io/v1 SelfSubjectAccessReview selfsubjectaccessreviews q
autoscaling/v2 HorizontalPodAutoscaler horizontalpodautoscalers nsa hpa
batch/v1 CronJob cronjobs nsa cj
batch/v1 Job jobs nsa
coordination.k8s.io/v1 Lease leases n
discovery.k8s.io/v1 EndpointSlice endpointslices n
events.k8s.io/v1 Event events n ev
networking.k8s.io/v1 Ingress ingresses ns ing
networking.k8s.io/v1 IngressClass ingressclasses c
networking.k8s.io/v1 NetworkPolicy networkpolicies n netpol
policy/v1 PodDisruptionBudget poddisruptionbudgets ns pdb
rbac.authorization.k8s.io/v1 ClusterRole clusterroles c
rbac.authorization.k8s.io/v1 ClusterRoleBinding clusterrolebindings c
rbac.authorization.k8s.io/v1 Role roles n
rbac.authorization.k8s.io/v1 RoleBinding rolebindings n
scheduling.k8s.io/v1 PriorityClass priorityclasses c pc
storage.k8s.io/v1 CSIDriver csidrivers c
storage.k8s.io/v1 CSINode csinodes c
storage.k8s.io/v1 StorageClass storageclasses c sc
storage.k8s.io/v1 VolumeAttachment volumeattachments s
storage.k8s.io/v1 VolumeAttributesClass volumeattributesclasses c vac
"""

BUILTIN = tuple(_table())
_BY_PATH = {(each.group, each.version, each.plural): each for each in BUILTIN}


def resources(store: Store) -> list[Resource]:
    """Everything that is served now."""
    custom = (resource for crd in store.every(CRD_GROUP, CRDS) for resource in custom_resources(crd))
    return [*BUILTIN, *custom]


def find_resource(store: Store, group: str, version: str, plural: str) -> Resource | None:
    """The resource of a path."""
    own = _BY_PATH.get((group, version, plural))
    definition = None if own else store.find(CRD_GROUP, CRDS, "", f"{plural}.{group}")
    if definition is None:
        return own
    return next((each for each in custom_resources(definition) if each.version == version), None)


def custom_resources(crd: Document) -> Iterator[Resource]:
    """One resource for each served version."""
    spec, names = crd["spec"], crd["spec"]["names"]
    for version in spec["versions"]:
        if version.get("served"):
            yield Resource(
                spec["group"],
                version["name"],
                names["kind"],
                names["plural"],
                spec["scope"] == "Namespaced",
                tuple(names.get("shortNames") or ()),
                tuple(names.get("categories") or ()),
                "status" in (version.get("subresources") or {}),
                schema=(version.get("schema") or {}).get("openAPIV3Schema") or {},
                columns=tuple(version.get("additionalPrinterColumns") or ()),
            )
