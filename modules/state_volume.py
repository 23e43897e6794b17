"""The volume of the head's RocksDB store."""

from __future__ import annotations

from functools import cached_property

from constructs import Construct

from config.label import Label
from modules.aws import EbsVolume, VolumeAttachment
from modules.ids import THIS
from modules.protection import protected

PART = "gcs"
DEVICE = "/dev/sdf"
"""Free on every image; the node finds the volume by its id.

Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/device_naming.html
"""


class HeadStateVolume(Construct):
    """Define an encrypted volume that does not depend on the head: a new head takes it up with the state on it.

    Stateful: `protect` maps to Terraform `prevent_destroy`. A volume stays in its zone, so another `head.zone` would
    replace it by an empty one: Terraform refuses that while `protect` is true. To move, make a snapshot, or turn
    `protect` off and let the state go. `prevent_destroy` does not count once the volume is out of the configuration
    (another `ray.head_storage`): then a protected one leaves a snapshot behind.
    """

    def __init__(
        self, scope: Construct, id_: str, *, label: Label, zone: str, size_gib: int, key_arn: str, protect: bool
    ) -> None:
        super().__init__(scope, id_)
        self._volume = EbsVolume(
            self,
            THIS,
            availability_zone=zone,
            size=size_gib,
            type="gp3",
            encrypted=True,  # not an option
            kms_key_id=key_arn,
            final_snapshot=protect,
            lifecycle=protected(protect),
            tags=label.tags(PART),
        )

    def attach_to(self, instance_id: str) -> None:
        """Attach it to the head, which is stopped before it is detached: a file system in use is not torn away."""
        VolumeAttachment(
            self,
            "attachment",
            device_name=DEVICE,
            volume_id=self.volume_id,
            instance_id=instance_id,
            stop_instance_before_detaching=True,
        )

    @cached_property
    def volume_id(self) -> str:
        """EBS id (`vol-…`), a token until apply."""
        return str(self._volume.id)
