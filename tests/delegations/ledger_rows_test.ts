import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { REPORTED_STATUSES, resultKey, TERMINAL_STATUSES } from "../../lib/delegations/result.ts";
import { type Listing, readListing } from "../../lib/delegations/rows.ts";
import { delegationsRequest } from "../../lib/platform/mod.ts";
import { type Bench, never, startBench } from "./_bench.ts";
import { exampleLedgerRow, exampleResult, exampleRow, OTHER_ID, OWN_ID } from "./_examples.ts";

const MINUTE_MS = 60_000;
const OPEN_STATUSES = ["pending", "dispatched", "in_progress", "delivered", "received"];

const anyLedgerRow = fc.record({
  id: fc.constantFrom("d1", "d2", "d3"),
  status: fc.constantFrom("queued", ...OPEN_STATUSES, ...REPORTED_STATUSES),
  createdAt: fc.nat(),
  minutes: fc.nat({ max: 600 }),
});
const anyLedger = fc.array(anyLedgerRow, { maxLength: 12 });

function wireRow(row: { id: string; status: string; createdAt: number; minutes: number }) {
  return exampleLedgerRow({
    delegation_id: row.id,
    status: row.status,
    created_at: new Date(row.createdAt).toISOString(),
    updated_at: new Date(row.createdAt + row.minutes * MINUTE_MS).toISOString(),
  });
}

/** What the platform lists for the bench's workspace, as the sidecar reads it. */
async function listed({ common }: Bench): Promise<Listing> {
  const request = delegationsRequest(common.workspaceId);
  const outcome = await common.sender.send(request, { signal: never });
  assert(outcome.kind === "ok" && Array.isArray(outcome.body));
  return readListing(outcome.body, common.workspaceId);
}

Deno.test("readListing() gives the result of a ledger row, which ended when it was updated (D24)", () => {
  assertEquals(readListing([exampleLedgerRow()], OWN_ID), {
    results: [exampleResult({ summary: "Dig a hole", changedAt: Date.UTC(2026, 4, 3) })],
    queued: [],
    foreign: [],
    malformed: 0,
  });
});

for (const status of ["stuck", "error", "timeout", "cancelled", "rejected"] as const) {
  Deno.test(`readListing() gives a result when a delegation is ${status} (D24)`, () => {
    const row = exampleLedgerRow({ status, response_preview: undefined, error: "no shovel" });
    const { results } = readListing([row], OWN_ID);
    assertEquals(results.map(({ status, error }) => [status, error]), [[status, "no shovel"]]);
  });
}

Deno.test("readListing() gives a stuck delegation another result when it completes after all (D24)", () => {
  const keys = ["stuck", "completed"].flatMap((status) =>
    readListing([exampleLedgerRow({ status })], OWN_ID).results.map(resultKey)
  );
  assertEquals(keys, ["stuck d1", "completed d1"]);
});

for (const status of TERMINAL_STATUSES) {
  Deno.test(`readListing() does not say stuck of a delegation that the same listing calls ${status} (D24)`, () => {
    const rows = [exampleLedgerRow({ status: "stuck" }), exampleLedgerRow({ status })];
    for (const order of [rows, rows.toReversed()]) {
      const { results } = readListing(order, OWN_ID);
      assertEquals(results.map((result) => result.status), [status]);
    }
  });
}

Deno.test("readListing() says stuck of a delegation when another one has ended (D24)", () => {
  const rows = [
    exampleLedgerRow({ delegation_id: "d2", status: "stuck" }),
    exampleLedgerRow(),
  ];
  assertEquals(readListing(rows, OWN_ID).results.map(resultKey), ["completed d1", "stuck d2"]);
});

