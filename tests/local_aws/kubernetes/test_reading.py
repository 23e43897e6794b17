"""Lists, selectors, watches and deletions, seen by the real kubectl."""

from __future__ import annotations

import subprocess

from tests.local_aws.kubernetes.cluster import PROGRAMS, Programs
from tests.local_aws.kubernetes.conftest import Make
from tests.local_aws.kubernetes.objects import deployment


def test_selectors(programs: Programs, config_map: Make, namespace: str) -> None:
    programs.apply([config_map("a", {"app": "x"}), config_map("b", {"app": "y"}), config_map("c")])

    def names(*words: str) -> list[str]:
        return programs.kubectl("get", "configmaps", "-n", namespace, "-o", "name", *words).out.split()

    assert names() == ["configmap/a", "configmap/b", "configmap/c"]
    assert names("-l", "app in (x,y),app!=y") == ["configmap/a"]
    assert names("--field-selector=metadata.name!=a") == ["configmap/b", "configmap/c"]


def test_pods_are_never_there(programs: Programs, namespace: str) -> None:
    programs.apply(deployment(namespace))
    assert programs.kubectl("get", "pods", "-n", namespace).err == f"No resources found in {namespace} namespace.\n"
    refused = programs.kubectl("exec", "web", "-n", namespace, "--", "true")
    assert refused.err == 'Error from server (NotFound): pods "web" not found: the embedded AWS runs no pods\n'


def test_what_needs_a_pod_says_that_none_runs(programs: Programs, namespace: str) -> None:
    container = {"name": "c", "image": "busybox:1"}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": namespace}}
    programs.apply({**pod, "spec": {"containers": [container]}})
    refused = programs.kubectl("logs", "p", "-n", namespace)
    assert "the embedded AWS holds Kubernetes objects and runs no pods: there is nothing for log" in refused.err


def test_watch_tells_changes(programs: Programs, config_map: Make, namespace: str) -> None:
    programs.apply(config_map("a"))
    words = [str(PROGRAMS / "kubectl"), "get", "configmaps", "-n", namespace, "--watch", "-o", "name"]
    with subprocess.Popen(
        [*words, f"--kubeconfig={programs.kubeconfig}"], stdout=subprocess.PIPE, text=True
    ) as watching:
        assert watching.stdout is not None
        seen = [watching.stdout.readline()]
        programs.apply(config_map("b"))
        seen.append(watching.stdout.readline())
        watching.terminate()
    assert seen == ["configmap/a\n", "configmap/b\n"]


def test_wait_for_deletion(programs: Programs, config_map: Make, namespace: str) -> None:
    wanted = config_map()
    wanted["metadata"]["finalizers"] = ["rayform.test/hold"]
    programs.apply(wanted)
    programs.kubectl("delete", "configmap", "settings", "-n", namespace, "--wait=false")
    held = programs.kubectl("get", "configmap", "settings", "-n", namespace, "-o", "json").json
    assert "deletionTimestamp" in held["metadata"]
    words = ["wait", "--for=delete", "configmap/settings", "-n", namespace, "--timeout=20s"]
    with subprocess.Popen([str(PROGRAMS / "kubectl"), *words, f"--kubeconfig={programs.kubeconfig}"]) as waiting:
        patch = '[{"op":"remove","path":"/metadata/finalizers"}]'
        programs.kubectl("patch", "configmap", "settings", "-n", namespace, "--type=json", "-p", patch)
        assert waiting.wait() == 0


def test_namespace_goes_with_its_objects(programs: Programs, config_map: Make, namespace: str) -> None:
    programs.apply(config_map())
    assert programs.kubectl("delete", "namespace", namespace).code == 0
    assert programs.kubectl("create", "namespace", namespace).code == 0  # protobuf
    assert programs.kubectl("get", "configmaps", "-n", namespace, "-o", "name").out == ""


def test_dependants_go_with_their_owner(programs: Programs, config_map: Make, namespace: str) -> None:
    owner = programs.apply(config_map("owner"), "-o", "json").json["metadata"]
    owned = config_map("owned")
    reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": owner["uid"]}
    owned["metadata"]["ownerReferences"] = [reference]
    programs.apply(owned)
    programs.kubectl("delete", "configmap", "owner", "-n", namespace)
    assert programs.kubectl("get", "configmaps", "-n", namespace, "-o", "name").out == ""


def test_client_side_apply(programs: Programs, namespace: str) -> None:
    programs.kubectl("apply", "-f", "-", stdin=deployment(namespace, {"A": "1", "B": "2"}))
    again = programs.kubectl("apply", "-f", "-", "-o", "json", stdin=deployment(namespace, {"B": "3"})).json
    assert again["spec"]["template"]["spec"]["containers"][0]["env"] == [{"name": "B", "value": "3"}]


def test_stale_replace_is_refused(programs: Programs, config_map: Make) -> None:
    stale = programs.apply(config_map(a="1"), "-o", "json").json
    programs.apply(config_map(a="2"))
    refused = programs.kubectl("replace", "-f", "-", stdin=stale)
    assert "the object has been modified; please apply your changes to the latest version and try again" in refused.err
