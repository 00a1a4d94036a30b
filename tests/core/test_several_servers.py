"""Several servers of one PostgreSQL database, each a process of its own, as they are in production."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlmodel import func, select, text

from core.access.records import AuditRow, broken_link
from core.database import Database
from core.knowledge.records import KnowledgeSnapshot
from core.settings import ROOT

SERVERS = 3
SERVER = """
import sys
from pathlib import Path
from core.bootstrap import build_services
from core.settings import Settings

url, library, data = sys.argv[1:]
services = build_services(Settings(
    data_dir=Path(data), database_url=url, knowledge_dirs=(Path(library),), phrasing=False, _env_file=None
))
services.embedder.load()
print("ready", flush=True)
sys.stdin.readline()
services.start()
print(services.knowledge.version, flush=True)
"""


def server(url: str, library: Path, data: Path) -> subprocess.Popen[str]:
    """Return a server that has imported everything and waits for a line to start."""
    command = [sys.executable, "-W", "error", "-c", SERVER, url, str(library), str(data)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


@pytest.mark.slow
@pytest.mark.parametrize("templates", ["postgresql"], indirect=True)
def test_servers_that_start_at_once_on_an_empty_database_all_come_up(
    database: Database, library_folder: Path, tmp_path: Path
) -> None:
    with database.begin() as session:
        session.execute(text("DROP SCHEMA public CASCADE"))
        session.execute(text("CREATE SCHEMA public"))
    url = database.url.render_as_string(hide_password=False)
    library = one_article(library_folder, tmp_path / "library")
    servers = [server(url, library, tmp_path / str(number)) for number in range(SERVERS)]
    try:
        assert [one.stdout.readline() for one in servers if one.stdout] == ["ready\n"] * SERVERS
        for one in servers:
            assert one.stdin is not None
            one.stdin.write("start\n")
            one.stdin.flush()
        said = [one.communicate(timeout=120) for one in servers]
    finally:
        for one in servers:
            one.kill()
    assert [one.returncode for one in servers] == [0] * SERVERS, said
    assert len({version for version, _ in said}) == 1
    with database.read() as session:
        assert session.exec(select(func.count()).select_from(KnowledgeSnapshot)).one() == 1
        assert [row.action for row in session.exec(select(AuditRow))] == ["release.created", "channel.moved"]
        assert broken_link(session, "default") is None


def one_article(library_folder: Path, folder: Path) -> Path:
    """Copy as little of the library as can be, so that the index is built at once."""
    folder.mkdir()
    for name in ("sources.json", "guidance/hydration.md"):
        (folder / Path(name).name).write_bytes((library_folder / name).read_bytes())
    return folder
