// The loop of loop.py in plain Node with its own fetch: the same requests, the same file.
//   node loop.mjs beats     beats and polls for ever, INTERVAL seconds apart
//   node loop.mjs orders    does what each line on standard input says, and answers with a line of
//                           JSON: "poll", "append N" (with fsync), "append_unsynced N"; the first line
//                           of all says that it is ready

import { appendFile, open, readFile } from "node:fs/promises";
import process from "node:process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

const MOST_SEEN = 200;
const DEADLINE_MS = 10_000;

const {
  CONFIGS_DIR = "",
  DELEGATION_RESULTS_FILE = "",
  INTERVAL = "30",
  PLATFORM_URL = "",
  WORKSPACE_ID = "",
} = process.env;
const startedAt = Date.now();
let token;
let seen = new Set();

/** Reads the token when it is first needed, and keeps it. */
async function authHeaders() {
  token ??= (await readFile(`${CONFIGS_DIR}/.auth_token`, "utf8")).trim();
  return { Authorization: `Bearer ${token}` };
}

async function beat() {
  const response = await fetch(`${PLATFORM_URL}/registry/heartbeat`, {
    method: "POST",
    headers: { ...await authHeaders(), "Content-Type": "application/json" },
    body: JSON.stringify({
      workspace_id: WORKSPACE_ID,
      error_rate: 0,
      sample_error: "",
      active_tasks: 0,
      current_task: "",
      uptime_seconds: Math.floor((Date.now() - startedAt) / 1000),
    }),
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
  return (await response.json()).platform_inbound_secret;
}

async function poll() {
  const response = await fetch(`${PLATFORM_URL}/workspaces/${WORKSPACE_ID}/delegations`, {
    headers: await authHeaders(),
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
  const rows = await response.json();
  if (response.status !== 200) return;
  const results = rows.filter(isNewResult).map(resultOf);
  if (seen.size > MOST_SEEN) seen = new Set([...seen].slice(MOST_SEEN / 2));
  if (results.length > 0) await appendFile(DELEGATION_RESULTS_FILE, linesOf(results));
}

function isNewResult({ delegation_id = "", source_id, status }) {
  if (delegation_id === "" || seen.has(delegation_id)) return false;
  if (status !== "completed" && status !== "failed") return false;
  seen.add(delegation_id);
  return source_id === WORKSPACE_ID;
}

function resultOf(row) {
  return {
    delegation_id: row.delegation_id,
    target_id: row.target_id ?? "",
    source_id: row.source_id,
    status: row.status,
    summary: row.summary ?? "",
    response_preview: row.response_preview ?? "",
    error: row.error ?? "",
    timestamp: Date.now() / 1000,
  };
}

function linesOf(results) {
  return results.map((result) => `${JSON.stringify(result)}\n`).join("");
}

async function appendSynced(results) {
  const file = await open(DELEGATION_RESULTS_FILE, "a");
  await file.appendFile(linesOf(results));
  await file.sync();
  await file.close();
}

async function run() {
  while (true) {
    await beat().catch((error) => console.error(`Heartbeat failed: ${error}`));
    await poll().catch((error) => console.error(`Delegation check failed: ${error}`));
    await sleep(Number(INTERVAL) * 1000);
  }
}

async function obey() {
  let appended = 0;
  console.log(JSON.stringify({ ms: 0 }));
  for await (const line of createInterface({ input: process.stdin })) {
    const [order, count = "0"] = line.split(" ");
    const rows = Array.from({ length: Number(count) }, () => madeRow(appended++));
    const began = performance.now();
    if (order === "poll") await poll();
    else if (order === "append") await appendSynced(rows.map(resultOf));
    else await appendFile(DELEGATION_RESULTS_FILE, linesOf(rows.map(resultOf)));
    console.log(JSON.stringify({ ms: performance.now() - began }));
  }
}

function madeRow(number) {
  return {
    delegation_id: `10000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
    target_id: "a-peer",
    source_id: WORKSPACE_ID,
    status: "completed",
    summary: "Delegation completed",
    response_preview: "An answer of common length. ".repeat(8),
  };
}

await (process.argv[2] === "orders" ? obey() : run());
