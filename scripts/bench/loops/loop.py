"""What the reference (molecule-core's workspace/heartbeat.py) does in each cycle, and no more.

    loop.py beats      beats and polls for ever, INTERVAL seconds apart
    loop.py orders     does what each line on standard input says, and answers with a line of JSON:
                       "poll", "append N" (with fsync), "append_unsynced N" (as the reference does);
                       the first line of all says that it is ready

WORKSPACE_ID, PLATFORM_URL, CONFIGS_DIR and DELEGATION_RESULTS_FILE say for whom, and where.
"""

import asyncio
import json
import logging
import os
import sys
import time
from pathlib import Path

import httpx

MAX_SEEN_DELEGATION_IDS = 200

logger = logging.getLogger(__name__)


class HeartbeatLoop:
    """Beats for one workspace, and looks for results of its delegations."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.platform_url = os.environ["PLATFORM_URL"]
        self.workspace_id = os.environ["WORKSPACE_ID"]
        self.results_file = os.environ["DELEGATION_RESULTS_FILE"]
        self.interval = float(os.environ.get("INTERVAL", "30"))
        self.start_time = time.time()
        self._token: str | None = None
        self._seen_delegation_ids: set[str] = set()

    def auth_headers(self) -> dict[str, str]:
        """Read the token when it is first needed, and keep it."""
        if self._token is None:
            file = Path(os.environ["CONFIGS_DIR"]) / ".auth_token"
            self._token = file.read_text(encoding="utf-8").strip()
        return {"Authorization": f"Bearer {self._token}"}

    async def beat(self) -> None:
        body = {
            "workspace_id": self.workspace_id,
            "error_rate": 0.0,
            "sample_error": "",
            "active_tasks": 0,
            "current_task": "",
            "uptime_seconds": int(time.time() - self.start_time),
        }
        response = await self.client.post(
            f"{self.platform_url}/registry/heartbeat", json=body, headers=self.auth_headers()
        )
        # The reference looks for an inbound secret in each answer.
        response.json().get("platform_inbound_secret")

    async def poll(self) -> None:
        response = await self.client.get(
            f"{self.platform_url}/workspaces/{self.workspace_id}/delegations",
            headers=self.auth_headers(),
        )
        if response.status_code != 200:
            return
        new_results = [
            self._result(row) for row in response.json() if self._is_new_result(row)
        ]
        if len(self._seen_delegation_ids) > MAX_SEEN_DELEGATION_IDS:
            kept = list(self._seen_delegation_ids)[MAX_SEEN_DELEGATION_IDS // 2 :]
            self._seen_delegation_ids = set(kept)
        if new_results:
            self.append(new_results)

    def _is_new_result(self, row: dict) -> bool:
        delegation_id = row.get("delegation_id", "")
        if not delegation_id or delegation_id in self._seen_delegation_ids:
            return False
        if row.get("status", "") not in ("completed", "failed"):
            return False
        self._seen_delegation_ids.add(delegation_id)
        if row.get("source_id", "") != self.workspace_id:
            logger.warning("skipping delegation %s of another workspace", delegation_id)
            return False
        return True

    @staticmethod
    def _result(row: dict) -> dict:
        return {
            "delegation_id": row["delegation_id"],
            "target_id": row.get("target_id", ""),
            "source_id": row["source_id"],
            "status": row["status"],
            "summary": row.get("summary", ""),
            "response_preview": row.get("response_preview", ""),
            "error": row.get("error", ""),
            "timestamp": time.time(),
        }

    def append(self, results: list[dict], *, is_synced: bool = False) -> None:
        with open(self.results_file, "a", encoding="utf-8") as file:
            for result in results:
                file.write(json.dumps(result) + "\n")
            if is_synced:
                file.flush()
                os.fsync(file.fileno())

    async def run(self) -> None:
        while True:
            try:
                await self.beat()
            except httpx.HTTPError as error:
                logger.warning("Heartbeat failed: %s", error)
            try:
                await self.poll()
            except httpx.HTTPError as error:
                logger.debug("Delegation check failed: %s", error)
            await asyncio.sleep(self.interval)

    async def obey(self) -> None:
        appended = 0
        print(json.dumps({"ms": 0}), flush=True)
        for line in sys.stdin:
            order, _, count = line.strip().partition(" ")
            rows = []
            if order != "poll":
                rows = [self._made_row(appended + n) for n in range(int(count))]
                appended += len(rows)
            began = time.perf_counter()
            if order == "poll":
                await self.poll()
            else:
                self.append(
                    [self._result(row) for row in rows], is_synced=order == "append"
                )
            print(json.dumps({"ms": (time.perf_counter() - began) * 1000}), flush=True)

    def _made_row(self, number: int) -> dict:
        return {
            "delegation_id": f"10000000-0000-4000-8000-{number:012}",
            "target_id": "a-peer",
            "source_id": self.workspace_id,
            "status": "completed",
            "summary": "Delegation completed",
            "response_preview": "An answer of common length. " * 8,
        }


async def main() -> None:
    async with httpx.AsyncClient(timeout=10.0) as client:
        loop = HeartbeatLoop(client)
        await (loop.obey() if sys.argv[1:] == ["orders"] else loop.run())


asyncio.run(main())
