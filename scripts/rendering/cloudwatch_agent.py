"""The configuration of the CloudWatch agent."""

from __future__ import annotations

import json

from scripts.rendering.cluster_facts import ClusterFacts
from scripts.rendering.ray_start import BOOT_LOG, SERVICE_LOG, SPILL_DIRECTORY, STATE_DIRECTORY, TEMP_DIRECTORY


def agent_config(facts: ClusterFacts) -> str:
    """Ray's logs, and memory and disk, which EC2 does not report, as JSON.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-Configuration-File-Details.html
    """
    files = {BOOT_LOG: "bootstrap", SERVICE_LOG: "service", f"{TEMP_DIRECTORY}/session_latest/logs/*": "ray"}
    config = {
        "agent": {"metrics_collection_interval": 60},
        "metrics": {
            "namespace": facts.metrics_namespace,
            "append_dimensions": {"InstanceId": "${aws:InstanceId}"},
            "metrics_collected": {
                "mem": {"measurement": ["mem_used_percent"]},
                "disk": {
                    "measurement": ["used_percent"],
                    "resources": ["/", SPILL_DIRECTORY, STATE_DIRECTORY],
                },
            },
        },
        "logs": {
            "logs_collected": {
                "files": {
                    "collect_list": [
                        {
                            "file_path": path,
                            "log_group_name": facts.log_group,
                            "log_stream_name": f"{{instance_id}}/{name}",
                            # Every file that matches, not only the one that was written to last.
                            "publish_multi_logs": "*" in path,
                        }
                        for path, name in files.items()
                    ]
                }
            }
        },
    }
    return json.dumps(config, indent=2)
