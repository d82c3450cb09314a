from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
import urllib3
from aws_principals import HOST

from rehearsal.cloud.cloud import Cloud
from rehearsal.cloud.serving import Service


def through(cloud: Cloud, url: str) -> urllib3.BaseHTTPResponse:
    with urllib3.ProxyManager(cloud.proxy_url, ca_certs=str(cloud.ca_file), retries=False) as pool:
        return pool.request("GET", url)


def refusal(cloud: Cloud, url: str) -> str:
    try:
        answer = through(cloud, url)
    except urllib3.exceptions.ProxyError as error:
        return str(error.original_error)
    return str(answer.status)


def test_a_registry_host_is_reached_under_its_own_certificate(cloud: Cloud) -> None:
    assert through(cloud, f"https://{HOST}/v2/").status == 401


def test_a_foreign_host_is_refused_and_recorded(cloud: Cloud) -> None:
    assert "403" in refusal(cloud, "https://registry-1.docker.io/v2/")
    assert refusal(cloud, "http://example.com/") == "403"
    assert "403" in refusal(cloud, f"https://{HOST}:8443/v2/")
    assert cloud.proxy.refused == ["registry-1.docker.io:443", "example.com:80", f"{HOST}:8443"]


def test_loopback_passes_as_plain_http(cloud: Cloud) -> None:
    assert through(cloud, f"{cloud.endpoint_url}/_ministack/health").status == 200


def test_a_routed_host_passes(cloud: Cloud) -> None:
    cloud.proxy.route("elsewhere.example", cloud.registry)
    # The way is open; the registry has no certificate of this name and ends the handshake.
    with pytest.raises(urllib3.exceptions.SSLError, match="unrecognized name"):
        through(cloud, "https://elsewhere.example/v2/")


def test_a_routed_host_answers_on_the_clients_own_connection(cloud: Cloud) -> None:
    asked_from: list[int] = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        asked_from.append(request.client_address[1])
        request.send_response(200)
        request.send_header("Content-Length", "0")
        request.end_headers()

    service = Service("own", answer, cloud.authority.server_context(["own.example"]))
    cloud.proxy.route("own.example", service)
    with urllib3.ProxyManager(cloud.proxy_url, ca_certs=str(cloud.ca_file), retries=False) as pool:
        for _ in range(2):
            reply = pool.request("GET", "https://own.example/", preload_content=False)
            connection: Any = reply.connection
            asked_from.append(connection.sock.getsockname()[1])
            reply.drain_conn()
            reply.release_conn()
    service.stop()
    assert len(asked_from) == 4
    assert len(set(asked_from)) == 1
