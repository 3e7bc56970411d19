"""Makes a key in a KMS that has none yet, and notes its ARN: kms-init.py ENDPOINT FOLDER.

FOLDER has the KMS's certificate (kms_certificate) and gets kms_key_arn.
"""

import os
import pathlib
import sys

import boto3
from botocore.exceptions import ClientError

endpoint, folder = sys.argv[1], pathlib.Path(sys.argv[2])
noted = folder / "kms_key_arn"
kms = boto3.client(
    "kms",
    endpoint_url=endpoint,
    verify=str(folder / "kms_certificate"),
    region_name="us-east-1",
    aws_access_key_id="none-is-asked-for",
    aws_secret_access_key="none-is-asked-for",
)
arn = noted.read_text().strip() if noted.exists() else None
if arn:
    try:
        kms.describe_key(KeyId=arn)
        print(f"kept  {arn}")
        sys.exit(0)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NotFoundException":
            raise
        print(f"lost  {arn}: the KMS was started anew; what this key sealed opens no more", file=sys.stderr)
arn = kms.create_key(Description="servers' credentials")["KeyMetadata"]["Arn"]
beside = folder / ".kms_key_arn.new"
beside.write_text(arn + "\n")
beside.chmod(0o440)
os.replace(beside, noted)
print(f"made  {arn}")