Deno.test("readListing() gives each end, and stuck or queued only what has none, whatever a ledger holds (D24)", () => {
  fc.assert(fc.property(anyLedger, (rows) => {
    const { results, queued, foreign, malformed } = readListing(rows.map(wireRow), OWN_ID);
    const ends = new Set<string>(TERMINAL_STATUSES);
    const ended = new Set(rows.filter(({ status }) => ends.has(status)).map(({ id }) => id));
    const ofStatus = (wanted: (status: string) => boolean) =>
      rows.filter(({ status }) => wanted(status));
    const keys = new Set([
      ...ofStatus((status) => ends.has(status)).map(({ id, status }) => `${status} ${id}`),
      ...ofStatus((status) => status === "stuck")
        .filter(({ id }) => !ended.has(id))
        .map(({ id }) => `stuck ${id}`),
    ]);
    assertEquals(results.map(resultKey).toSorted(), [...keys].toSorted());
    const waiting = ofStatus((status) => status === "queued").filter(({ id }) => !ended.has(id));
    assertEquals(
      queued.toSorted((a, b) => a.delegationId < b.delegationId ? -1 : 1),
      [...new Set(waiting.map(({ id }) => id))].toSorted().map((delegationId) => ({
        delegationId,
        since: Math.min(
          ...waiting.filter(({ id }) => id === delegationId).map(({ createdAt }) => createdAt),
        ),
      })),
    );
    assertEquals([foreign, malformed], [[], 0]);
  }));
});

Deno.test("readListing() gives a result the time of its youngest row, in whichever order they are", () => {
  fc.assert(fc.property(
    fc.array(fc.option(fc.nat()), { minLength: 1, maxLength: 4 }),
    fc.boolean(),
    (times, hasPreview) => {
      const rows = times.map((time, index) =>
        exampleRow({
          created_at: time === null ? null : new Date(time).toISOString(),
          response_preview: hasPreview && index === 0 ? "done" : "",
        })
      );
      const sound = times.filter((time) => time !== null);
      const newest = sound.length === 0 ? undefined : Math.max(...sound);
      const { results } = readListing(rows, OWN_ID);
      assertEquals(results.map(({ changedAt }) => changedAt), [newest]);
    },
  ));
});

Deno.test("readListing() says nothing of a delegation to this workspace, with or without a direction (D14)", () => {
  const received = { source_id: OTHER_ID, target_id: OWN_ID.toUpperCase() };
  for (const direction of ["received", "", undefined]) {
    assertEquals(
      readListing([exampleLedgerRow({ ...received, direction })], OWN_ID),
      { results: [], queued: [], foreign: [], malformed: 0 },
    );
  }
});

Deno.test("readListing() reports a row that another workspace is said to have sent, but not to us (D14)", () => {
  const table: [direction: string | undefined, target_id: string][] = [
    [undefined, OTHER_ID],
    ["sent", OTHER_ID],
    ["sent", OWN_ID],
  ];
  for (const [direction, target_id] of table) {
    const row = exampleLedgerRow({ source_id: OTHER_ID, target_id, direction });
    assertEquals(
      readListing([row], OWN_ID).foreign,
      [{ delegationId: "d1", sourceId: OTHER_ID }],
    );
  }
});

Deno.test("readListing() gives the result of a delegation from this workspace to itself", () => {
  for (const direction of ["sent", undefined]) {
    const { results } = readListing([exampleLedgerRow({ target_id: OWN_ID, direction })], OWN_ID);
    assertEquals(results.map(resultKey), ["completed d1"]);
  }
});

/** The two rows of a delegation whose target is at capacity (contract 3.2), the younger first. */
const QUEUED = [
  exampleRow({
    status: "queued",
    summary: "Delegation queued — target at capacity",
    response_preview: '{"queued": true, "delegation_id": "d1"}',
    created_at: "1970-01-01T00:02:00Z",
  }),
  exampleRow({ status: "queued", response_preview: undefined, created_at: "1970-01-01T00:01:00Z" }),
];

