"""The only place that constructs an adapter or a service; everything is built from the settings, once."""

from core.bootstrap.build import build_services
from core.bootstrap.coach import cache_policy
from core.bootstrap.services import Part, Services

__all__ = ["Part", "Services", "build_services", "cache_policy"]
