"""A stand-in for Ray's control store: what the autoscaler asks of it, and what it tells it."""

import json

from ray.core.generated.autoscaler_pb2 import (
    ClusterResourceState,
    GetClusterResourceStateReply,
    NodeState,
    NodeStatus,
    ResourceRequest,
    ResourceRequestByCount,
)
from ray.core.generated.common_pb2 import LabelSelectorOperator
from ray.core.generated.instance_manager_pb2 import NodeKind

HEAD_MARK = "node:__internal_head__"
"""Resource by which Ray knows the head; without one that runs, the autoscaler launches nothing."""


class Gcs:
    """Nodes join as soon as EC2 has their instances; tasks wait until there is a node for each."""

    address = "127.0.0.1:6379"

    def __init__(self, config):
        self._types = config["available_node_types"]
        self._nodes = {}
        self._version = 0
        self.workers = {}
        """Types of the workers by instance."""
        self.wanted = []
        """A dictionary of labels for each task; each takes a whole node."""

    def join(self, instances):
        """Make nodes of the instances that the autoscaler's provider sees; what it sees no longer is dead."""
        for id_, instance in instances.items():
            if id_ not in self._nodes:
                self._nodes[id_] = self._node(id_, instance)
        for id_ in self._nodes.keys() - instances.keys():
            del self._nodes[id_]
        self.workers = {id_: it.node_type for id_, it in instances.items() if it.node_kind == NodeKind.WORKER}

    def _node(self, id_, instance):
        type_ = self._types[instance.node_type]
        mark = {HEAD_MARK: 1} if instance.node_kind == NodeKind.HEAD else {}
        return NodeState(
            node_id=id_.encode(),
            instance_id=id_,
            ray_node_type_name=instance.node_type,
            status=NodeStatus.RUNNING,
            total_resources={**type_["resources"], **mark},
            labels=type_["labels"],
            node_state_version=1,
        )

    def waiting(self):
        """Tasks that no worker has taken yet."""
        left = list(self.wanted)
        for type_ in self.workers.values():
            labels = self._types[type_]["labels"]
            taken = next((task for task in left if task.items() <= labels.items()), None)
            if taken is not None:
                left.remove(taken)
        return left

    def rest(self):
        """All is done: workers are idle for long."""
        self.wanted = []
        for id_ in self.workers:
            self._nodes[id_].status = NodeStatus.IDLE
            self._nodes[id_].idle_duration_ms = 10**7
            self._nodes[id_].available_resources.update(self._nodes[id_].total_resources)

    # What Ray calls:

    def get_cluster_resource_state(self):
        """Nodes and waiting tasks."""
        self._version += 1
        requests = [ResourceRequestByCount(request=_request(labels), count=1) for labels in self.waiting()]
        state = ClusterResourceState(
            cluster_resource_state_version=self._version,
            node_states=list(self._nodes.values()),
            pending_resource_requests=requests,
            cluster_session_name="test",
        )
        return GetClusterResourceStateReply(cluster_resource_state=state).SerializeToString()

    def drain_node(self, node_id, reason, reason_message, deadline_timestamp_ms):
        """A node that is idle leaves."""
        id_ = bytes.fromhex(node_id).decode()
        self._nodes[id_].status = NodeStatus.DEAD
        return True, ""


def _request(labels):
    request = ResourceRequest(resources_bundle={"CPU": 1})
    selector = request.label_selectors.add()
    for key, value in labels.items():
        selector.label_constraints.add(
            label_key=key, operator=LabelSelectorOperator.LABEL_OPERATOR_IN, label_values=[value]
        )
    return request


def say(**said):
    """Tell the test."""
    print(json.dumps(said), flush=True)
