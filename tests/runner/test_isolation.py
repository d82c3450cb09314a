"""What lets a job take over its machine: the list has every way, and nothing harmless."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from components.runner import isolation

_KEYS: Final = json.loads((Path(isolation.__file__).with_name("keys.json")).read_text())["types"]

_OWNING: Final = [
    {"privileged": True},
    {"services_privileged": True},
    {"pid_mode": "host"},
    {"pid_mode": "HOST"},
    {"pid_mode": "container:other"},
    {"ipcmode": "host"},
    {"network_mode": "host"},
    {"network_mode": "container:other"},
    {"userns_mode": "host"},
    {"cap_add": ["SYS_ADMIN"]},
    {"cap_add": ["CHOWN", "CAP_SYS_PTRACE"]},
    {"cap_add": ["all"]},
    {"devices": ["/dev/kvm"]},
    {"devices": ["/dev/sda:/dev/sda:r"]},
    {"device_cgroup_rules": ["b *:* rwm"]},
    {"services_devices": {"docker:*": ["/dev/fuse"]}},
    {"security_opt": ["seccomp=unconfined"]},
    {"security_opt": ["systempaths=unconfined"]},
    {"security_opt": ["label:disable"]},
    {"services_security_opt": ["apparmor=unconfined"]},
    {"volumes_from": ["other"]},
    {"volume_driver_ops": {"type": "none", "o": "bind", "device": "/"}},
    {"volume_driver_ops": {"type": "none", "o": "bind", "device": "$ANYTHING"}},
    *(
        {"volumes": ["/cache", volume]}
        for volume in (
            "/var/run/docker.sock:/var/run/docker.sock",
            "$ANYTHING",  # the runner expands it, and a job may define it as /:/host
            "$ANYTHING:/x",
            "${CI_PROJECT_DIR}:/x",
            "/srv/$UP:/x",  # ../../etc
            "/srv/cache:/cache$MORE",
            "/run/docker.sock:/run/docker.sock",
            "/run/docker.sock:/anything:ro",
            "//run//docker.sock:/x",
            "/run/../run/docker.sock:/x",
            "/run/containerd/containerd.sock:/x",
            "/run/podman/podman.sock:/x",
            "/run:/host-run:ro",
            "/var/run/:/x",
            "/srv/proxy/docker.sock:/x",
            "/:/host",
            "/:/host:ro",
            "//:/host",
            "/.:/host",
            "/srv/..:/host",
            "/etc:/etc",
            "/etc:/host-etc:ro",  # config.toml with the runner's token lies below it
            "/etc/cron.d:/x",
            "/etc/gitlab-runner:/x:ro",
            "/root:/x:ro",
            "/root/.ssh:/x:RO",
            "/home:/x",
            "/home/gitlab-runner/.docker:/x",
            "/proc:/x:ro",
            "/sys:/x",
            "/dev:/dev",
            "/dev/mem:/x",
            "/usr/local/bin:/x",
            "/lib/systemd:/x:rw",
            "/opt:/x:z",
            "/var/lib/docker:/x:ro",
            "/var:/x:ro",
            "/var/spool/cron:/x",
            "/boot:/x:rw,rshared",
        )
    ),
]
_HARMLESS: Final = [
    {},
    {"privileged": False, "services_privileged": False},
    {"network_mode": "bridge"},
    {"network_mode": "hosts"},
    {"cap_add": []},
    {"cap_add": ["CHOWN", "cap_net_raw"]},
    {"cap_drop": ["ALL"]},
    {"security_opt": ["no-new-privileges:true"]},
    {"volumes": ["/cache"]},
    {"volumes": ["/etc"]},  # a volume that Docker keeps, at that path of the container
    {"volumes": ["cache:/cache", "/srv/cache:/cache", "/data/maven:/root/.m2:rw"]},
    {"volumes": ["/etc/ssl/certs:/etc/ssl/certs:ro", "/usr/share/zoneinfo:/usr/share/zoneinfo:ro"]},
    {"volumes": ["/etc/localtime:/etc/localtime:ro,z"]},
    {"volumes": ["/runs:/x", "/variable:/x", "/homes:/x", "/device:/x"]},
    {"devices": []},
    {"tmpfs": {"/run": "rw"}},
]


def _docker(docker: dict[str, Any]) -> dict[str, Any]:
    return {"executor": "docker", "docker": docker}


def _name(value: Any) -> str:
    return json.dumps(value)[:60]


@pytest.mark.parametrize("docker", _OWNING, ids=_name)
def test_each_way_to_own_the_machine_is_refused_beside_a_role(docker: dict[str, Any]) -> None:
    (key,) = docker
    with pytest.raises(ValueError, match=rf"^runner\.docker\.{key}\b.* on a machine with an instance role") as caught:
        isolation.check(_docker(docker), "runner", has_instance_role=True, acknowledged=False)
    assert "or write `jobs_own_machine`: true" in str(caught.value)
    isolation.check(_docker(docker), "runner", has_instance_role=True, acknowledged=True)
    isolation.check(_docker(docker), "runner", has_instance_role=False, acknowledged=False)


@pytest.mark.parametrize("docker", _HARMLESS, ids=_name)
def test_a_harmless_setting_is_not_on_the_list(docker: dict[str, Any]) -> None:
    assert list(isolation.owning(_docker(docker))) == []
    isolation.check(_docker(docker), "runner", has_instance_role=True, acknowledged=False)


@pytest.mark.parametrize(("executor", "why"), [("shell", "processes of the machine"), ("custom", "is unknown")])
def test_an_executor_without_containers_is_refused_beside_a_role(executor: str, why: str) -> None:
    with pytest.raises(ValueError, match=rf"^runner\.executor: got {executor}, with which .*{why}"):
        isolation.check({"executor": executor}, "runner", has_instance_role=True, acknowledged=False)
    isolation.check({"executor": executor}, "runner", has_instance_role=True, acknowledged=True)


@pytest.mark.parametrize(
    "kubernetes",
    [
        {"privileged": True},
        {"cap_add": ["SYS_ADMIN"]},
        {"volumes": {"host_path": [{"name": "x", "mount_path": "/x", "host_path": "/run/containerd"}]}},
        {"volumes": {"host_path": [{"name": "x", "mount_path": "/var/run/docker.sock"}]}},
        {"volumes": {"host_path": [{"name": "x", "mount_path": "/x", "host_path": "/", "read_only": True}]}},
        {"build_container_security_context": {"privileged": True}},
        {"service_container_security_context": {"capabilities": {"add": ["SYS_ADMIN"]}}},
        {"volumes": {"host_path": [{"name": "x", "mount_path": "/x", "host_path": "/srv/$UP"}]}},
        {"pod_spec": [{"name": "x", "patch": "hostNetwork: true"}]},
        {"pod_spec": [{"name": "x", "patch": '{"containers": [{"securityContext": {"privi\\u006ceged": true}}]}'}]},
        {"pod_spec": [{"name": "x", "patch": '"host\\x50ID": true'}]},
        {"pod_spec": [{"name": "x", "patch": '[{"op": "add", "path": "/hostPID", "value": true}]'}]},
        {"pod_spec": [{"name": "x", "patch_path": "/etc/patch.yaml"}]},
    ],
    ids=_name,
)
def test_a_pod_that_owns_its_node_is_refused_beside_a_role(kubernetes: dict[str, Any]) -> None:
    section = {"executor": "kubernetes", "kubernetes": {"namespace": "ci", **kubernetes}}
    with pytest.raises(ValueError, match=r"^runner\.kubernetes\."):
        isolation.check(section, "runner", has_instance_role=True, acknowledged=False)


def test_a_plain_pod_is_accepted() -> None:
    harmless = {"namespace": "ci", "pod_spec": [{"name": "x", "patch": "tolerations: []"}], "cap_drop": ["ALL"]}
    harmless |= {"volumes": {"host_path": [{"name": "x", "mount_path": "/x", "host_path": "/srv/cache"}]}}
    assert list(isolation.owning({"executor": "kubernetes", "kubernetes": harmless})) == []


@pytest.mark.parametrize("executor", ["docker-autoscaler", "instance"])
def test_jobs_with_machines_of_their_own_only_give_a_warning(executor: str) -> None:
    section = {"executor": executor, "docker": {"privileged": True}}
    isolation.check(section, "runner", has_instance_role=True, acknowledged=False)
    (warning,) = isolation.warnings(section, has_instance_role=True, acknowledged=False)
    assert "each job can take over its machine" in warning


def test_several_ways_are_reported_at_once() -> None:
    with pytest.raises(ValueError, match=r"\(and docker\.pid_mode, docker\.volumes\)"):
        isolation.check(
            _docker({"privileged": True, "pid_mode": "host", "volumes": ["/:/x"]}),
            "runner",
            has_instance_role=True,
            acknowledged=False,
        )


def test_the_preview_shows_an_acknowledgement_and_also_a_needless_one() -> None:
    (message,) = isolation.warnings(_docker({"privileged": True}), has_instance_role=True, acknowledged=True)
    assert message.startswith("runner.docker.privileged: every job could take the machine's instance role")
    (needless,) = isolation.warnings(_docker({}), has_instance_role=True, acknowledged=True)
    assert needless.startswith("runner.jobs_own_machine: nothing here")
    assert isolation.warnings(_docker({}), has_instance_role=False, acknowledged=False) == []


_ON_THE_LIST: Final = {next(iter(docker)) for docker in _OWNING}
_LOOKED_AT: Final = {
    *("allowed_images", "allowed_privileged_images", "allowed_privileged_services", "allowed_pull_policies"),
    *("allowed_services", "allowed_users", "cache_dir", "cap_drop", "cgroup_parent", "container_labels", "cpu_shares"),
    *("cpus", "cpuset_cpus", "cpuset_mems", "disable_cache", "disable_entrypoint_overwrite", "dns", "dns_search"),
    *("enable_ipv6", "extra_hosts", "gpus", "group_add", "helper_image", "helper_image_flavor", "host", "hostname"),
    *("image", "isolation", "links", "log_options", "mac_address", "memory", "memory_reservation", "memory_swap"),
    *("network_mtu", "oom_kill_disable", "oom_score_adjust", "pull_policy", "runtime", "service_cgroup_parent"),
    *("service_cpu_shares", "service_cpus", "service_cpuset_cpus", "service_gpus", "service_memory"),
    *("service_memory_reservation", "service_memory_swap", "service_slot_cgroup_template", "services"),
    *("services_limit", "services_tmpfs", "shm_size", "sysctls", "tls_cert_path", "tls_verify", "tmpfs", "ulimit"),
    *("user", "volume_driver", "volume_keep", "wait_for_services_timeout"),
}
"""Keys that leave a job in its container: limits, names, another daemon's address, or effects inside it only."""


def test_each_key_of_the_runner_has_been_judged() -> None:
    """A key that a new version of the runner brings fails here until somebody has decided what it lets a job do."""
    assert set(_KEYS["DockerConfig"]) == _ON_THE_LIST | _LOOKED_AT
    assert not _ON_THE_LIST & _LOOKED_AT
