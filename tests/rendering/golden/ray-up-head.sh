#!/bin/bash
# Turns a new machine into the head of the Ray cluster ray-test. Written by Rayform; safe to run again.
# It holds names of secrets, never their values.
set -euo pipefail
umask 022

if [ "${1:-}" != now ]; then
  # cloud-init runs this once, whatever becomes of it. As a unit it is tried until it has worked, after a reboot too.
  [ "$0" -ef /opt/rayform/bootstrap ] || install -D -m 0700 "$0" /opt/rayform/bootstrap
  cat >/etc/systemd/system/rayform-bootstrap.service <<'RAYFORM_EOF'
[Unit]
Description=Make this machine the head of ray-test
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
Type=oneshot
ExecStart=/opt/rayform/bootstrap now
Restart=on-failure
RestartSec=30

[Install]
WantedBy=multi-user.target
RAYFORM_EOF
  systemctl daemon-reload
  systemctl enable --now rayform-bootstrap.service
  exit
fi

exec > >(tee -a /var/log/rayform-bootstrap.log) 2>&1
trap 'echo "rayform: failed at line ${LINENO}"' ERR

NODE_NAME=head-node
HOME_DIR=/opt/rayform
UV_VERSION=0.9.9

say() { echo "rayform: $(date -u +%FT%TZ) $*"; }

# What is not there yet may be a network that is not up yet: try again before giving up.
retry() {
  local attempt
  for attempt in 1 2 3 4 5; do
    "$@" && return 0
    say "attempt ${attempt} of 5 failed: $1"
    sleep $((attempt * 10))
  done
  return 1
}

# shellcheck source=/dev/null
. /etc/os-release
say "bootstrap of ${NODE_NAME} on ${PRETTY_NAME}"
hostnamectl set-hostname "${NODE_NAME}"

install_packages() {
  if [ "${ID}" = amzn ]; then
    retry dnf install -y -q python3-pip "$@"
  else
    export DEBIAN_FRONTEND=noninteractive
    # One archive of others that fails must not keep Ray from this node.
    retry apt-get update -q || say "not every package list is fresh"
    retry apt-get install -y -q python3-venv "$@"
  fi
}

say "user and folders"
id ray >/dev/null 2>&1 || useradd --system --create-home --shell /usr/sbin/nologin ray
install -d -m 0755 "${HOME_DIR}" "${HOME_DIR}/bin"
install -d -m 0750 -o ray -g ray /var/lib/ray /var/lib/ray/tmp

if [ -d /etc/apt/apt.conf.d ]; then
  # Unattended upgrades hold the lock at the first boot of Ubuntu, and restart what uses an upgraded library.
  echo 'DPkg::Lock::Timeout "600";' >/etc/apt/apt.conf.d/90rayform
  install -d /etc/needrestart/conf.d
  cat >/etc/needrestart/conf.d/rayform.conf <<'RAYFORM_EOF'
$nrconf{override_rc}{qr(^ray-)} = 0;
$nrconf{override_rc}{qr(^rayform-)} = 0;
RAYFORM_EOF
fi

say "Python and Ray"
install_packages mdadm rsync
# uv's own Python is the same on every image, the distribution's is not, and pickles cross nodes.
PYTHON=(--python 3.12 --python-preference only-managed)
FROM=()
[ -x "${HOME_DIR}/uv/bin/uv" ] || python3 -m venv "${HOME_DIR}/uv"
retry "${HOME_DIR}/uv/bin/pip" install -q "${FROM[@]}" "uv==${UV_VERSION}"
export UV_PYTHON_INSTALL_DIR="${HOME_DIR}/python"
[ -x "${HOME_DIR}/ray/bin/python" ] || retry "${HOME_DIR}/uv/bin/uv" venv -q "${PYTHON[@]}" "${HOME_DIR}/ray"
retry "${HOME_DIR}/uv/bin/uv" pip install -q "${FROM[@]}" --python "${HOME_DIR}/ray/bin/python" \
  boto3 \
  pip \
  uv==0.9.9 \
  'ray[default]==2.60.0'

say "limits and log rotation"
cat >/etc/sysctl.d/90-rayform.conf <<'RAYFORM_EOF'
net.core.somaxconn = 4096
vm.max_map_count = 1048576
# No outgoing connection takes a port that Ray will listen on.
net.ipv4.ip_local_reserved_ports = 6379,6380,6381,6382,6383,6384,52365,8265,10001,44217,44227,10002-19999
RAYFORM_EOF
sysctl -q -p /etc/sysctl.d/90-rayform.conf
install -d /etc/logrotate.d
cat >/etc/logrotate.d/rayform <<'RAYFORM_EOF'
/var/log/rayform-*.log {
  size 50M
  rotate 3
  copytruncate
  missingok
}
RAYFORM_EOF