Deno.test("readListing() gives a queued delegation once, since the older of its rows", () => {
  for (const rows of [QUEUED, QUEUED.toReversed()]) {
    assertEquals(
      readListing(rows, OWN_ID),
      {
        results: [],
        queued: [{ delegationId: "d1", since: MINUTE_MS }],
        foreign: [],
        malformed: 0,
      },
    );
  }
});

Deno.test("readListing() gives the oldest queued delegation first", () => {
  const rows = ["d3", "d2", "d1"].map((delegation_id) =>
    exampleLedgerRow({ delegation_id, status: "queued" })
  );
  const { queued } = readListing(rows, OWN_ID);
  assertEquals(queued.map(({ delegationId }) => delegationId), ["d1", "d2", "d3"]);
});

Deno.test("readListing() does not give a queued delegation that says of no sound time when it was made", () => {
  const rows = [null, "soon", "0001-01-01T00:00:00Z"].map((created_at, index) =>
    exampleLedgerRow({ delegation_id: `d${index}`, status: "queued", created_at })
  );
  assertEquals(readListing(rows, OWN_ID).queued, []);
});

Deno.test("readListing() does not give queued delegations of others", () => {
  const rows = [
    exampleLedgerRow({ status: "queued", source_id: OTHER_ID }),
    exampleLedgerRow({ status: "queued", source_id: OTHER_ID, direction: "received" }),
    exampleLedgerRow({ status: "queued", delegation_id: "" }),
  ];
  assertEquals(readListing(rows, OWN_ID).queued, []);
});

Deno.test("readListing() does not take a queued row's preview for a reply", () => {
  const bare = exampleRow({ response_preview: undefined });
  for (const rows of [[...QUEUED, bare], [bare, ...QUEUED]]) {
    const { results } = readListing(rows, OWN_ID);
    assertEquals(results.map(({ responsePreview }) => responsePreview), [""]);
  }
});

Deno.test("the platform's ledger is read: ended, stuck and queued rows of ours, and nothing of others (D24)", async () => {
  await using bench = await startBench();
  const { platform, workspace } = bench;
  const createdAt = Date.now() - 10 * MINUTE_MS;
  const put = (delegationId: string, status: string, more: { from?: string } = {}) =>
    workspace.putLedgerRow({ delegationId, status, createdAt, ...more });
  put("done", "in_progress");
  put("done", "completed");
  put("broken", "failed");
  put("lost", "stuck");
  put("waiting", "queued");
  put("open", "delivered");
  put("theirs", "completed", { from: platform.addWorkspace().id });
  const { results, queued, foreign, malformed } = await listed(bench);
  assertEquals(results.map(resultKey), ["completed done", "failed broken", "stuck lost"]);
  assertEquals(queued, [{ delegationId: "waiting", since: createdAt }]);
  assertEquals([foreign, malformed], [[], 0]);
});

Deno.test("the platform's ledger says when a delegation ended, not when it was delegated", async () => {
  await using bench = await startBench();
  const row = { delegationId: "d1", createdAt: Date.now() - 10 * MINUTE_MS };
  bench.workspace.putLedgerRow({ ...row, status: "dispatched" });
  const before = Date.now();
  bench.workspace.putLedgerRow({ ...row, status: "completed" });
  const [result] = (await listed(bench)).results;
  // The platform's clock may run some milliseconds apart from ours.
  assert(Math.abs((result?.changedAt ?? 0) - before) < MINUTE_MS);
});

Deno.test("the platform's queued delegation is given until its queue is drained", async () => {
  await using bench = await startBench();
  const { workspace } = bench;
  const id = workspace.delegate({ to: OTHER_ID });
  workspace.queueDelegation(id);
  const before = await listed(bench);
  workspace.drainDelegation(id, "At last");
  const after = await listed(bench);
  assertEquals(before.queued.map(({ delegationId }) => delegationId), [id]);
  assertEquals([before.results, after.queued], [[], []]);
  assertEquals(after.results.map(({ responsePreview }) => responsePreview), ["At last"]);
});
