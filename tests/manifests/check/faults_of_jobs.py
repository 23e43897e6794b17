"""Faults of jobs, services and schedules."""

from __future__ import annotations

from tests.manifests.check.fault_parts import (
    CRON,
    DELETION,
    INCREMENTAL,
    JOB,
    JOB_CLUSTER,
    SERVICE,
    UNGUARDED,
    UPGRADE,
    Fault,
    by_rules,
    deletion_rule,
    legacy,
    selecting,
    without_gate,
)
from tests.manifests.check.rendered import GONE

JOBS: list[Fault] = [
    ("job-suspend-keeps-cluster", {
        f"{JOB}|spec|suspend": True, f"{JOB}|spec|shutdownAfterJobFinishes": False,
        f"{JOB}|spec|ttlSecondsAfterFinished": 0,
    }, set()),
    ("job-ttl-negative", {f"{JOB}|spec|ttlSecondsAfterFinished": -1}, set()),
    ("job-ttl-keeps-cluster", {f"{JOB}|spec|shutdownAfterJobFinishes": False}, set()),
    ("job-suspend-with-selector", selecting(suspend=True), UNGUARDED),
    ("job-without-cluster", {f"{JOB}|spec|rayClusterSpec": GONE}, UNGUARDED),
    ("job-selector-empty", selecting(clusterSelector={"ray.io/clusters": "a"}), UNGUARDED),
    ("job-selector-sidecar", selecting(submissionMode="SidecarMode"), UNGUARDED),
    ("job-selector-retries", selecting(backoffLimit=1), UNGUARDED),
    ("job-interactive-retries", {f"{JOB}|spec|submissionMode": "InteractiveMode"}, set()),
    ("job-deadline", {f"{JOB}|spec|activeDeadlineSeconds": 0}, set()),
    ("job-prerunning-deadline", {f"{JOB}|spec|preRunningDeadlineSeconds": 0}, {"wrong-value"}),
    ("job-retries-negative", {f"{CRON}|spec|jobTemplate|backoffLimit": -1}, set()),
    ("sidecar-submitter-template", {f"{JOB}|spec|submissionMode": "SidecarMode"}, set()),
    ("sidecar-submitter-config", {
        f"{JOB}|spec|submissionMode": "SidecarMode", f"{JOB}|spec|submitterPodTemplate": GONE,
        f"{JOB}|spec|submitterConfig": {"backoffLimit": 1},
    }, {"network-policy-selects-nothing"}),
    ("sidecar-restart-policy", {
        f"{JOB}|spec|submissionMode": "SidecarMode", f"{JOB}|spec|submitterPodTemplate": GONE,
        f"{JOB_CLUSTER}|headGroupSpec|template|spec|restartPolicy": "Always",
    }, {"network-policy-selects-nothing", "restart-policy-with-v2"}),
    ("runtime-env-invalid", {f"{JOB}|spec|runtimeEnvYAML": "working_dir: {"}, set()),
    ("runtime-env-invalid", {f"{JOB}|spec|runtimeEnvYAML": "s3://a/b.zip"}, set()),
    ("submission-mode-unknown", {f"{JOB}|spec|submissionMode": "K8SJobMode"}, set()),
    ("entrypoint-missing", {f"{JOB}|spec|entrypoint": ""}, set()),
    ("entrypoint-missing", {f"{JOB}|spec|entrypoint": "python -c 'print(1)"}, set()),
    ("working-dir-archive", {f"{JOB}|spec|runtimeEnvYAML": "working_dir: s3://code/train/"}, set()),
    ("working-dir-local", {f"{JOB}|spec|runtimeEnvYAML": "working_dir: ./src"}, set()),
    ("deletion-without-gate", without_gate("RayJobDeletionPolicy", legacy("DeleteCluster", "DeleteCluster")), set()),
    ("deletion-rules-with-shutdown", {f"{DELETION}|deletionRules": [deletion_rule("DeleteCluster")]}, set()),
    ("deletion-rules-with-legacy", {
        **by_rules(deletion_rule("DeleteCluster")), f"{DELETION}|onSuccess": {"policy": "DeleteSelf"},
        f"{DELETION}|onFailure": {"policy": "DeleteSelf"},
    }, {"schema-rule"}),
    ("deletion-empty", {DELETION: {}}, {"schema-rule"}),
    ("deletion-legacy-half", {DELETION: {"onSuccess": {"policy": "DeleteSelf"}, "onFailure": {}}}, set()),
    ("deletion-with-selector", {
        **selecting(shutdownAfterJobFinishes=False, ttlSecondsAfterFinished=0),
        f"{DELETION}|deletionRules": [deletion_rule("DeleteCluster")],
    }, UNGUARDED),
    ("deletion-of-workers-with-autoscaler", by_rules(deletion_rule("DeleteWorkers")), set()),
    ("deletion-none-with-shutdown", legacy("DeleteNone", "DeleteCluster"), set()),
    ("deletion-condition", by_rules({"policy": "DeleteCluster", "condition": {}}), {"schema-rule"}),
    ("deletion-condition", by_rules(deletion_rule("DeleteCluster", -1)), {"wrong-value"}),
    ("deletion-rule-repeated", by_rules(deletion_rule("DeleteCluster"), deletion_rule("DeleteCluster", 9)), set()),
    ("deletion-order", by_rules(deletion_rule("DeleteCluster", 60), deletion_rule("DeleteSelf", 30)), set()),
    ("initializing-timeout", {f"{SERVICE}|metadata|annotations": {"ray.io/initializing-timeout": "5 min"}}, set()),
    ("initializing-timeout", {f"{SERVICE}|metadata|annotations": {"ray.io/initializing-timeout": "0"}}, set()),
    ("head-service-named", {
        f"{SERVICE}|spec|rayClusterConfig|headGroupSpec|headService": {"metadata": {"name": "mine"}},
    }, set()),
    ("service-deletion-delay-negative", {f"{SERVICE}|spec|rayClusterDeletionDelaySeconds": -1}, {"wrong-value"}),
    ("incremental-upgrade-without-autoscaler", {
        f"{SERVICE}|spec|upgradeStrategy": {**INCREMENTAL, "clusterUpgradeOptions": UPGRADE},
        f"{SERVICE}|spec|rayClusterConfig|enableInTreeAutoscaling": False,
    }, set()),
    ("incremental-upgrade-options", {
        f"{SERVICE}|spec|upgradeStrategy": {**INCREMENTAL, "clusterUpgradeOptions": {**UPGRADE, "stepSizePercent": 60}},
    }, set()),
    ("serve-config-invalid", {f"{SERVICE}|spec|serveConfigV2": "applications: ["}, set()),
    ("serve-config-invalid", {f"{SERVICE}|spec|serveConfigV2": "{}"}, set()),
    ("serve-import-path", {f"{SERVICE}|spec|serveConfigV2": "applications: [{name: a}]"}, set()),
    ("serve-working-dir-local", {
        f"{SERVICE}|spec|serveConfigV2":
            "applications: [{name: a, import_path: 'a:b', runtime_env: {working_dir: ./src}}]",
    }, set()),
    ("serve-working-dir-archive", {
        f"{SERVICE}|spec|serveConfigV2":
            "applications: [{name: a, import_path: 'a:b', runtime_env: {working_dir: 'https://example.com/a'}}]",
    }, set()),
    ("serve-route-prefix", {
        f"{SERVICE}|spec|serveConfigV2": "applications: [{name: a, import_path: 'a:b', route_prefix: /a/}]",
    }, set()),
    ("serve-application-repeated", {
        f"{SERVICE}|spec|serveConfigV2":
            "applications: [{name: a, import_path: 'a:b'}, {name: b, import_path: 'a:c'}]",
    }, set()),
    ("schedule-invalid", {f"{CRON}|spec|schedule": "0 25 * * *"}, set()),
    ("schedule-invalid", {f"{CRON}|spec|schedule": "0 0 3 * * *"}, set()),
    ("schedule-with-zone", {f"{CRON}|spec|schedule": "TZ=Europe/Berlin 0 3 * * *"}, set()),
    ("time-zone-unknown", {f"{CRON}|spec|timeZone": "Europe/Berlinn"}, set()),
    ("cron-without-gate", without_gate("RayCronJob", {}), set()),
]  # fmt: skip
