"""What every environment has, whatever its flavour."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

from pydantic import PrivateAttr

from config.audit import AuditConfig
from config.change import Change
from config.label import Label
from config.paths import ENVIRONMENTS
from config.place import Place
from config.section import Section, Slug, Tags
from config.text import Form

EMULATOR_ACCOUNT_ID = "123456789012"
Target = Literal["local", "aws"]
Region = Annotated[str, Form(r"[a-z]{2}(-[a-z]+)+-\d", "a region such as us-west-2")]
AccountId = Annotated[str, Form(r"[0-9]{12}", '12 digits in quotes, such as "123456789012"')]


class Environment(Section):
    """One deployment: one stack, one Terraform state."""

    flavour: Annotated[str, Change.NEVER]
    """The kind of deployment."""
    name: Annotated[Slug, Change.NEVER]
    """Name of the environment: that of its file."""
    project: Annotated[Slug, Change.NEVER] = "ray"
    """First part of every AWS name."""
    target: Annotated[Target, Change.NEVER] = "aws"
    """Where it lives: `aws`, or `local` for the embedded emulator."""
    region: Annotated[Region, Change.NEVER]
    """AWS region."""
    account_id: Annotated[AccountId, Change.NEVER] = EMULATOR_ACCOUNT_ID
    """AWS account, quoted; needed by target `aws`, which refuses to work in any other account."""
    owner: Annotated[
        str,
        Form(r"[\w .:/=+@-]{1,128}", "text of 1 to 128 letters, digits, spaces and any of _.:/=+-@"),
        Change.IN_PLACE,
    ] = "unknown"
    """Team that answers for it; becomes a tag."""
    protect: Annotated[bool, Change.IN_PLACE] = True
    """Refuse to destroy what holds data; set it to false and apply before you destroy."""
    tags: Annotated[Tags, Change.IN_PLACE] = {}
    """More tags for every resource."""
    audit: Annotated[AuditConfig, Change.IN_PLACE] = AuditConfig()
    """What the audit is told."""

    # Not a setting: no file can say it.
    _overrides_target: bool = PrivateAttr(default=False)
    _directory: Path = PrivateAttr(default=ENVIRONMENTS)

    def located_in(self, directory: Path) -> Environment:
        """Note the folder of the environment's file, from which its other files are named."""
        self._directory = directory
        return self

    def hook_file(self, hook: str) -> Path:
        """Where a hook named in the file is."""
        return self._directory / hook

    def overriding_target(self) -> Environment:
        """Note that `target` is not that of the file: TARGET= was given."""
        self._overrides_target = True
        return self

    @property
    def overrides_target(self) -> bool:
        """Whether the target is not that of the file, as in a rehearsal on the emulator."""
        return self._overrides_target

    @property
    def default_tags(self) -> dict[str, str]:
        """Tags of every resource."""
        return {**self.tags, **self.label.default_tags}

    @property
    def label(self) -> Label:
        """Names and tags of the environment."""
        return Label(project=self.project, environment=self.name, owner=self.owner)

    @property
    def place(self) -> Place:
        """Region and account."""
        return Place(region=self.region, account_id=self.account_id)

    @property
    def state_bucket(self) -> str:
        """Bucket of the Terraform state, one per account and region."""
        return f"rayform-state-{self.account_id}-{self.region}"

    @property
    def state_key(self) -> str:
        """Object of the Terraform state."""
        return f"{self.project}/{self.name}.tfstate"


def environment_class(function: Callable[..., Any]) -> type[Environment]:
    """Which environments a rule or a check is for: the class of that parameter of the function."""
    hints = (hint for name, hint in get_type_hints(function).items() if name != "return")
    return next((hint for hint in hints if isinstance(hint, type) and issubclass(hint, Environment)), Environment)
