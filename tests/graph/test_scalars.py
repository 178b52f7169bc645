"""What ``graph/scalars.py`` promises."""

from appsync_emu.graph.scalars import SCALARS


def test_every_scalar_of_appsync_is_there_and_no_other():
    """AppSync developer guide, "Scalar types in AWS AppSync"."""
    assert sorted(SCALARS) == [
        "AWSDate",
        "AWSDateTime",
        "AWSEmail",
        "AWSIPAddress",
        "AWSJSON",
        "AWSPhone",
        "AWSTime",
        "AWSTimestamp",
        "AWSURL",
        "Boolean",
        "Float",
        "ID",
        "Int",
        "String",
    ]
