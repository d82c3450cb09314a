"""`aws:s3` resources: buckets, their settings, and their objects."""

import base64
from collections.abc import Callable
from typing import Any, Final

from .clients import Clients, arn, camel, given, pascal, tag_list, tag_map
from .kind import Created, GoneError, Kind, Values, keys


def _create_bucket(clients: Clients, inputs: Values) -> Created:
    s3, name = clients.aws("s3", inputs.get("region")), inputs["bucket"]
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": clients.region})
    _set_tags(s3, name, inputs)
    return name, {"arn": _arn(clients, name)}


def _read_bucket(clients: Clients, id_: str, _state: Values) -> Values:
    s3 = clients.aws("s3")
    s3.head_bucket(Bucket=id_)
    try:
        tags = tag_map(s3.get_bucket_tagging(Bucket=id_)["TagSet"])
    except s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchTagSet":
            raise
        tags = None
    return {"bucket": id_, "arn": _arn(clients, id_), "tags": tags}


def _update_bucket(clients: Clients, id_: str, _state: Values, inputs: Values) -> None:
    _set_tags(clients.aws("s3"), id_, inputs)


def _set_tags(s3: Any, bucket: str, inputs: Values) -> None:
    s3.delete_bucket_tagging(Bucket=bucket)
    if tags := tag_list(inputs.get("tags")):
        s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags})


def _delete_bucket(clients: Clients, id_: str, state: Values) -> None:
    s3 = clients.aws("s3")
    if state.get("forceDestroy"):
        found = s3.list_object_versions(Bucket=id_)
        for each in [*found.get("Versions", []), *found.get("DeleteMarkers", [])]:
            s3.delete_object(Bucket=id_, Key=each["Key"], VersionId=each["VersionId"])
    s3.delete_bucket(Bucket=id_)


def _put_object(clients: Clients, inputs: Values) -> Created:
    clients.aws("s3", inputs.get("region")).put_object(
        **given(
            Bucket=inputs["bucket"],
            Key=inputs["key"],
            Body=base64.b64decode(inputs["contentBase64"]),
            ContentType=inputs.get("contentType"),
            Metadata=inputs.get("metadata"),
        )
    )
    name = f"{inputs['bucket']}/{inputs['key']}"
    return name, {"arn": _arn(clients, name)}


def _read_object(clients: Clients, id_: str, _state: Values) -> Values:
    bucket, _, key = id_.partition("/")
    found = clients.aws("s3").get_object(Bucket=bucket, Key=key)
    return {
        "bucket": bucket,
        "key": key,
        "contentBase64": base64.b64encode(found["Body"].read()).decode(),
        "contentType": found["ContentType"],
        "metadata": found["Metadata"] or None,
    }


def _update_object(clients: Clients, _id: str, _state: Values, inputs: Values) -> None:
    _put_object(clients, inputs)


def _delete_object(clients: Clients, id_: str, _state: Values) -> None:
    bucket, _, key = id_.partition("/")
    clients.aws("s3").delete_object(Bucket=bucket, Key=key)


def _setting(
    put: Callable[[Any, Values], Any], get: Callable[[Any, str], Values], delete: Callable[[Any, str], Any]
) -> Kind:
    """A setting that exists once for each bucket. The bucket's name is its id."""

    def create(clients: Clients, inputs: Values) -> Created:
        put(clients.aws("s3", inputs.get("region")), inputs)
        return inputs["bucket"], {}

    def read(clients: Clients, id_: str, _state: Values) -> Values:
        return {"bucket": id_, **get(clients.aws("s3"), id_)}

    def update(clients: Clients, _id: str, _state: Values, inputs: Values) -> None:
        create(clients, inputs)

    def remove(clients: Clients, id_: str, _state: Values) -> None:
        delete(clients.aws("s3"), id_)

    return Kind(create=create, read=read, update=update, delete=remove, replaced_by=keys("bucket", "region"))


def _put_versioning(s3: Any, inputs: Values) -> None:
    s3.put_bucket_versioning(Bucket=inputs["bucket"], VersioningConfiguration=pascal(inputs["versioningConfiguration"]))


def _get_versioning(s3: Any, bucket: str) -> Values:
    status = s3.get_bucket_versioning(Bucket=bucket).get("Status")
    if status != "Enabled":  # once it was on, it can only be suspended
        raise GoneError(bucket)
    return {"versioningConfiguration": {"status": status}}


def _suspend_versioning(s3: Any, bucket: str) -> None:
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})


def _put_encryption(s3: Any, inputs: Values) -> None:
    defaults = [rule["applyServerSideEncryptionByDefault"] for rule in inputs["rules"]]
    rules = [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": each["sseAlgorithm"]}} for each in defaults]
    s3.put_bucket_encryption(Bucket=inputs["bucket"], ServerSideEncryptionConfiguration={"Rules": rules})


def _get_encryption(s3: Any, bucket: str) -> Values:
    rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    algorithms = [rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] for rule in rules]
    return {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": each}} for each in algorithms]}


def _put_lifecycle(s3: Any, inputs: Values) -> None:
    rules = [{"ID": rule["id"], **pascal({k: v for k, v in rule.items() if k != "id"})} for rule in inputs["rules"]]
    s3.put_bucket_lifecycle_configuration(Bucket=inputs["bucket"], LifecycleConfiguration={"Rules": rules})


def _get_lifecycle(s3: Any, bucket: str) -> Values:
    rules = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    return {"rules": [{"id": rule["ID"], **camel({k: v for k, v in rule.items() if k != "ID"})} for rule in rules]}


def _put_access_block(s3: Any, inputs: Values) -> None:
    flags = {key: value for key, value in inputs.items() if isinstance(value, bool)}
    s3.put_public_access_block(Bucket=inputs["bucket"], PublicAccessBlockConfiguration=pascal(flags))


def _get_access_block(s3: Any, bucket: str) -> Values:
    return camel(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"])


def _arn(clients: Clients, name: str) -> str:
    return arn(clients, "s3", name, region="", account="")


KINDS: Final = {
    "aws:s3/bucket:Bucket": Kind(
        create=_create_bucket,
        read=_read_bucket,
        update=_update_bucket,
        delete=_delete_bucket,
        replaced_by=keys("bucket", "region"),
        computed=keys("arn", "tagsAll"),
    ),
    "aws:s3/bucketObjectv2:BucketObjectv2": Kind(
        create=_put_object,
        read=_read_object,
        update=_update_object,
        delete=_delete_object,
        replaced_by=keys("bucket", "key", "region"),
        computed=keys("arn", "etag", "versionId", "tagsAll"),
    ),
    "aws:s3/bucketVersioning:BucketVersioning": _setting(_put_versioning, _get_versioning, _suspend_versioning),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": _setting(
        _put_encryption, _get_encryption, lambda s3, bucket: s3.delete_bucket_encryption(Bucket=bucket)
    ),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": _setting(
        _put_lifecycle, _get_lifecycle, lambda s3, bucket: s3.delete_bucket_lifecycle(Bucket=bucket)
    ),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _setting(
        _put_access_block, _get_access_block, lambda s3, bucket: s3.delete_public_access_block(Bucket=bucket)
    ),
    "aws:s3/bucketPolicy:BucketPolicy": _setting(
        lambda s3, inputs: s3.put_bucket_policy(Bucket=inputs["bucket"], Policy=inputs["policy"]),
        lambda s3, bucket: {"policy": s3.get_bucket_policy(Bucket=bucket)["Policy"]},
        lambda s3, bucket: s3.delete_bucket_policy(Bucket=bucket),
    ),
}
