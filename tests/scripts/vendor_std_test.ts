import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { exists } from "@std/fs";
import { IMPORTED, VERSIONS } from "../../scripts/vendor_std/pins.ts";
import {
  deno,
  denoConfig,
  fakeNpm,
  type Outcome,
  packs,
  setup,
  withProject,
} from "./_setup_project.ts";

const STD = "vendor/jsr.io/@std";

/** Asserts that setup failed for this reason and left nothing behind. */
async function assertFailedCleanly(dir: string, outcome: Outcome, reason: string): Promise<void> {
  assertEquals(outcome.code, 1);
  assertMatch(
    outcome.stderr,
    /^error: Cannot fill vendor\/ .* http:\/\/127\.0\.0\.1:1 does not answer: /m,
  );
  assertStringIncludes(outcome.stderr, reason);
  assertEquals(await exists(`${dir}/vendor`), false);
  assertEquals(await exists(`${dir}/build`), false);
}

Deno.test("deno.json pins the std versions that setup vendors", async () => {
  const { imports } = await denoConfig();
  const pinned = Object.entries(imports).filter(([name]) => name.startsWith("@std/"));
  assertEquals(
    Object.fromEntries(pinned),
    Object.fromEntries(
      IMPORTED.map((name) => [`@std/${name}`, `jsr:@std/${name}@${VERSIONS.get(name)}`]),
    ),
  );
});

Deno.test("setup makes modules that check and run without JSR, and then does nothing", async () => {
  await withProject(async (dir) => {
    const built = await setup(dir);
    assertEquals(built.code, 0, built.stderr);
    await Deno.writeTextFile(`${dir}/main.ts`, PROGRAM);
    const cold = { DENO_DIR: `${dir}/deno_dir`, PATH: `${dir}/nothing` };
    const ran = await deno(
      dir,
      ["run", "--check", "--cached-only", "--allow-read", "main.ts"],
      cold,
    );
    assertEquals(ran, { code: 7, stderr: ran.stderr }, ran.stderr);

    await Deno.writeTextFile(`${dir}/wrong.ts`, WRONG_PROGRAM);
    const wrong = await deno(dir, ["check", "wrong.ts"], cold);
    assertStringIncludes(wrong.stderr, "Found 5 errors");

    const again = await setup(dir, { PATH: `${dir}/nothing` }); // would fail if it needed npm
    assertEquals(again.code, 0, again.stderr);
    assertEquals(await exists(`${dir}/build`), false);
  });
});

const PROGRAM = `
import { assertEquals } from "@std/assert";
import { existsSync } from "@std/fs";
import { BaseHandler, Logger } from "@std/log";
import { spy, stub } from "@std/testing/mock";
import { FakeTime } from "@std/testing/time";
import { parse } from "@std/yaml";

using time = new FakeTime();
const late = spy();
setTimeout(late, 1000);
await time.tickAsync(1000);
const code = { of: () => 1 };
using _stubbed = stub(code, "of", () => 7);
const lines: string[] = [];
class Kept extends BaseHandler {
  log(line: string) { lines.push(line); }
}
new Logger("t", "INFO", { handlers: [new Kept("INFO", { formatter: (r) => r.msg })] }).info("said");
assertEquals([late.calls.length, lines, existsSync("deno.json"), parse("a: [1]")],
  [1, ["said"], true, { a: [1] }]);
Deno.exit(code.of());
`;

const WRONG_PROGRAM = `
import { assertEquals } from "@std/assert";
import { exists } from "@std/fs";
import { getLogger } from "@std/log";
import { spy } from "@std/testing/mock";
import { parse } from "@std/yaml";
assertEquals();
exists(1);
getLogger(2);
spy(3, 4, 5, 6);
parse(7);
`;

Deno.test("setup makes a stale vendor folder anew, even when two run at once", async () => {
  await withProject(async (dir) => {
    await Deno.mkdir(`${dir}/${STD}/old`, { recursive: true });
    await Deno.writeTextFile(`${dir}/${STD}/.from-npm`, "another recipe");
    const outcomes = await Promise.all([setup(dir), setup(dir)]);
    assertEquals(outcomes.map(({ code }) => code), [0, 0], outcomes[0].stderr + outcomes[1].stderr);
    assertEquals(await exists(`${dir}/${STD}/old`), false);
    assertEquals(await exists(`${dir}/${STD}/yaml/meta.json`), true);
    assertEquals(await exists(`${dir}/build`), false);
  });
});

