"""Forms of the names and ids in the sections of flavour `anyscale-cloud`."""

from __future__ import annotations

from typing import Annotated

from config.text import Form

ExternalId = Annotated[
    str,
    Form(
        r"org_[A-Za-z0-9]{1,100}-[A-Za-z0-9_+=,.@:/-]{1,1000}|cld_[A-Za-z0-9]{1,100}",
        "the id of your organization, a hyphen and a text of your own, such as org_1a2b3c4d5e6f-9f2c61d07b",
    ),
]
"""`anyscale cloud register` wants the organization's id in front, or shows the cloud's id where it is given none:
https://docs.anyscale.com/reference/cli/cloud#anyscale-cloud-register"""
CloudId = Annotated[str, Form(r"cld_[A-Za-z0-9]{1,100}", "the id of a cloud such as cld_1a2b3c4d5e6f")]
CloudName = Annotated[
    str, Form(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}", "a name of 1 to 63 letters, digits, - and _, a letter or digit first")
]
NewBucketName = Annotated[
    str,
    Form(
        r"(?!xn--|sthree-|amzn-s3-demo-)(?!.*(-s3alias|--ol-s3|--x-s3|--table-s3)$)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]",
        "3 to 63 lower case letters, digits and hyphens, none at the ends, that S3 does not keep for itself",
    ),
]
"""Without dots, which no certificate of S3 covers:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""
SecretArn = Annotated[
    str,
    Form(
        r"arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@!-]+",
        "the ARN of a secret such as arn:aws:secretsmanager:us-west-2:123456789012:secret:registry-login-a1b2c3",
    ),
]
RoleArn = Annotated[
    str,
    Form(
        r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+",
        "the ARN of a role such as arn:aws:iam::123456789012:role/team-nodes",
    ),
]
RoleName = Annotated[
    str, Form(r"[A-Za-z0-9_+=,.@-]{1,64}", "the name of a role, at most 64 letters, digits and _+=,.@-")
]
_GROUP_TEXT = r"[A-Za-z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{1,255}"
_IN_GROUP_TEXT = "1 to 255 letters, digits, spaces and any of ._-:/()#,@[]+=&;{}!$*"
GroupName = Annotated[str, Form(f"(?!sg-){_GROUP_TEXT}", f"{_IN_GROUP_TEXT} that do not begin with sg-")]
GroupDescription = Annotated[str, Form(_GROUP_TEXT, _IN_GROUP_TEXT)]
"""https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html"""
CreationToken = Annotated[str, Form(r"[\x20-\x7e]{1,64}", "1 to 64 printable characters of ASCII")]
"""https://docs.aws.amazon.com/efs/latest/ug/API_CreateFileSystem.html"""
_HYPHENATED = r"[a-z0-9]+(-[a-z0-9]+)*"
_IN_HYPHENATED = "lower case letters, digits and single hyphens"
ClusterName = Annotated[str, Form(rf"(?=.{{1,40}}$){_HYPHENATED}", f"a name of 1 to 40 {_IN_HYPHENATED}")]
SubnetGroupName = Annotated[str, Form(rf"(?=.{{1,255}}$){_HYPHENATED}", f"a name of 1 to 255 {_IN_HYPHENATED}")]
"""https://docs.aws.amazon.com/memorydb/latest/APIReference/API_CreateCluster.html and API_CreateSubnetGroup.html"""
