#!/bin/bash
# Turns a new machine into the head of the Ray cluster ray-test. Written by Rayform; safe to run again.
# It holds names of secrets, never their values.
set -euo pipefail
umask 022
exec > >(tee -a /var/log/rayform-bootstrap.log) 2>&1
trap 'echo "rayform: failed at line ${LINENO}"' ERR

NODE_NAME=head-node
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
    retry apt-get update -q
    retry apt-get install -y -q python3-venv "$@"
  fi
}

say "user and folders"
id ray >/dev/null 2>&1 || useradd --system --create-home --shell /usr/sbin/nologin ray
install -d -m 0755 "${HOME_DIR}" "${HOME_DIR}/bin"
install -d -m 0750 -o ray -g ray /var/lib/ray /var/lib/ray/tmp

# Unattended upgrades hold the lock at the first boot of Ubuntu.
[ ! -d /etc/apt/apt.conf.d ] || echo 'DPkg::Lock::Timeout "600";' >/etc/apt/apt.conf.d/90rayform

say "Python and Ray"
install_packages
[ -x "${HOME_DIR}/uv/bin/uv" ] || python3 -m venv "${HOME_DIR}/uv"
retry "${HOME_DIR}/uv/bin/pip" install -q "uv==${UV_VERSION}"
export UV_PYTHON_INSTALL_DIR="${HOME_DIR}/python"
[ -x "${HOME_DIR}/ray/bin/python" ] || retry "${HOME_DIR}/uv/bin/uv" venv -q --python 3.12 "${HOME_DIR}/ray"
retry "${HOME_DIR}/uv/bin/uv" pip install -q --python "${HOME_DIR}/ray/bin/python" boto3 \
  'ray[default]==2.60.0'

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
install_cloudwatch_agent
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
          "/"
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

say "limits"
cat >/etc/sysctl.d/90-rayform.conf <<'RAYFORM_EOF'
net.core.somaxconn = 4096
vm.max_map_count = 262144
RAYFORM_EOF
sysctl -q -p /etc/sysctl.d/90-rayform.conf

say "service"
cat >"${HOME_DIR}/bin/read-secret" <<RAYFORM_EOF
#!${HOME_DIR}/ray/bin/python
"""Write the value of a secret to standard output, with the rights of the instance."""
import sys

import boto3

client = boto3.client("secretsmanager", region_name="${REGION}")
sys.stdout.write(client.get_secret_value(SecretId=sys.argv[1])["SecretString"])
RAYFORM_EOF
cat >"${HOME_DIR}/bin/start-ray" <<'RAYFORM_EOF'
#!/bin/bash
# Started by systemd as user ray: fetches the secrets, then becomes `ray start`.
set -euo pipefail
umask 077
bin=/opt/rayform/bin
"${bin}/read-secret" ray-test-ray-token >"${RAY_AUTH_TOKEN_PATH}"
imds=http://169.254.169.254/latest
session=$(curl -fsS -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' "${imds}/api/token")
address=$(curl -fsS -H "X-aws-ec2-metadata-token: ${session}" "${imds}/meta-data/local-ipv4")
umask 022
exec /opt/rayform/ray/bin/ray start "--node-ip-address=${address}" \
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
  --labels=rayform/group=head \
  --disable-usage-stats \
  --block
RAYFORM_EOF
chmod 0755 "${HOME_DIR}/bin/read-secret" "${HOME_DIR}/bin/start-ray"
cat >/etc/systemd/system/ray-head.service <<'RAYFORM_EOF'
[Unit]
Description=Ray head of ray-test
After=network-online.target remote-fs.target
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
User=ray
RuntimeDirectory=ray
RuntimeDirectoryMode=0700
WorkingDirectory=/var/lib/ray
Environment=PATH=/opt/rayform/ray/bin:/usr/local/bin:/usr/bin:/bin
Environment=RAY_AUTH_MODE=token
Environment=RAY_AUTH_TOKEN_PATH=/run/ray/token
Environment=RAY_gcs_rpc_server_reconnect_timeout_s=600
ExecStart=/opt/rayform/bin/start-ray
Restart=always
RestartSec=5
LimitNOFILE=1048576
LimitMEMLOCK=infinity
TasksMax=infinity

[Install]
WantedBy=multi-user.target
RAYFORM_EOF
systemctl daemon-reload
systemctl enable --now ray-head.service
say "done"
