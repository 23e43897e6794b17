"""The commands that install and start Ray."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.cluster_yaml.lint import commands
from scripts.cluster_yaml.lint.cluster import Cluster, listing, shown
from scripts.cluster_yaml.lint.registry import Hit, Severity, trap

_DEFAULTS = "autoscaler/aws/defaults.yaml"
_COMMANDS = "autoscaler/_private/commands.py"
_TOKENS = "https://docs.ray.io/en/latest/ray-security/token-auth.html"
_HEAD, _WORKER = commands.START
_BOOTSTRAP_CONFIG = "ray_bootstrap_config.yaml"
_EVERY_ADDRESS = frozenset({"0.0.0.0", "::", "[::]", "*"})  # noqa: S104  # looked for, not bound
_GCS_PORT = "6379"
_UNKNOWN_PACKAGES = re.compile(r"\s-r\s|requirements|\buv sync\b|\bconda\b|\bpoetry\b|boto3|\.whl\b|\.sh\b|awscli")


@trap("dashboard-without-token", Severity.HIGH, "https://nvd.nist.gov/vuln/detail/CVE-2023-48022")
def dashboard_without_token(cluster: Cluster) -> Iterator[Hit]:
    """The dashboard listens on every address and asks for no token.

    Why: its Jobs API runs what anybody sends (CVE-2023-48022, ShadowRay). Ray's default start command does the same
    where the file has none.

    Want: no `--dashboard-host` (then localhost, and `ray dashboard` brings it to you), and `RAY_AUTH_MODE=token`.
    """
    if commands.wants_token(cluster):
        return
    if _HEAD not in cluster.fields:
        yield Hit((_HEAD,), "none, and Ray's default has --dashboard-host=0.0.0.0")
    for place, command in commands.ray_starts(cluster, _HEAD):
        if commands.flag(command, "dashboard-host") in _EVERY_ADDRESS:
            yield Hit(place, f"--dashboard-host={commands.flag(command, 'dashboard-host')}", _HEAD)


@trap("token-missing", Severity.MEDIUM, _TOKENS)
def token_missing(cluster: Cluster) -> Iterator[Hit]:
    """Nothing in the file turns token authentication on.

    Why: in Ray 2.60 a cluster of `ray start` without a token takes work from whoever reaches its ports; the dashboard
    may be on localhost, the ports of GCS and of the Ray client are not.

    Want: a token on every node in ~/.ray/auth_token and `RAY_AUTH_MODE=token` where Ray starts.
    """
    old = any(commands.before_tokens(version) for _, version in commands.ray_versions(cluster))
    if old or commands.wants_token(cluster) or any(dashboard_without_token.judge(cluster)):
        return
    yield Hit((_HEAD,), "no RAY_AUTH_MODE=token and no token", _HEAD)


@trap("ray-before-tokens", Severity.MEDIUM, _TOKENS)
def ray_before_tokens(cluster: Cluster) -> Iterator[Hit]:
    """A Ray before 2.52 has no token authentication.

    Why: such a cluster takes work from whoever reaches its ports, and it ignores `RAY_AUTH_MODE`.

    Want: Ray 2.52 or newer.
    """
    for place, version in commands.ray_versions(cluster):
        if commands.before_tokens(version):
            yield Hit(place, shown(version))


@trap("autoscaling-config-missing", Severity.HIGH, _COMMANDS)
def autoscaling_config_missing(cluster: Cluster) -> Iterator[Hit]:
    """The head starts without the autoscaler's configuration.

    Why: without `--autoscaling-config`, or with another file than the one that `ray up` writes, no worker starts.

    Want: `ray start --head --autoscaling-config=~/ray_bootstrap_config.yaml …`.
    """
    if _HEAD not in cluster.fields:
        return  # Ray's default has it
    starts = list(commands.ray_starts(cluster, _HEAD))
    if not starts:
        # A program of the image, or of the user data, may be given the file and start Ray itself.
        if not any(_BOOTSTRAP_CONFIG in command for _, command in commands.commands(cluster, _HEAD)):
            yield Hit((_HEAD,), "no `ray start`", _HEAD)
    elif not any(_BOOTSTRAP_CONFIG in command for _, command in starts):
        got = commands.flag(starts[0][1], "autoscaling-config")
        yield Hit(starts[0][0], f"--autoscaling-config={shown(got)}" if got else "no --autoscaling-config", _HEAD)


@trap("ray-stop-missing", Severity.LOW, "scripts/scripts.py")
def ray_stop_missing(cluster: Cluster) -> Iterator[Hit]:
    """No `ray stop` before `ray start`.

    Why: `ray up` on a running cluster runs the commands again, and `ray start` refuses a port where Ray runs.

    Want: `ray stop` as the first command.
    """
    for field in commands.START:
        starts = list(commands.ray_starts(cluster, field))
        before = list(commands.commands(cluster, field))
        if starts and not any("ray stop" in command for _, command in before):
            yield Hit(starts[0][0], "no `ray stop`", field)


@trap("worker-address", Severity.HIGH, _DEFAULTS)
def worker_address(cluster: Cluster) -> Iterator[Hit]:
    """Workers do not join `$RAY_HEAD_IP`.

    Why: Ray sets RAY_HEAD_IP for the workers' commands. With `--head` each worker is a cluster of its own, with a fixed
    address they look for a head that was replaced.

    Want: `ray start --address=$RAY_HEAD_IP:6379`.
    """
    for place, command in commands.ray_starts(cluster, _WORKER):
        address = commands.flag(command, "address") or ""
        if re.search(r"\s--head\b", command):
            yield Hit(place, "--head", _WORKER)
        elif "RAY_HEAD_IP" not in address:
            yield Hit(place, f"--address={shown(address)}" if address else "no --address", _WORKER)


@trap("head-port-differs", Severity.HIGH, _DEFAULTS)
def head_port_differs(cluster: Cluster) -> Iterator[Hit]:
    """Workers look for the head on another port than it has.

    Why: the port of `--address` is that of the head's `--port`, 6379 by default.

    Want: the same port in both.
    """
    heads = [commands.flag(command, "port") or _GCS_PORT for _, command in commands.ray_starts(cluster, _HEAD)]
    heads = heads or [_GCS_PORT]
    for place, command in commands.ray_starts(cluster, _WORKER):
        port = (commands.flag(command, "address") or "").rpartition(":")[2]
        if port.isdigit() and all(head.isdigit() for head in heads) and port not in heads:
            yield Hit(place, f"{shown(port)}, the head has {shown(heads[0])}", _WORKER)


@trap("ray-unpinned", Severity.MEDIUM, "_private/utils.py")
def ray_unpinned(cluster: Cluster) -> Iterator[Hit]:
    """Setup installs whatever Ray is newest.

    Why: a worker set up after a release has another Ray than the head, which refuses it. A file without
    `setup_commands` installs a nightly build where the AMI has no Ray.

    Want: `pip install "ray[default]==2.60.0"`, or an image with Ray in it.
    """
    if "setup_commands" not in cluster.fields and not any(commands.images(cluster)) and cluster.has_updaters:
        yield Hit(("setup_commands",), "none, and Ray's default installs a nightly build")
    for place, command in commands.all_setup(cluster):
        if "" in commands.ray_installs(command):
            yield Hit(place, "Ray without a version, or a nightly build", str(place[-2]))


@trap("ray-versions-differ", Severity.HIGH, "_private/utils.py")
def ray_versions_differ(cluster: Cluster) -> Iterator[Hit]:
    """Two versions of Ray in one file.

    Why: nodes of one cluster must have the same Ray (and Python); a worker of another version is refused.

    Want: one version.
    """
    versions = list(commands.ray_versions(cluster))
    for place, version in versions[1:]:
        if version != versions[0][1]:
            yield Hit(place, f"{shown(version)} and {shown(versions[0][1])}")
            return


@trap("boto3-missing", Severity.LOW, _DEFAULTS)
def boto3_missing(cluster: Cluster) -> Iterator[Hit]:
    """Setup installs Ray and not boto3.

    Why: the autoscaler on the head imports boto3, which `ray[default]` does not bring. Ray's default for
    `head_setup_commands` installs it; a list of yours replaces that.

    Want: `pip install boto3` in `head_setup_commands`.
    """
    if "head_setup_commands" not in cluster.fields or any(commands.images(cluster)):
        return
    setup = [command for _, command in commands.commands(cluster, *commands.SETUP[:2])]
    if any(any(True for _ in commands.ray_installs(command)) for command in setup) and not any(
        _UNKNOWN_PACKAGES.search(command) for command in setup
    ):
        yield Hit(("head_setup_commands",), "no boto3", "head_setup_commands")


@trap("type-setup-replaces", Severity.LOW, "autoscaler/v2/instance_manager/config.py")
def type_setup_replaces(cluster: Cluster) -> Iterator[Hit]:
    """`worker_setup_commands` of a node type replace `setup_commands`.

    Why: nodes of that type run their own list only, without the common one.

    Want: the common commands in that list too (a YAML anchor spares the copy).
    """
    common = [command for _, command in commands.commands(cluster, "setup_commands", "worker_setup_commands")]
    for node in cluster.workers:
        own = listing(node.fields.get("worker_setup_commands"))
        left_out = [command for command in common if command not in own]
        if "worker_setup_commands" in node.fields and left_out:
            got = f"without {len(left_out)} of {len(common)} common commands"
            yield Hit((*node.place, "worker_setup_commands"), got, node.subject)


@trap("user-data-races", Severity.LOW, "autoscaler/_private/updater.py")
def user_data_races(cluster: Cluster) -> Iterator[Hit]:
    """`UserData` and setup commands run at the same time.

    Why: Ray waits until SSH runs `uptime`, not until cloud-init has done; two package managers then hold each other up.

    Want: `cloud-init status --wait` as the first of `initialization_commands`.
    """
    setup = [command for _, command in commands.all_setup(cluster)]
    if not cluster.has_updaters or not setup or any("cloud-init" in command for command in setup):
        return
    for node in cluster.node_types:
        if node.config.get("UserData"):
            yield Hit(node.at("UserData"), "nothing waits for it", node.subject)


@trap("updaters-disabled", Severity.HIGH, "autoscaler/v2/instance_manager/reconciler.py")
def updaters_disabled(cluster: Cluster) -> Iterator[Hit]:
    """`disable_node_updaters: true` and nothing else starts Ray on workers.

    Why: the autoscaler then runs no setup and no `worker_start_ray_commands`; instances start and never join.

    Want: `UserData` that installs and starts Ray on every worker, or no `disable_node_updaters`.
    """
    for node in cluster.workers if not cluster.has_updaters else ():
        if not node.has_template and not node.config.get("UserData"):
            yield Hit(node.at("UserData"), "none", node.subject)
