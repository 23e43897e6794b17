"""Server-side apply, seen by the real kubectl."""

from __future__ import annotations

import copy

from tests.local_aws.kubernetes.cluster import Programs
from tests.local_aws.kubernetes.conftest import Make
from tests.local_aws.kubernetes.objects import Object, deployment


def test_second_apply_changes_nothing(programs: Programs, namespace: str) -> None:
    wanted = deployment(namespace, {"A": "1"})
    first = programs.apply(wanted, "-o", "json").json
    second = programs.apply(wanted, "-o", "json").json
    assert first["metadata"]["generation"] == second["metadata"]["generation"] == 1
    assert first["metadata"]["resourceVersion"] == second["metadata"]["resourceVersion"]
    assert first["spec"]["replicas"] == 1  # filled in


def test_diff_tells_by_its_exit_code(programs: Programs, namespace: str) -> None:
    wanted = deployment(namespace, {"A": "1"})
    diff = ("diff", "--server-side", "--field-manager=tests", "-f", "-")
    assert programs.kubectl(*diff, stdin=wanted).code == 1  # would be new
    programs.apply(wanted)
    assert programs.kubectl(*diff, stdin=wanted).code == 0
    changed = programs.kubectl(*diff, stdin=deployment(namespace, {"A": "2"}))
    assert changed.code == 1
    assert '-          value: "1"' in changed.out
    assert '+          value: "2"' in changed.out


def test_dry_run_stores_nothing(programs: Programs, config_map: Make, namespace: str) -> None:
    tried = programs.apply(config_map(a="1"), "--dry-run=server")
    assert tried.out == "configmap/settings serverside-applied (server dry run)\n"
    assert programs.kubectl("get", "configmaps", "-n", namespace).err.startswith("No resources found")


def test_conflict_names_manager_and_field(programs: Programs, config_map: Make) -> None:
    programs.apply(config_map(a="1", b="1"), manager="first")
    refused = programs.apply(config_map(a="2"), manager="second")
    assert refused.code == 1
    assert 'error: Apply failed with 1 conflict: conflict with "first": .data.a\n' in refused.err
    both = programs.apply(config_map(a="2", b="2"), manager="second")
    assert 'Apply failed with 2 conflicts: conflicts with "first":\n- .data.a\n- .data.b\n' in both.err


def test_force_takes_fields_over(programs: Programs, config_map: Make) -> None:
    programs.apply(config_map(a="1", b="1"), manager="first")
    programs.apply(config_map(a="2"), "--force-conflicts", manager="second")
    # What the first one gives up by now is the second one's, and stays.
    left = programs.apply(config_map(b="1"), "-o", "json", manager="first").json
    assert left["data"] == {"a": "2", "b": "1"}


def test_field_that_is_no_longer_applied_goes(programs: Programs, namespace: str) -> None:
    programs.apply(deployment(namespace, {"A": "1", "B": "1"}))
    found = programs.apply(deployment(namespace, {"B": "1"}), "-o", "json").json
    assert found["spec"]["template"]["spec"]["containers"][0]["env"] == [{"name": "B", "value": "1"}]


def test_what_others_add_stays(programs: Programs, namespace: str) -> None:
    wanted = deployment(namespace, {"A": "1"})
    programs.apply(wanted)
    sidecar = {"name": "sidecar", "image": "busybox:1"}
    other = copy.deepcopy(wanted)
    other["spec"]["template"]["spec"]["containers"] = [sidecar]
    programs.apply(other, manager="injector")
    programs.kubectl("label", "deployment", "web", "team=ml", "-n", namespace)
    found = programs.apply(wanted, "-o", "json").json
    assert found["metadata"]["labels"] == {"team": "ml"}
    assert [each["name"] for each in found["spec"]["template"]["spec"]["containers"]] == ["web", "sidecar"]


def test_managed_fields_tell_update_from_apply(programs: Programs, config_map: Make, namespace: str) -> None:
    programs.apply(config_map(a="1"))
    patch = ("patch", "configmap", "settings", "-n", namespace, "--type=merge", "-p", '{"data":{"b":"2"}}')
    programs.kubectl(*patch, "--field-manager=editor")
    found = programs.kubectl(
        "get", "configmap", "settings", "-n", namespace, "-o", "json", "--show-managed-fields"
    ).json
    assert [(each["manager"], each["operation"], each["fieldsV1"]) for each in found["metadata"]["managedFields"]] == [
        ("tests", "Apply", {"f:data": {"f:a": {}}}),
        ("editor", "Update", {"f:data": {"f:b": {}}}),
    ]
    refused = programs.apply(config_map(a="1", b="3"))
    assert 'conflict with "editor" using v1: .data.b' in refused.err


def test_unknown_field_of_apply(programs: Programs, namespace: str) -> None:
    refused = programs.apply(deployment(namespace, replica=2))
    place = f"{namespace}/web; apps/v1, Kind=Deployment"
    words = f"failed to create typed patch object ({place}): .spec.replica: field not declared in schema"
    assert refused.err == f"Error from server: {words}\n"


def test_unknown_field_of_create(programs: Programs, namespace: str) -> None:
    wanted = deployment(namespace, replica=2)
    refused = programs.kubectl("create", "-f", "-", stdin=wanted)
    assert 'strict decoding error: unknown field "spec.replica"' in refused.err
    assert programs.kubectl("create", "--validate=false", "-f", "-", stdin=wanted).code == 0


def test_invalid_object(programs: Programs, namespace: str) -> None:
    wanted = deployment(namespace, selector={"matchLabels": {"app": "other"}})
    refused = programs.apply(wanted)
    assert refused.err.startswith('The Deployment "web" is invalid: spec.template.metadata.labels: Invalid value:')
    assert "`selector` does not match template `labels`" in refused.err


def test_immutable_field(programs: Programs, namespace: str) -> None:
    binding: Object = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "b", "namespace": namespace},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"},
    }
    programs.apply(binding)
    binding["roleRef"] = {**binding["roleRef"], "name": "edit"}
    refused = programs.apply(binding)
    assert refused.err.startswith('The RoleBinding "b" is invalid: roleRef: Invalid value: {')
    assert refused.err.endswith("cannot change roleRef\n")


def test_missing_namespace(programs: Programs, config_map: Make) -> None:
    wanted = config_map()
    wanted["metadata"]["namespace"] = "nowhere"
    refused = programs.apply(wanted)
    assert refused.err == 'Error from server (NotFound): namespaces "nowhere" not found\n'


def test_secret_is_kept_as_data(programs: Programs, namespace: str) -> None:
    metadata = {"name": "token", "namespace": namespace}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {"auth_token": "x"}}
    found = programs.apply(secret, "-o", "json").json
    assert (found["data"], found["type"]) == ({"auth_token": "eA=="}, "Opaque")
    assert "stringData" not in found
