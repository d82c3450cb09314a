"""What people do wrong with the image that a job names."""

from doctor_lab import Lab

OTHER_REGION = "123456789012.dkr.ecr.us-east-1.amazonaws.com"


def rewrite_image(lab: Lab, old: str, new: str) -> None:
    lab.image = lab.image.replace(old, new)


def image_in_other_region(lab: Lab) -> None:
    rewrite_image(lab, lab.host, OTHER_REGION)


def image_in_other_account(lab: Lab) -> None:
    rewrite_image(lab, "123456789012", "210987654321")


def image_with_fips_host(lab: Lab) -> None:
    rewrite_image(lab, ".ecr.", ".ecr-fips.")


def image_with_dual_stack_host(lab: Lab) -> None:
    rewrite_image(lab, lab.host, "123456789012.dkr-ecr.eu-central-1.on.aws")


def image_with_port(lab: Lab) -> None:
    rewrite_image(lab, ".com/", ".com:443/")


def image_with_scheme(lab: Lab) -> None:
    lab.image = f"https://{lab.image}"


def image_in_capitals(lab: Lab) -> None:
    rewrite_image(lab, "ci/node", "ci/Node")


def image_with_short_account(lab: Lab) -> None:
    rewrite_image(lab, "123456789012", "12345678901")


def image_with_an_unset_variable(lab: Lab) -> None:
    lab.image = "$NOT_THERE/ci/node:1.0"


def image_without_host(lab: Lab) -> None:
    lab.image = "ci/node:1.0"


def image_variable_is_protected(lab: Lab) -> None:
    lab.set("project", "HOST", lab.host, protected=True)
    lab.image = "$HOST/ci/node:1.0"


def no_such_tag(lab: Lab) -> None:
    rewrite_image(lab, ":1.0", ":9.9")


def no_such_repository(lab: Lab) -> None:
    lab.role_policy("Allow", "ecr:BatchGetImage", "ci/absent")
    rewrite_image(lab, "ci/node", "ci/absent")


def public_host_misspelled(lab: Lab) -> None:
    lab.image = "public.ecr.amazonaws.com/docker/library/ruby:3.4"
