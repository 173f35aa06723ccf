import { assertEquals, assertStringIncludes } from "@std/assert";
import { makeReportFolder, type ReportText, untimed } from "./_report.ts";

/** What is set, and what stands in the report then beside what stood there. */
const SET: readonly (readonly [args: readonly string[], changes: ReportText])[] = [
  [["requests_total=9007199254740991"], { requests_total: 9007199254740991 }],
  [["errors_total=0"], { errors_total: 0 }],
  [["active_tasks=2147483647"], { active_tasks: 2147483647 }],
  [["active_tasks=007"], { active_tasks: 7 }],
  [["idle_timeout_seconds=-1"], { idle_timeout_seconds: -1 }],
  [["idle_timeout_seconds=600"], { idle_timeout_seconds: 600 }],
  [["monthly_spend=1250"], { monthly_spend: 1250 }],
  [["pid=1"], { pid: 1 }],
  [["current_task=Counting ducks"], { current_task: "Counting ducks" }],
  [["current_task=a=b=="], { current_task: "a=b==" }],
  [["current_task=true"], { current_task: "true" }],
  [["current_task= "], { current_task: " " }],
  [["sample_error=42"], { sample_error: "42" }],
  [["sample_error=first\nsecond=2"], { sample_error: "first\nsecond=2" }],
  [["wedged=another reason"], { wedged: "another reason" }],
  [["--", "wedged=--"], { wedged: "--" }],
  [["active_tasks=1", "active_tasks=2"], { active_tasks: 2 }],
  [[" pid =5"], { pid: 5 }],
  [["capabilities.session=true"], { capabilities: { fly: 1, retry: true, session: true } }],
  [["capabilities.retry=false"], { capabilities: { fly: 1, retry: false } }],
  [["capabilities.retry="], { capabilities: { fly: 1, retry: null } }],
  [
    ["capabilities.session=true", "pid=7", "capabilities.heartbeat=false", "current_task="],
    {
      capabilities: { fly: 1, retry: true, session: true, heartbeat: false },
      pid: 7,
      current_task: null,
    },
  ],
  [
    ["requests_total=", "errors_total=", "sample_error=", "wedged=", "pid="],
    { requests_total: null, errors_total: null, sample_error: null, wedged: null, pid: null },
  ],
  [["active_tasks=", "idle_timeout_seconds=", "monthly_spend="], {
    active_tasks: null,
    idle_timeout_seconds: null,
    monthly_spend: null,
  }],
];

const BEFORE: ReportText = {
  requests_total: 4,
  errors_total: 2,
  sample_error: "no ducks",
  active_tasks: 1,
  current_task: "Feeding",
  wedged: "no pond",
  capabilities: { fly: 1, retry: true },
  pond: "deep",
};

for (const [args, changes] of SET) {
  Deno.test(`report set ${JSON.stringify(args)} sets this and nothing else`, async () => {
    await using folder = await makeReportFolder();
    await folder.write(BEFORE);
    assertEquals(untimed(await folder.change("set", ...args)), { ...BEFORE, ...changes });
  });
}

for (
  const [text, value] of [["2020-01-02T03:04:05+01:00", undefined], ["1577934245.5", 1577934245.5]]
) {
  Deno.test(`report set updated_at=${text} says when it was changed instead of the clock`, async () => {
    await using folder = await makeReportFolder();
    assertEquals(await folder.change("set", `updated_at=${text}`), { updated_at: value ?? text });
  });
}

Deno.test("report set updated_at= lets the report not say when it was changed", async () => {
  await using folder = await makeReportFolder();
  assertEquals(await folder.change("set", "updated_at="), { updated_at: null });
});

Deno.test("report set begins a report where there is none", async () => {
  await using folder = await makeReportFolder();
  const report = await folder.change("set", "capabilities.session=true");
  assertEquals(untimed(report), { capabilities: { session: true } });
});

Deno.test("report set cuts a text of 100 000 characters as the other verbs do", async () => {
  await using folder = await makeReportFolder();
  const { current_task } = await folder.change("set", `current_task=${"x".repeat(100_000)}`);
  const { sample_error } = await folder.change("error", "x".repeat(100_000));
  assertEquals(current_task, sample_error);
});

