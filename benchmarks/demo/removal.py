"""Takes the demo out again: every row of its tenant, and the vectors of its cache."""

from __future__ import annotations

from sqlmodel import SQLModel, col, delete, select

from core.bootstrap import Services
from core.semantic_cache.records import CacheEntry, CacheQuestion


def remove(services: Services) -> int:
    """Remove everything of the tenant that the settings name; return how many rows went.

    Knowledge is shared by all tenants and stays.
    """
    tenant = services.settings.tenant
    tables = [table for table in reversed(SQLModel.metadata.sorted_tables) if "tenant" in table.c]
    with services.database.begin() as session:
        own = select(CacheEntry.id).where(CacheEntry.tenant == tenant)
        mine = col(CacheQuestion.entry_id).in_(own)
        namespaces = session.exec(select(CacheQuestion.namespace).where(mine).distinct()).all()
        gone = session.exec(delete(CacheQuestion).where(mine)).rowcount
        for table in tables:
            gone += session.exec(delete(table).where(table.c.tenant == tenant)).rowcount
    for namespace in namespaces:
        services.store.drop(namespace)
    return gone
