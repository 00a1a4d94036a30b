"""Sends notices through Apprise: Slack, Teams, e-mail, webhooks and whatever else it has an address for."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import apprise
from apprise.attachment.memory import AttachMemory

from core.database import forbid_open_transaction
from core.errors import ServiceRefused, ServiceUnavailable, SettingsError
from core.ports import Notice

ASSET = apprise.AppriseAsset(async_mode=False, secure_logging=True, app_id="Coach", app_desc="Coach", app_url="")

_PNG: Any = AttachMemory


class AppriseNotifier:
    """One channel an address.

    Parameters
    ----------
    addresses : sequence of str
        Apprise addresses, such as ``slack://…``; they hold secrets, and no message repeats one.

    Raises
    ------
    SettingsError
        An address cannot be read.
    """

    def __init__(self, addresses: Sequence[str]) -> None:
        self._plugins: dict[str, Any] = {}
        for number, address in enumerate(addresses, start=1):
            plugin = _plugin(address)
            if plugin is None:
                raise SettingsError(f"COACH_ALERT_URLS: Apprise cannot read address {number}; see docs/settings.md.")
            # The name must not show the address, and must be the same after a restart.
            self._plugins[f"{plugin.service_name} {sha256(address.encode()).hexdigest()[:6]}"] = plugin

    @property
    def channels(self) -> tuple[str, ...]:
        """The service's name and six digits that tell two addresses apart."""
        return tuple(self._plugins)

    def send(self, channel: str, notice: Notice) -> None:
        """Send once; Apprise says only whether it was taken, so that every failure counts as one that may pass."""
        forbid_open_transaction()
        plugin = self._plugins.get(channel)
        if plugin is None:
            raise ServiceRefused(channel, "There is no such channel any more; look at COACH_ALERT_URLS.")
        sender = apprise.Apprise(asset=ASSET)
        sender.add(plugin)
        body = f"{notice.body}\n\n{notice.link}" if notice.link else notice.body
        picture = None
        if notice.picture and plugin.attachment_support:
            picture = _PNG(content=notice.picture, name="drift.png", mimetype="image/png")
        try:
            taken = sender.notify(body=body, title=notice.title, body_format=apprise.NotifyFormat.TEXT, attach=picture)
        except (OSError, TypeError, ValueError) as error:
            raise ServiceUnavailable(channel, f"{channel} cannot be reached; check the address.") from error
        if not taken:
            raise ServiceUnavailable(channel, f"{channel} did not take the alert; check the address and its service.")


def _plugin(address: str) -> Any:
    with warnings.catch_warnings():
        # At the first address Apprise loads every service, of which some import what Python will drop one day.
        warnings.simplefilter("ignore", DeprecationWarning)
        return apprise.Apprise.instantiate(address, asset=ASSET)
