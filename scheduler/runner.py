"""Runs the jobs in the background of the server, while this server holds the lease."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

from apscheduler.schedulers.background import BackgroundScheduler

from core.bootstrap import Services
from core.database import new_id
from core.errors import CoachError
from core.logs import correlated
from core.monitoring.job_records import record_run
from scheduler.jobs import JOBS, Job
from scheduler.lease import Lease

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=3)


class Runner:
    """Starts and stops the jobs.

    APScheduler knows of one process only, so that each run first asks the lease in the database.
    """

    def __init__(self, services: Services, jobs: Sequence[Job] = JOBS) -> None:
        self._services = services
        self._lease = Lease(services.database, services.clock, "scheduler", new_id(), LEASE)
        self._scheduler = BackgroundScheduler(timezone="UTC")
        for job in jobs:
            self._scheduler.add_job(
                self.run, "interval", [job], seconds=job.seconds, id=job.name, coalesce=True, max_instances=1
            )

    def run(self, job: Job) -> bool:
        """Run a job now if the lease is ours; a failure is logged, kept, and tried again at the next time."""
        with correlated(f"{job.name}-{new_id()[:12]}"):
            began = self._services.clock.now()
            try:
                if not self._lease.take():
                    return False
                failure = self._carry_out(job)
                record_run(self._services.database, job.name, began, self._services.clock.now(), failure)
            except CoachError as error:
                log.warning("job_not_kept", extra={"job": job.name, "reason": str(error)})
        return True

    def _carry_out(self, job: Job) -> str:
        """Run a job; return why it failed, or nothing."""
        try:
            job.run(self._services)
        except CoachError as error:
            log.warning("job_failed", extra={"job": job.name, "reason": str(error)})
            return str(error)
        except Exception as error:
            log.exception("job_failed", extra={"job": job.name})
            return type(error).__name__
        return ""

    def start(self) -> None:
        """Begin to run the jobs in the background."""
        self._scheduler.start()

    def stop(self) -> None:
        """Wait for the job that runs and give the lease back."""
        self._scheduler.shutdown(wait=True)
        try:
            self._lease.release()
        except CoachError as error:
            log.warning("lease_kept", extra={"reason": str(error)})
