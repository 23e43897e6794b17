"""`make register-command`: print the command that registers the cloud, and write the same as a file."""

from __future__ import annotations

import sys
from pathlib import Path

from config.anyscale_cloud import AnyscaleCloudConfig
from config.errors import UserError, report_user_errors
from config.load import load_environment
from config.paths import BUILD, shown
from scripts.arguments import environment_parser
from scripts.register.applied import applied_cloud, outputs_of
from scripts.register.command import register_command
from scripts.register.notes import notes
from scripts.register.resource import CloudResource, cloud_resource, render_resource
from scripts.report_file import write_report
from scripts.state import load_state
from scripts.target import enter_aws


@report_user_errors
def main() -> int:
    """Load, write, print; the command alone is on stdout."""
    parser = environment_parser("scripts.register", __doc__)
    parser.add_argument("--file", type=Path, help="where to write the cloud resource; default: below build/register")
    given = parser.parse_args()
    if given.file is not None and given.file.is_dir():
        raise UserError(f"FILE: got the folder {given.file}, want a file to write")
    environment = load_environment(given.env, target=given.target)
    if not isinstance(environment, AnyscaleCloudConfig):
        raise UserError(
            f"{environment.name} has flavour {environment.flavour}, make register-command is for anyscale-cloud"
        )
    if environment.target == "aws":
        enter_aws(environment)
    file = given.file or BUILD / "register" / environment.target / f"{environment.name}.yaml"
    resource = cloud_resource(environment, applied_cloud(environment, outputs_of(load_state(environment))))
    write_report(file, render_resource(resource))
    print(register_command(environment.cloud_name, resource, Path(shown(file))))
    for line in (f"{shown(file)} {_use(resource)}", *notes(environment)):
        print(f"note: {line}", file=sys.stderr)
    return 0


def _use(resource: CloudResource) -> str:
    if resource.file_storage is None:
        return "is what it reads: without efs, no flags of this command can say it"
    return "says the same, for --resource-file"


if __name__ == "__main__":
    sys.exit(main())
