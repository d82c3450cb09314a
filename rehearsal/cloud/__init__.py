"""AWS on loopback: the emulator, its front, a registry that relies on it, and one clock for all three.

Measured with ministack 1.5.33 behind this front, and tested under `tests/rehearsal/cloud/`:
- A twelve-digit access key selects the account: root is `AWS_ACCESS_KEY_ID=<account>`, for example 123456789012.
- Enforced: signatures, identity policies, permissions boundaries, session policies, repository policies, trust
  policies, and role paths with wildcards in what a caller may assume. A session under a role with a path works.
- `aws:PrincipalArn` is wrong in the emulator for role sessions; `principal_arn.py` puts it right, so that a trust
  policy for the account with `ArnEquals aws:PrincipalArn` on one role admits that role and no other.
- `cloudwatch:namespace` is unknown to the emulator; `metric_namespace.py` adds it for `PutMetricData`.
- A Lambda function assumes a role and gets its token through the front, since it inherits `Cloud.environment()`.
- A job assumes a role by web identity when issuer, `aud` and `sub` match the trust policy.
- As on AWS, both sides have to allow access to another account (`other_accounts.py`), other partitions have ARNs of
  their own (`partition.py`), and trust policies see only some claims of gitlab.com's tokens (`web_identity.py`).
- Secrets Manager renews GitLab tokens by itself, with the rights of a role, over the proxy (`external_secrets.py`).
  Nothing fires the next renewal when it is due.
- Not enforced: a schedule's role. Not verified: signature and expiry of a web identity token.
- Schedules fire asynchronously: `move` returns when a function has started, not when it has ended.
"""
