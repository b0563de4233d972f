"""Which hosts are spoken to at all, how they are proven to be who they are, and what every request over a line says."""

import functools
import ipaddress
import ssl
from collections.abc import Mapping
from importlib.metadata import version

import httpx

from arbkit.errors import ConfigError, shown
from arbkit.net.lines import Lines


def base_url_of(text: str) -> httpx.URL:
    """Accept https anywhere and plain http on loopback; nothing else ever leaves this machine."""
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, TypeError) as error:
        raise ConfigError(f"{shown(text)} is not a URL; write https://host/path") from error
    if url.userinfo or url.query or url.fragment or not url.host:
        raise ConfigError(f"{shown(url.host)}: a venue's URL is https://host/path, without user, query or fragment")
    if url.scheme != "https" and not (url.scheme == "http" and _is_loopback(url.host)):
        raise ConfigError(f"{shown(url.scheme)}://{shown(url.host)}: only https, or http on 127.0.0.1, is allowed")
    return url


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@functools.cache
def tls() -> ssl.SSLContext:
    """One context for all hosts: loading the certificates takes tens of milliseconds."""
    context = httpx.create_ssl_context(verify=True, trust_env=False)
    context.set_alpn_protocols(["http/1.1"])
    return context


def lines_to(base_url: httpx.URL) -> Lines:
    """Lines to the host of a venue."""
    is_safe = base_url.scheme == "https"
    port = base_url.port or (443 if is_safe else 80)
    return Lines(base_url.raw_host.decode("ascii"), port, tls=tls() if is_safe else None)


def own_headers(base_url: httpx.URL) -> Mapping[str, str]:
    """What every request over a line says."""
    agent = f"arbkit/{version('arbkit')}"
    return {"Host": base_url.netloc.decode("ascii"), "User-Agent": agent, "Accept": "application/json",
            "Accept-Encoding": "identity", "Connection": "keep-alive"}  # fmt: skip