const COUNT = "expected a whole number from 0 to 9007199254740991: current value is ";
const INT32 = "to 2147483647: current value is ";
const FIELDS = "expected requests_total, errors_total, sample_error, active_tasks, current_task, " +
  "wedged, idle_timeout_seconds, monthly_spend, pid, updated_at, capabilities.heartbeat, " +
  "capabilities.scheduler, capabilities.session, capabilities.status_mgmt, capabilities.retry, " +
  "capabilities.activity_decoration, capabilities.channel_dispatch";

/** What cannot be set, and what is said of it. */
const NOT_SET: readonly (readonly [args: readonly string[], says: string])[] = [
  [["requests_total=-1"], `Cannot set 'requests_total': ${COUNT}-1`],
  [["requests_total=9007199254740992"], `Cannot set 'requests_total': ${COUNT}9007199254740992`],
  [["errors_total=1.5"], `Cannot set 'errors_total': ${COUNT}1.5`],
  [["errors_total=1e3"], `Cannot set 'errors_total': ${COUNT}text of 3 characters`],
  [["monthly_spend=12 cents"], `Cannot set 'monthly_spend': ${COUNT}text of 8 characters`],
  [["monthly_spend=true"], `Cannot set 'monthly_spend': ${COUNT}true`],
  [
    ["active_tasks=2147483648"],
    `'active_tasks': expected a whole number from 0 ${INT32}2147483648`,
  ],
  [["active_tasks=many"], `expected a whole number from 0 ${INT32}text of 4 characters`],
  [["active_tasks=null"], `expected a whole number from 0 ${INT32}text of 4 characters`],
  [["pid=0"], `Cannot set 'pid': expected a whole number from 1 ${INT32}0`],
  [["idle_timeout_seconds=10m"], `expected a whole number from -2147483647 ${INT32}text of 3`],
  [
    ["capabilities.session=yes"],
    "Cannot set 'capabilities.session': expected true or false: current",
  ],
  [["capabilities.retry=1"], "'capabilities.retry': expected true or false: current value is 1"],
  [["capabilities.fly=true"], `Unknown field 'capabilities.fly': ${FIELDS}`],
  [["capabilities.=true"], `Unknown field 'capabilities.': ${FIELDS}`],
  [["capabilities.constructor=true"], "Unknown field 'capabilities.constructor': expected"],
  [["capabilities=true"], `Unknown field 'capabilities': ${FIELDS}`],
  [["capabilities="], "Unknown field 'capabilities': expected"],
  [["updated_at=yesterday"], "Cannot set 'updated_at': expected an RFC 3339 time with its zone"],
  [["updated_at=-5"], "Cannot set 'updated_at': expected an RFC 3339 time with its zone"],
  [
    ["updated_at=true"],
    "Cannot set 'updated_at': expected an RFC 3339 time with its zone, such as",
  ],
  [["pond=deep"], `Unknown field 'pond': ${FIELDS}`],
  [["__proto__=1"], "Unknown field '__proto__': expected"],
  [["PID=1"], "Unknown field 'PID': expected"],
  [["=1"], "Unknown field '': expected"],
  [["pid"], "Cannot set 'pid': expected KEY=VALUE"],
  [[""], "Cannot set '': expected KEY=VALUE"],
  [["a\nb\u001b[31m=1"], "Unknown field 'a b[31m': expected"],
  [["x".repeat(5000)], `Cannot set '${"x".repeat(60)}': expected KEY=VALUE`],
  [["active_tasks=1", "pid=0"], "Cannot set 'pid': expected"],
  [["active_tasks=1", "pond=deep"], "Unknown field 'pond': expected"],
];

for (const [args, says] of NOT_SET) {
  Deno.test(`report set ${JSON.stringify(args).slice(0, 60)} writes nothing, and names the field and what is allowed`, async () => {
    await using folder = await makeReportFolder();
    await folder.write(BEFORE);
    const { code, lines, stderr, stdout } = await folder.run("set", ...args);
    assertEquals([code, stdout, lines.length], [64, "", 1], stderr);
    assertStringIncludes(stderr, says);
    assertEquals([await folder.written(), await folder.names()], [BEFORE, ["report.json"]]);
  });
}
