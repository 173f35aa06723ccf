import { assert, assertEquals, assertMatch } from "@std/assert";
import { VERSION } from "../../lib/version.ts";
import { Document } from "./_document.ts";
import { startUser } from "./_user.ts";

const DOCUMENT = await Document.read("CONTRIBUTING.md");
const CHANGELOG = await Document.read("CHANGELOG.md");
const SECURITY = await Document.read("SECURITY.md");
const CONFIG = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));

// .ci/run runs each of its parts, this test among them.
assertEquals(DOCUMENT.take("Contributing", "sh"), "deno task ok\n");
const ONE_FILE = DOCUMENT.take("Contributing", "sh");

Deno.test("CONTRIBUTING.md has no block that no test runs", () => {
  assertEquals(DOCUMENT.untaken, []);
});

Deno.test("CONTRIBUTING.md says how one file of tests is run", async () => {
  await using user = await startUser();
  const { code, stderr, stdout } = await user.run(ONE_FILE);
  assertEquals(code, 0, [...stdout, ...stderr].join("\n"));
  assert(stdout.some((line) => / passed .*\| 0 failed/.test(line)), stdout.join("\n"));
});

Deno.test("CONTRIBUTING.md, README and CHANGELOG name only tasks that there are", () => {
  for (const { text } of [DOCUMENT, CHANGELOG, SECURITY]) {
    for (const [, task = ""] of text.matchAll(/deno task ([a-z:]+)/g)) {
      assert(task in CONFIG.tasks, task);
    }
  }
});

Deno.test("CHANGELOG.md keeps to its form", () => {
  const releases = [...CHANGELOG.text.matchAll(/^## (.*)$/gm)].map(([, heading = ""]) => heading);
  assertEquals(releases[0], "[Unreleased]");
  for (const heading of releases.slice(1)) {
    assertMatch(heading, /^\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d$/);
  }
  const kinds = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security", "File formats"];
  for (const [, kind = ""] of CHANGELOG.text.matchAll(/^### (.*)$/gm)) {
    assert(kinds.includes(kind), kind);
  }
});

Deno.test("deno.json, lib/version.ts and CHANGELOG.md know of the same version", () => {
  assertEquals(CONFIG.version, VERSION);
  assert(CHANGELOG.text.includes(VERSION));
});

Deno.test("SECURITY.md invents no address", () => {
  assertEquals(SECURITY.text.match(/[\w.+-]+@[\w-]+\.\w+|mailto:/g), null);
});
