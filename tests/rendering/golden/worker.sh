#!/bin/bash
# Turns a new machine into the worker of the Ray cluster ray-test. Written by Rayform; safe to run again.
# It holds names of secrets, never their values.
set -euo pipefail
umask 022

if [ "${1:-}" != now ]; then
  # cloud-init runs this once, whatever becomes of it. As a unit it is tried until it has worked, after a reboot too.
  [ "$0" -ef /opt/rayform/bootstrap ] || install -D -m 0700 "$0" /opt/rayform/bootstrap
  cat >/etc/systemd/system/rayform-bootstrap.service <<'RAYFORM_EOF'
[Unit]
Description=Make this machine the worker of ray-test
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

NODE_NAME=worker-gpu-0
REGION=us-west-2
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
install_packages mdadm
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
  'ray[data,default]==2.60.0' \
  numpy==2.3.4

say "shared file system"
install_efs_utils() {
  command -v mount.efs >/dev/null && return
  if [ "${ID}" = amzn ]; then
    install_packages amazon-efs-utils
    return
  fi
  # Ubuntu has no package of it; the last release without compiled parts builds in seconds.
  install_packages git binutils nfs-common stunnel4
  rm -rf /tmp/efs-utils
  retry git clone -q --depth 1 --branch v1.36.0 https://github.com/aws/efs-utils /tmp/efs-utils
  (cd /tmp/efs-utils && ./build-deb.sh && retry apt-get install -y -q ./build/amazon-efs-utils*.deb)
}
install_efs_utils
install -d /mnt/efs
sed -i '\|^[^ ]* /mnt/efs efs |d' /etc/fstab
echo "fs-0123456789abcdef0:/ /mnt/efs efs _netdev,tls,iam,accesspoint=fsap-0123456789abcdef0 0 0" >>/etc/fstab
mountpoint -q /mnt/efs || retry mount /mnt/efs

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
umask 022
# The three newest sessions are kept, for their logs.
find /var/lib/ray/tmp -maxdepth 1 -name 'session_2*' -printf '%T@ %p\n' |
  sort -rn | tail -n +4 | cut -d' ' -f2- | xargs -r rm -rf
# What was spilled by a Ray that is gone is of no use to anybody.
rm -rf /var/lib/ray/spill/ray_spilled_objects_* /var/lib/ray/tmp/session_2*/ray_spilled_objects_*
set -- "--node-ip-address=${address}"
if mountpoint -q /var/lib/ray/spill; then set -- "$@" --object-spilling-directory=/var/lib/ray/spill; fi
exec /opt/rayform/ray/bin/ray start "$@" \
  --address=head.test.ray.internal:6379 \
  --temp-dir=/var/lib/ray/tmp \
  --node-manager-port=6380 \
  --object-manager-port=6381 \
  --runtime-env-agent-port=6382 \
  --dashboard-agent-grpc-port=6383 \
  --metrics-export-port=6384 \
  --dashboard-agent-listen-port=52365 \
  --min-worker-port=10002 \
  --max-worker-port=19999 \
  --num-cpus=4 \
  '--resources={"custom": 5}' \
  --labels=accelerator=l4,rayform/group=gpu \
  --object-store-memory=2147483648 \
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

# Linux gives shared memory half of the memory; the object store may have been given more.
wanted=2362232012
memory=$(awk '/^MemTotal/ {printf "%.0f", $2 * 1024}' /proc/meminfo)
if [ "${wanted}" -gt "${memory}" ]; then
  echo "rayform: ray.object_store_memory_gib asks for ${wanted} bytes, this node has ${memory}" && exit 1
fi
if [ "$(df --output=size -B1 /dev/shm | tail -n 1)" -lt "${wanted}" ]; then mount -o "remount,size=${wanted}" /dev/shm; fi

# Jobs that write to a folder where the file system should be would lose what they wrote.
mountpoint -q /mnt/efs || mount /mnt/efs

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
write /etc/systemd/system/ray-worker.service 0644 <<'RAYFORM_EOF'
[Unit]
Description=Ray worker of ray-test
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
ExecStartPre=+/opt/rayform/bin/prepare-storage
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

say "start"
systemctl daemon-reload
systemctl enable --now ray-worker.service
say "logs and metrics"
install_cloudwatch_agent() {
  [ -x /opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent ] && return
  if [ "${ID}" = amzn ]; then
    install_packages amazon-cloudwatch-agent
    return
  fi
  retry curl -fsS -o /tmp/agent.deb \
    "https://amazoncloudwatch-agent-${REGION}.s3.${REGION}.amazonaws.com/ubuntu/$(dpkg --print-architecture)/latest/amazon-cloudwatch-agent.deb"
  retry apt-get install -y -q /tmp/agent.deb
}
if ! install_cloudwatch_agent; then say "no CloudWatch agent: run this script again"; fi
install -d /opt/aws/amazon-cloudwatch-agent/etc
cat >/opt/aws/amazon-cloudwatch-agent/etc/rayform.json <<'RAYFORM_EOF'
{
  "agent": {
    "metrics_collection_interval": 60
  },
  "metrics": {
    "namespace": "Rayform/ray-test",
    "append_dimensions": {
      "InstanceId": "${aws:InstanceId}"
    },
    "metrics_collected": {
      "mem": {
        "measurement": [
          "mem_used_percent"
        ]
      },
      "disk": {
        "measurement": [
          "used_percent"
        ],
        "resources": [
          "/",
          "/var/lib/ray/spill",
          "/var/lib/ray-state"
        ]
      }
    }
  },
  "logs": {
    "logs_collected": {
      "files": {
        "collect_list": [
          {
            "file_path": "/var/log/rayform-bootstrap.log",
            "log_group_name": "/ray/test/nodes",
            "log_stream_name": "{instance_id}/bootstrap",
            "publish_multi_logs": false
          },
          {
            "file_path": "/var/log/rayform-ray.log",
            "log_group_name": "/ray/test/nodes",
            "log_stream_name": "{instance_id}/service",
            "publish_multi_logs": false
          },
          {
            "file_path": "/var/lib/ray/tmp/session_latest/logs/*",
            "log_group_name": "/ray/test/nodes",
            "log_stream_name": "{instance_id}/ray",
            "publish_multi_logs": true
          }
        ]
      }
    }
  }
}
RAYFORM_EOF
/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s \
  -c file:/opt/aws/amazon-cloudwatch-agent/etc/rayform.json

systemctl disable rayform-bootstrap.service
say "done"
