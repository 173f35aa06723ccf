import { assert, assertEquals } from "@std/assert";
import { ROUTE_NAMES } from "../../scripts/dev_platform/route_name.ts";
import { startDevPlatform } from "../../scripts/dev_platform/mod.ts";
import { makeTempDir, testWithPrograms } from "../support/mod.ts";
import { Document } from "./_document.ts";
import { startUser } from "./_user.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const DOCUMENT = await Document.read("docs/adapters.md");
const START = DOCUMENT.take("Start it", "sh");
const SCRIPT = DOCUMENT.take("A whole test", "bash");
const TEST = DOCUMENT.take("A whole test", "python");
const RUN = DOCUMENT.take("A whole test", "sh");

Deno.test("docs/adapters.md has no block that no test runs", () => {
  assertEquals(DOCUMENT.untaken, []);
});

Deno.test("docs/adapters.md starts a platform that prints a workspace and its token", async () => {
  await using user = await startUser();
  await using process = user.start(`exec ${START.replace("8080", "0")}`);
  await process.waitForOutput(/^MOLECULE_WORKSPACE_TOKEN=./);
  assert(process.stdout.some((line) => /^PLATFORM_URL=http:\/\/127\.0\.0\.1:\d+$/.test(line)));
  assert(process.stdout.some((line) => /^WORKSPACE_ID=[\w-]+$/.test(line)));
  await process.stop();
});

/** What stands in the backquotes of a cell. */
function quoted(cell: string): string {
  return /`([^`]*)`/.exec(cell)?.[1] ?? "";
}

Deno.test("docs/adapters.md lists controls that the platform takes, with bodies that it reads", async () => {
  await using platform = await startDevPlatform();
  const workspace = platform.addWorkspace();
  for (const id of ["d1", "d2"]) workspace.delegate({ id });
  const bodies = DOCUMENT.column("Control it", { column: 1 }).map(quoted);
  for (const [row, cell] of DOCUMENT.column("Control it").entries()) {
    const [method = "", path = ""] = quoted(cell).split(" ");
    const body = bodies[row] || null;
    const answer = await fetch(platform.url + path.replace(":id", workspace.id), { method, body });
    assertEquals([answer.status, await answer.text()].slice(0, 1), [200], `${cell} ${body}`);
  }
});

Deno.test("docs/adapters.md lists every control that mod.ts does", async () => {
  const source = await Deno.readTextFile(`${ROOT}scripts/dev_platform/mod.ts`);
  const controls = [...source.matchAll(/\| `(\w+ \/_dev\/[^`?]+)/g)].map(([, name = ""]) => name);
  const listed = DOCUMENT.column("Control it").map((cell) => quoted(cell).replace(/\?.*/, ""));
  assertEquals(listed.toSorted(), controls.toSorted());
});

Deno.test("docs/adapters.md lists faults that the platform takes, of every kind that JSON can say", async () => {
  await using platform = await startDevPlatform();
  const faults = DOCUMENT.column("Make it fail").map((cell) => JSON.parse(quoted(cell)));
  for (const fault of faults) {
    const answer = await fetch(`${platform.url}/_dev/faults`, {
      method: "POST",
      body: JSON.stringify({ route: "heartbeat", fault, times: 1 }),
    });
    assertEquals([answer.status, await answer.json()], [200, { route: "heartbeat" }]);
  }
  const source = await Deno.readTextFile(`${ROOT}scripts/dev_platform/fault.ts`);
  const kinds = [...source.matchAll(/kind: "([a-z]+)"/g)].map(([, kind]) => kind);
  const listed = [...faults.map(({ kind }) => kind), "handle"]; // only in-process
  assertEquals(listed.toSorted(), kinds.toSorted());
});

Deno.test("docs/adapters.md names routes that there are", () => {
  const [, list = ""] = /takes a `route` \(([^)]*)\)/.exec(DOCUMENT.text) ?? [];
  const routes = [...list.matchAll(/`([\w-]+)`/g)].map(([, route = ""]) => route);
  const unknown = routes.filter((route) => !ROUTE_NAMES.some((name) => name === route));
  assertEquals([routes.length > 5, unknown], [true, []]);
});

const programs = ["python3", "bash"];

/** Runs the whole test, with what its Python holds changed. */
async function wholeTest(change: (test: string) => string): Promise<[number, string]> {
  await using dir = await makeTempDir();
  await Deno.writeTextFile(`${dir.path}/test_adapter.sh`, SCRIPT);
  await Deno.writeTextFile(`${dir.path}/test_adapter.py`, change(TEST));
  await using user = await startUser();
  const { code, stderr, stdout } = await user.run(
    RUN.replaceAll("test_adapter.", `${dir.path}/test_adapter.`),
  );
  return [code, [...stdout, ...stderr].join("\n")];
}

testWithPrograms("docs/adapters.md shows a whole test, which passes", {
  programs,
  async fn() {
    const [code, said] = await wholeTest((test) => test);
    assertEquals(code, 0, said);
    assert(said.includes("The adapter takes results, reports, and survives"), said);
  },
});

testWithPrograms(
  "docs/adapters.md shows a whole test, which fails with an adapter that loses results",
  {
    programs,
    async fn() {
      const [code, said] = await wholeTest((test) => {
        const broken = test.replace("return lines", "return []");
        assert(broken !== test);
        return broken;
      });
      assertEquals(code, 1, said);
      assert(said.includes("AssertionError"), said);
    },
  },
);