say "services"
# write PATH MODE: takes the file's content from standard input.
write() {
  cat >"$1"
  chmod "$2" "$1"
}
install -d -m 0755 /opt/rayform/autoscaler
write /opt/rayform/bin/read-secret 0755 <<'RAYFORM_EOF'
#!/opt/rayform/ray/bin/python
"""Write the value of a secret to standard output, with the rights of the instance."""
import sys

import boto3
from botocore.config import Config

# Soon tried again by systemd.
quick = Config(connect_timeout=5, read_timeout=10, retries={"total_max_attempts": 3})
client = boto3.client("secretsmanager", region_name="us-west-2", config=quick)
sys.stdout.write(client.get_secret_value(SecretId=sys.argv[1])["SecretString"])
RAYFORM_EOF
write /opt/rayform/bin/start-ray 0755 <<'RAYFORM_EOF'
#!/bin/bash
# Started by systemd as user ray: fetches the secrets, then becomes `ray start`.
set -euo pipefail
umask 077
/opt/rayform/bin/read-secret ray-test-ray-token >"${RAY_AUTH_TOKEN_PATH}"
imds=http://169.254.169.254/latest
session=$(curl -fsS -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' "${imds}/api/token")
address=$(curl -fsS -H "X-aws-ec2-metadata-token: ${session}" "${imds}/meta-data/local-ipv4")
metadata() { curl -fsS -H "X-aws-ec2-metadata-token: ${session}" "${imds}/meta-data/$1"; }
# By its id the autoscaler tells which instance this node is.
RAY_CLOUD_INSTANCE_ID=$(metadata instance-id)
RAY_CLOUD_INSTANCE_TYPE_NAME=$(metadata instance-type)
RAY_NODE_ZONE=$(metadata placement/availability-zone)
export RAY_CLOUD_INSTANCE_ID RAY_CLOUD_INSTANCE_TYPE_NAME RAY_NODE_ZONE
umask 022
# The three newest sessions are kept, for their logs.
find /var/lib/ray/tmp -maxdepth 1 -name 'session_2*' -printf '%T@ %p\n' |
  sort -rn | tail -n +4 | cut -d' ' -f2- | xargs -r rm -rf
# What was spilled by a Ray that is gone is of no use to anybody.
rm -rf /var/lib/ray/spill/ray_spilled_objects_* /var/lib/ray/tmp/session_2*/ray_spilled_objects_*
set -- "--node-ip-address=${address}"
if mountpoint -q /var/lib/ray/spill; then set -- "$@" --object-spilling-directory=/var/lib/ray/spill; fi
exec /opt/rayform/ray/bin/ray start "$@" \
  --head \
  --dashboard-host=0.0.0.0 \
  --temp-dir=/var/lib/ray/tmp \
  --port=6379 \
  --node-manager-port=6380 \
  --object-manager-port=6381 \
  --runtime-env-agent-port=6382 \
  --dashboard-agent-grpc-port=6383 \
  --metrics-export-port=6384 \
  --dashboard-agent-listen-port=52365 \
  --dashboard-port=8265 \
  --ray-client-server-port=10001 \
  --min-worker-port=10002 \
  --max-worker-port=19999 \
  --autoscaling-config=/etc/rayform/autoscaling.yaml \
  --labels=rayform/group=head \
  --disable-usage-stats \
  --block
RAYFORM_EOF
write /opt/rayform/bin/ray-cli 0755 <<'RAYFORM_EOF'
#!/bin/bash
# Ray's own command on this node, as user ray, with the token: sudo /opt/rayform/bin/ray-cli status
exec runuser -u ray -- env \
  RAY_DEFAULT_PYTHON_VERSION_MATCH_LEVEL=minor \
  RAY_AUTH_MODE=token \
  RAY_AUTH_TOKEN_PATH=/run/ray/token \
  RAY_ADDRESS=head.test.ray.internal:6379 \
  RAY_API_SERVER_ADDRESS=http://head.test.ray.internal:8265 \
  /opt/rayform/ray/bin/ray "$@"
RAYFORM_EOF
write /opt/rayform/bin/prepare-storage 0755 <<'RAYFORM_EOF'
#!/bin/bash
# Before every start of Ray: the disks that it writes to. Instance store comes back empty after a stop.
set -euo pipefail
udevadm settle 2>/dev/null || true

spill=/var/lib/ray/spill
mountpoint -q "${spill}" && exit 0
install -d "${spill}"
mapfile -t disks < <(find /dev/disk/by-id -name 'nvme-Amazon_EC2_NVMe_Instance_Storage_*' ! -name '*-part*' -exec readlink -f {} + 2>/dev/null | sort -u)
if [ ${#disks[@]} -eq 0 ]; then exit 0; fi
if [ -d /opt/dlami ]; then
  # The Deep Learning AMI puts the disks together itself.
  for _ in $(seq 30); do
    if mountpoint -q /opt/dlami/nvme; then break; fi
    sleep 2
  done
  mountpoint -q /opt/dlami/nvme || exit 0
  install -d /opt/dlami/nvme/ray-spill
  mount --bind /opt/dlami/nvme/ray-spill "${spill}"
  chown ray:ray "${spill}"
  exit 0
fi
if [ -n "$(lsblk -nro MOUNTPOINT "${disks[@]}" | tr -d '[:space:]')" ]; then exit 0; fi
disk=${disks[0]}
if [ ${#disks[@]} -gt 1 ]; then
  # An array of an earlier boot was put together again by the system, under a name that may have a suffix.
  disk=$(find /dev/md -name '*rayform-spill*' 2>/dev/null | sort | head -n 1)
  if [ -z "${disk}" ]; then
    disk=/dev/md/rayform-spill
    mdadm --quiet --create "${disk}" --name=rayform-spill --level=0 --force --run --raid-devices=${#disks[@]} "${disks[@]}"
  fi
fi
mkfs.ext4 -q -F -E nodiscard "${disk}"
mount -o noatime "${disk}" "${spill}"
chown ray:ray "${spill}"
RAYFORM_EOF
write /opt/rayform/bin/take-autoscaling 0755 <<'RAYFORM_EOF'
#!/opt/rayform/ray/bin/python
"""Take over the configuration of the autoscaler that is in the file of the argument, when this Ray accepts it.

The autoscaler reads its file again in each round, and does nothing while it cannot: what is broken must not get there.
"""
import base64
import gzip
import json
import os
import sys

import yaml

TARGET = "/etc/rayform/autoscaling.yaml"
USER_DATA_BYTES = 16384
UNPACK = """#!/bin/bash
# The boot script of this node, compressed, because EC2 takes 16 KiB: it can be read in /opt/rayform/bootstrap.
set -euo pipefail
umask 077
mkdir -p /opt/rayform
chmod 0755 /opt/rayform
base64 -d <<<'PACKED' | gunzip >/opt/rayform/bootstrap
chmod 0700 /opt/rayform/bootstrap
exec /opt/rayform/bootstrap
"""


def without_keys(config):
    # Nobody logs in from here: workers set themselves up. And Ray reads the key itself for a fingerprint.
    auth = {name: value for name, value in config["auth"].items() if name not in ("ssh_private_key", "ssh_public_key")}
    return {**config, "auth": auth}


def unpacking(script):
    # gzip would note the time: the same script must stay the same text.
    packed = base64.b64encode(gzip.compress(script.encode(), mtime=0)).decode()
    return UNPACK.replace("PACKED", packed)


def with_packed_scripts(config):
    """EC2 takes 16 KiB of user data."""
    types = config["available_node_types"]
    for settings in (types[name]["node_config"] for name in types):
        script = settings.get("UserData", "")
        if len(script.encode()) > USER_DATA_BYTES:
            settings["UserData"] = unpacking(script)
    return config


def check(config):
    if not config["available_node_types"]:
        raise ValueError("it has no node type")
    from ray.autoscaler.v2.instance_manager.config import AutoscalingConfig

    AutoscalingConfig(config, skip_content_hash=True).get_node_type_configs()


def fixed(config):
    return config["provider"], config["cluster_name"]


try:
    with open(sys.argv[1]) as file:
        config = with_packed_scripts(without_keys(yaml.safe_load(file)))
    # JSON is YAML, and is sorted and whole at any length of line.
    text = json.dumps(config, indent=1, sort_keys=True) + "\n"
    old = None
    if os.path.exists(TARGET):
        with open(TARGET) as file:
            old = file.read()
    if text == old:
        sys.exit()
    check(config)
except Exception as error:
    reason = str(error).splitlines()[:1] or [""]
    sys.exit(f"rayform: refused a configuration of the autoscaler: {type(error).__name__}: {reason[0]}")
# Whatever sudo left: the autoscaler runs as user ray.
os.umask(0o022)
os.makedirs(os.path.dirname(TARGET), exist_ok=True)
new = f"{TARGET}.{os.getpid()}"
with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), "w") as file:
    file.write(text)
    file.flush()
    os.fsync(file.fileno())
os.replace(new, TARGET)
print("rayform: the autoscaler has a new configuration", flush=True)
if old is not None and fixed(json.loads(old)) != fixed(config):
    print("rayform: its provider section takes effect when Ray starts again: systemctl restart ray-head", flush=True)
RAYFORM_EOF
write /opt/rayform/bin/publish-address 0755 <<'RAYFORM_EOF'
#!/opt/rayform/ray/bin/python
"""Write the address of this machine into the private zone, under the name by which workers find the head.

Waits until all name servers have it: who asks for a name too early is told for 15 minutes that there is none.
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/SOA-NSrecords.html
"""
import socket
import sys
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

IMDS = "http://169.254.169.254/latest"
NAME = "head.test.ray.internal"


def ask(path, method="GET", **headers):
    request = urllib.request.Request(f"{IMDS}/{path}", method=method, headers=headers)
    with urllib.request.urlopen(request, timeout=5) as answer:
        return answer.read().decode()


def publish(address):
    # Soon tried again by systemd.
    quick = Config(connect_timeout=5, read_timeout=10, retries={"total_max_attempts": 3})
    client = boto3.client("route53", region_name="us-west-2", config=quick)
    record = {"Name": NAME, "Type": "A", "TTL": 10, "ResourceRecords": [{"Value": address}]}
    change = client.change_resource_record_sets(
        HostedZoneId="Z0123456789ABCDEFGHIJ",
        ChangeBatch={"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]},
    )
    waiter = client.get_waiter("resource_record_sets_changed")
    waiter.wait(Id=change["ChangeInfo"]["Id"], WaiterConfig={"Delay": 5, "MaxAttempts": 60})


def resolved():
    try:
        return socket.gethostbyname(NAME)
    except OSError:
        return None


token = ask("api/token", "PUT", **{"X-aws-ec2-metadata-token-ttl-seconds": "60"})
address = ask("meta-data/local-ipv4", **{"X-aws-ec2-metadata-token": token})
try:
    publish(address)
except (BotoCoreError, ClientError) as error:
    if resolved() != address:
        sys.exit(f"rayform: {NAME} could not be made to stand for {address}: {error}")
    print(f"rayform: {NAME} was not written anew, and stands for {address} already: {error}", flush=True)
RAYFORM_EOF
write /opt/rayform/bin/start-head 0755 <<'RAYFORM_EOF'
#!/bin/bash
# `ray up` ends with this on the head: takes over the configuration that Ray brought, and starts Ray. A Ray that runs takes
# it up by itself, and what runs on the cluster goes on.
#   sudo /opt/rayform/bin/start-head ~/ray_bootstrap_config.yaml
set -euo pipefail
config=$1
/opt/rayform/bin/take-autoscaling "${config}"
# Ray brings the key of whoever ran it, to log in to workers: these set themselves up.
rm -f "$(dirname "${config}")/ray_bootstrap_key.pem"
systemctl daemon-reload
systemctl enable ray-head.service
systemctl start ray-head.service || true
for _ in $(seq 60); do
  if /opt/rayform/bin/ray-cli health-check >/dev/null 2>&1; then echo "rayform: Ray runs" && exit; fi
  sleep 5
done
tail -n 20 /var/log/rayform-ray.log
echo "rayform: Ray did not start within 5 minutes: journalctl -u ray-head, /var/log/rayform-ray.log" >&2
exit 1
RAYFORM_EOF
write /usr/local/bin/ray 0755 <<'RAYFORM_EOF'
#!/bin/bash
# Ray's command for who logs in: `ray down` begins with a `ray stop`, and must not have workers launched behind its back.
if [ "${1:-}" = stop ]; then exec sudo systemctl stop ray-head.service; fi
exec sudo /opt/rayform/bin/ray-cli "$@"
RAYFORM_EOF
write /opt/rayform/autoscaler/rayform_autoscaler.py 0644 <<'RAYFORM_EOF'
"""Called by `ray start` (RAY_START_HOOK): the autoscaler starts by the monitor.py beside this file."""
import os

from ray._private import services


def start(ray_params, head):
    if hasattr(services, "AUTOSCALER_V2_DIR"):
        services.AUTOSCALER_V2_DIR = os.path.dirname(__file__)
    # Was to find this file: no business of the jobs.
    os.environ.pop("PYTHONPATH", None)
    os.environ.pop("RAY_START_HOOK", None)
RAYFORM_EOF
write /opt/rayform/autoscaler/monitor.py 0644 <<'RAYFORM_EOF'
"""Ray's autoscaler, which turns to the next best node type when EC2 has none of the best to give.

It does so for 10 minutes after an instance did not become a node in time. A launch that EC2 refuses at once, for want
of spot capacity say, was meant to count as well (https://github.com/ray-project/ray/pull/58623), and does not in 2.60:
the autoscaler would ask for the same type again and again.
"""
import importlib.util
import runpy

try:
    from ray.autoscaler.v2.instance_manager.reconciler import Reconciler
    from ray.autoscaler.v2.instance_manager.subscribers.cloud_resource_monitor import CloudResourceMonitor
    from ray.core.generated.instance_manager_pb2 import Instance

    resolve, notify = Reconciler._try_resolve_pending_allocation, CloudResourceMonitor.notify

    def resolve_with_type(instance, *arguments):
        event = resolve(instance, *arguments)
        if event is not None and event.new_instance_status == Instance.ALLOCATION_FAILED:
            event.instance_type = instance.instance_type
        return event

    def notify_of_failures(self, events):
        for event in events:
            if event.new_instance_status == Instance.ALLOCATION_FAILED and event.instance_type:
                self.allocation_timeout(event)
        notify(self, events)

    Reconciler._try_resolve_pending_allocation = staticmethod(resolve_with_type)
    CloudResourceMonitor.notify = notify_of_failures
except (ImportError, AttributeError) as error:
    print(f"rayform: this Ray has another autoscaler, which is left as it is: {error}", flush=True)

if __name__ == "__main__":
    runpy.run_path(importlib.util.find_spec("ray.autoscaler.v2.monitor").origin, run_name="__main__")
RAYFORM_EOF
write /etc/systemd/system/ray-head.service 0644 <<'RAYFORM_EOF'
[Unit]
Description=Ray head of ray-test
After=network-online.target remote-fs.target dlami-nvme.service
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
User=ray
RuntimeDirectory=ray
RuntimeDirectoryMode=0700
WorkingDirectory=/var/lib/ray
Environment=PATH=/opt/rayform/ray/bin:/usr/local/cuda/bin:/opt/amazon/efa/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
Environment=RAY_DEFAULT_PYTHON_VERSION_MATCH_LEVEL=minor
Environment=RAY_AUTH_MODE=token
Environment=RAY_AUTH_TOKEN_PATH=/run/ray/token
Environment=RAY_gcs_rpc_server_reconnect_timeout_s=600
Environment=RAY_ROTATION_MAX_BYTES=104857600
Environment=RAY_ROTATION_BACKUP_COUNT=5
Environment=AUTOSCALER_METRIC_PORT=44217
Environment=DASHBOARD_METRIC_PORT=44227
Environment=RAY_NODE_TYPE_NAME=head
Environment=RAY_NODE_MARKET_TYPE=on-demand
Environment=RAY_NODE_REGION=us-west-2
Environment=RAY_enable_autoscaler_v2=1
Environment=PYTHONPATH=/opt/rayform/autoscaler
Environment=RAY_START_HOOK=rayform_autoscaler.start
ExecStartPre=+/opt/rayform/bin/prepare-storage
ExecStartPre=+/opt/rayform/bin/publish-address
ExecStart=/opt/rayform/bin/start-ray
TimeoutStartSec=20min
# What is left of a Ray whose GCS is gone does not end by itself, and holds up the restart.
TimeoutStopSec=15
StandardOutput=append:/var/log/rayform-ray.log
StandardError=inherit
# One worker process out of memory is no reason to end all that runs on the node.
OOMPolicy=continue
Restart=always
RestartSec=5
LimitNOFILE=1048576
LimitMEMLOCK=infinity
TasksMax=infinity

[Install]
WantedBy=multi-user.target
RAYFORM_EOF

say "ready: ray up starts Ray"
systemctl daemon-reload
touch "${HOME_DIR}/ready"
systemctl disable rayform-bootstrap.service
say "done"
