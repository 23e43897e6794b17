"""`make destroy`: remove everything an environment has, after being sure that this is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts.consent import require_name
from scripts.terraform.deployment import Deployment
from scripts.terraform.emulator import prepare_destroy, saved_afterwards
from scripts.terraform.imports import drop_imports
from scripts.terraform.initialize import ensure_initialized
from scripts.terraform.run import run_terraform
from scripts.terraform.saved_plan import discard_plan

if TYPE_CHECKING:
    from config.environment import Environment


def require_consent(environment: Environment) -> None:
    """Refuse, on AWS, until a person has typed the name."""
    require_name(
        environment,
        "destroy",
        question=f"This destroys {environment.name} on AWS, with its data.{_lost_with_lustre(environment)}",
        refusal=f"{environment.name} is not destroyed",
    )


def _lost_with_lustre(environment: Environment) -> str:
    """What to know of a file system that writes to its bucket in the background; empty without one.

    https://docs.aws.amazon.com/fsx/latest/APIReference/API_DeleteFileSystem.html
    """
    from config.kuberay_eks import KuberayEksConfig

    fsx = environment.fsx if isinstance(environment, KuberayEksConfig) else None
    if fsx is None or fsx.linked_bucket is None:
        return ""
    return (
        f" What is in {fsx.mount_path} has no backup: below {fsx.linked_bucket}/ all is in the bucket only when the "
        "file system's metric AgeOfOldestQueuedMessage (namespace AWS/FSx) is 0."
    )


def end_what_others_made(environment: Environment) -> None:
    """See to the instances that Terraform does not know: it could delete nothing that they use.

    Those of Ray are ended; those of Anyscale, which only Anyscale may end, stop the destroy. So does what Kubernetes
    has made: only the cluster can take it away with its objects.
    """
    from config.anyscale_cloud import AnyscaleCloudConfig
    from config.autoscaling_ec2 import AutoscalingEc2Config
    from config.kuberay_eks import KuberayEksConfig

    if not isinstance(environment, (AutoscalingEc2Config, AnyscaleCloudConfig, KuberayEksConfig)):
        return
    from scripts.inventory.session import open_session
    from scripts.operate.outputs import load_outputs

    session = open_session(environment)
    outputs = load_outputs(environment, session)
    if isinstance(environment, AnyscaleCloudConfig):
        from scripts.terraform.cloud_nodes import require_nothing_of_anyscale

        require_nothing_of_anyscale(environment, session, outputs)
    elif isinstance(environment, KuberayEksConfig):
        from scripts.kubernetes.leftovers import require_nothing_left
        from scripts.terraform.cluster_objects import require_nothing_of_kubernetes

        if "cluster_name" in outputs:
            require_nothing_left(environment, session)
        # AWS is asked as well: the cluster may be out of reach, and its volumes may outlive their claims.
        require_nothing_of_kubernetes(environment, session, outputs)
    else:
        from scripts.operate.down import end_instances

        end_instances(environment, session, outputs)


def destroy(deployment: Deployment, name_prefix: str) -> None:
    """Destroy a deployment."""
    drop_imports(deployment)
    ensure_initialized(deployment)
    discard_plan(deployment)
    with saved_afterwards(deployment):
        prepare_destroy(deployment, name_prefix)
        run_terraform(deployment, "destroy", "-input=false", "-auto-approve")