/** A vendor folder as Deno or an earlier setup left it: each package that the project imports. */
async function vendored(dir: string): Promise<void> {
  for (const name of IMPORTED) {
    await Deno.mkdir(`${dir}/${STD}/${name}`, { recursive: true });
    await Deno.writeTextFile(`${dir}/${STD}/${name}/meta.json`, "{}");
  }
}

Deno.test("setup keeps a stale vendor folder when it cannot make a new one", async () => {
  await withProject(async (dir) => {
    await vendored(dir);
    await Deno.writeTextFile(`${dir}/${STD}/.from-npm`, "another recipe");
    assertEquals((await setup(dir, { PATH: `${dir}/nothing` })).code, 1);
    assertEquals(await exists(`${dir}/${STD}/yaml/meta.json`), true);
  });
});

Deno.test("setup takes a vendor folder that Deno made, unless a package is missing", async () => {
  await withProject(async (dir) => {
    const env = { PATH: `${dir}/nothing` };
    await vendored(dir);
    assertEquals((await setup(dir, env)).code, 0);
    await Deno.remove(`${dir}/${STD}/yaml/meta.json`);
    assertEquals((await setup(dir, env)).code, 1);
  });
});

Deno.test("setup says to install npm when it is not on PATH", async () => {
  await withProject(async (dir) => {
    const outcome = await setup(dir, { PATH: `${dir}/nothing` });
    await assertFailedCleanly(dir, outcome, "npm is not on PATH: install npm");
  });
});

Deno.test("setup says why npm failed when the registry is down", async () => {
  await withProject(async (dir) => {
    const env = await fakeNpm(dir, "echo 'npm error connect ECONNREFUSED' >&2; exit 1");
    const reason = "'npm pack' failed (npm error connect ECONNREFUSED): see that the registry";
    await assertFailedCleanly(dir, await setup(dir, env), reason);
  });
});

Deno.test("setup refuses a tarball that is not the pinned one", async () => {
  await withProject(async (dir) => {
    const outcome = await setup(dir, await fakeNpm(dir, packs("changed")));
    await assertFailedCleanly(
      dir,
      outcome,
      "the tarball of windmill-cli@1.596.0 is not the pinned",
    );
  });
});

Deno.test("setup leaves no vendor folder when a tarball cannot be unpacked", async () => {
  await withProject(async (dir) => {
    const bytes = new TextEncoder().encode("no tarball");
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-512", bytes)).toBase64();
    const pins = `${dir}/scripts/vendor_std/pins.ts`;
    const text = await Deno.readTextFile(pins);
    await Deno.writeTextFile(pins, text.replaceAll(/sha512-[^"]+/g, `sha512-${hash}`));
    const outcome = await setup(dir, await fakeNpm(dir, packs("no tarball")));
    await assertFailedCleanly(dir, outcome, "'tar -xzf' failed (");
  });
});

Deno.test("setup leaves everything alone when JSR answers", async () => {
  const asked: string[] = [];
  await using jsr = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    asked.push(`${request.method} ${new URL(request.url).pathname}`);
    return new Response();
  });
  await withProject(async (dir) => {
    const env = { JSR_URL: `http://127.0.0.1:${jsr.addr.port}`, PATH: `${dir}/nothing` };
    assertEquals((await setup(dir, env)).code, 0);
    assertEquals(await exists(`${dir}/vendor`), false);
    assertEquals(asked, ["HEAD /@std/yaml/meta.json"]);
  });
});

Deno.test("setup takes a redirect for a login page, not for JSR", async () => {
  await using jsr = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    ({ url }) =>
      url.endsWith("/login") ? new Response() : Response.redirect(new URL("/login", url)),
  );
  await withProject(async (dir) => {
    const env = { JSR_URL: `http://127.0.0.1:${jsr.addr.port}`, PATH: `${dir}/nothing` };
    const { code, stderr } = await setup(dir, env);
    assertEquals(code, 1);
    assert(stderr.includes(`${env.JSR_URL} does not answer`), stderr);
  });
});
