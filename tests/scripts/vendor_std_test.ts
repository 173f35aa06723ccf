import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { exists } from "@std/fs";
import { IMPORTED, TARBALLS, VERSIONS } from "../../scripts/vendor_std/pins.ts";
import {
  ALONE,
  deno,
  denoConfig,
  fakeNpm,
  type Outcome,
  packs,
  pin,
  setup,
  standIn,
  withProject,
  withRegistry,
} from "./_setup_project.ts";
import { bytesOf, gzip, tarArchive } from "./vendor_std/_tar_archive.ts";

const STD = "vendor/jsr.io/@std";

/** Asserts that setup failed for these reasons, in one line, and left nothing behind. */
async function assertFailedCleanly(
  dir: string,
  { code, stderr }: Outcome,
  ...reasons: string[]
): Promise<void> {
  assertEquals(code, 1);
  const lines = stderr.trim().split("\n").filter((line) => !line.startsWith("Task setup "));
  assertEquals(lines.length, 1, stderr);
  assertMatch(
    stderr,
    /^error: Cannot fill vendor\/ .* http:\/\/127\.0\.0\.1:1 does not answer: /m,
  );
  for (const reason of reasons) assertStringIncludes(stderr, reason);
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

Deno.test("setup makes modules that check and run, with an npm registry and Deno alone", async () => {
  await withProject(async (dir) => {
    const built = await setup(dir, { PATH: `${dir}/nothing` });
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

Deno.test("setup makes a stale vendor folder anew, even when several run at once", async () => {
  await withProject(async (dir) => {
    await Deno.mkdir(`${dir}/${STD}/old`, { recursive: true });
    await Deno.writeTextFile(`${dir}/${STD}/.from-npm`, "another recipe");
    const bytes = await standIn();
    await pin(dir, bytes);
    await withRegistry(() => new Response(bytes), async (NPM_CONFIG_REGISTRY) => {
      const env = { ...ALONE, NPM_CONFIG_REGISTRY };
      const outcomes = await Promise.all(Array.from({ length: 4 }, () => setup(dir, env)));
      for (const { code, stderr } of outcomes) assertEquals(code, 0, stderr);
    });
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
    assertEquals((await setup(dir, ALONE)).code, 1);
    assertEquals(await exists(`${dir}/${STD}/yaml/meta.json`), true);
  });
});

Deno.test("setup takes a vendor folder that Deno made, unless a package is missing", async () => {
  await withProject(async (dir) => {
    await vendored(dir);
    assertEquals((await setup(dir, ALONE)).code, 0);
    await Deno.remove(`${dir}/${STD}/yaml/meta.json`);
    assertEquals((await setup(dir, ALONE)).code, 1);
  });
});

Deno.test("setup asks the registry for what is pinned, and then for nothing more", async () => {
  await withProject(async (dir) => {
    const bytes = await standIn();
    await pin(dir, bytes);
    await withRegistry(() => new Response(bytes), async (NPM_CONFIG_REGISTRY, asked) => {
      const env = { ...ALONE, NPM_CONFIG_REGISTRY };
      for (const time of ["first", "second"]) {
        const { code, stderr } = await setup(dir, env);
        assertEquals(code, 0, `${time}: ${stderr}`);
      }
      const tarballs = TARBALLS.map(({ spec }) => spec.split("@"));
      const paths = tarballs.map(([name, version]) => `/npm/${name}/-/${name}-${version}.tgz`);
      assertEquals(asked, paths);
    });
    const filesOf = (name: string) =>
      Array.from(
        Deno.readDirSync(`${dir}/${STD}/${name}/${VERSIONS.get(name)}`),
        ({ name }) => name,
      ).sort();
    assertEquals(filesOf("fs"), ["mock.js", "mod.js", "tree.js"]);
    assertEquals(filesOf("data-structures"), ["tree.js"]);
    assertEquals(filesOf("testing"), ["mock.d.ts", "mock.js", "mod.js", "time.d.ts", "tree.js"]);
    assertEquals(await exists(`${dir}/build`), false);
  });
});

Deno.test("setup takes the tarballs from npm when it may not ask the registry", async () => {
  await withProject(async (dir) => {
    const bytes = await standIn();
    await pin(dir, bytes);
    await Deno.writeFile(`${dir}/stand_in.tgz`, bytes);
    const npm = await fakeNpm(dir, packs(`${dir}/stand_in.tgz`));
    const outcome = await setup(dir, { ...npm, NPM_CONFIG_REGISTRY: "https://npm.test" });
    assertEquals(outcome.code, 0, outcome.stderr);
    assertEquals(await exists(`${dir}/${STD}/yaml/meta.json`), true);
    assertEquals(await exists(`${dir}/build`), false);
  });
});

Deno.test("setup takes the tarballs from npm when the registry asks for credentials", async () => {
  await withProject(async (dir) => {
    const bytes = await standIn();
    await pin(dir, bytes);
    await Deno.writeFile(`${dir}/stand_in.tgz`, bytes);
    const npm = await fakeNpm(dir, packs(`${dir}/stand_in.tgz`));
    const refused = () => new Response("log in first", { status: 401 });
    await withRegistry(refused, async (NPM_CONFIG_REGISTRY, asked) => {
      const outcome = await setup(dir, { ...npm, NPM_CONFIG_REGISTRY });
      assertEquals(outcome.code, 0, outcome.stderr);
      assertEquals(asked.length, 1);
    });
    assertEquals(await exists(`${dir}/${STD}/yaml/meta.json`), true);
  });
});

Deno.test("setup says what to do when the registry is down and npm is not there", async () => {
  await withProject(async (dir) => {
    await assertFailedCleanly(
      dir,
      await setup(dir, ALONE),
      "127.0.0.1:1 does not give /windmill-cli/-/windmill-cli-1.596.0.tgz (",
      "), and npm is not on PATH: see that the registry can be reached; if it asks for",
      "Then run 'deno task setup' again",
    );
  });
});

Deno.test("setup says what to allow when it may not ask the registry and npm is not there", async () => {
  await withProject(async (dir) => {
    await assertFailedCleanly(
      dir,
      await setup(dir, { ...ALONE, NPM_CONFIG_REGISTRY: "https://npm.test" }),
      "'deno run -P=setup --allow-net=jsr.io,npm.test scripts/vendor_std.ts' may",
    );
  });
});

Deno.test("setup says why both ways failed when the registry is down", async () => {
  await withProject(async (dir) => {
    const npm = await fakeNpm(
      dir,
      "echo 'npm warn x' >&2; echo 'npm error ECONNREFUSED' >&2; exit 1",
    );
    await assertFailedCleanly(
      dir,
      await setup(dir, { ...ALONE, ...npm }),
      "127.0.0.1:1 does not give /windmill-cli",
      "), and 'npm pack' failed: npm error ECONNREFUSED: see that the registry",
    );
  });
});

Deno.test("setup says what is wrong when the registry's address is none", async () => {
  await withProject(async (dir) => {
    const outcome = await setup(dir, { ...ALONE, NPM_CONFIG_REGISTRY: "npm.test" });
    await assertFailedCleanly(dir, outcome, "NPM_CONFIG_REGISTRY", "'npm.test'");
  });
});

Deno.test("setup refuses a tarball that is not the pinned one, and does not try npm", async () => {
  await withProject(async (dir) => {
    const npm = await fakeNpm(dir, `touch '${dir}/npm_ran'; exit 1`);
    await withRegistry(() => new Response("changed"), async (NPM_CONFIG_REGISTRY) => {
      await assertFailedCleanly(
        dir,
        await setup(dir, { ...npm, NPM_CONFIG_REGISTRY }),
        "the tarball of windmill-cli@1.596.0 is not the pinned one",
      );
    });
    assertEquals(await exists(`${dir}/npm_ran`), false);
  });
});

Deno.test("setup refuses a tarball of npm that is not the pinned one", async () => {
  await withProject(async (dir) => {
    const npm = await fakeNpm(dir, packs(`${dir}/deno.json`));
    await assertFailedCleanly(
      dir,
      await setup(dir, { ...ALONE, ...npm }),
      "the tarball of windmill-cli@1.596.0 is not the pinned one",
    );
  });
});

for (
  const [what, bytes, reason] of [
    ["is no gzip file", bytesOf("no tarball"), "cannot be unpacked ("],
    ["is cut off", (await standIn()).slice(0, -50), "cannot be unpacked ("],
    ["is no tar archive", await gzip(new Uint8Array(511)), "the archive is cut off"],
    ["leads out", await gzip(tarArchive([{ name: "package/../../a.js" }])), "no plain relative"],
    ["lacks a package", await gzip(tarArchive([])), "veryfront@0.1.1031 has no assert/1.0.19"],
  ] as const
) {
  Deno.test(`setup leaves no vendor folder when a pinned tarball ${what}`, async () => {
    await withProject(async (dir) => {
      await pin(dir, bytes);
      await withRegistry(() => new Response(bytes), async (NPM_CONFIG_REGISTRY) => {
        const outcome = await setup(dir, { ...ALONE, NPM_CONFIG_REGISTRY });
        await assertFailedCleanly(dir, outcome, reason);
      });
    });
  });
}

Deno.test("setup leaves everything alone when JSR answers", async () => {
  const asked: string[] = [];
  await using jsr = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    asked.push(`${request.method} ${new URL(request.url).pathname}`);
    return new Response();
  });
  await withProject(async (dir) => {
    const env = { ...ALONE, JSR_URL: `http://127.0.0.1:${jsr.addr.port}` };
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
    const env = { ...ALONE, JSR_URL: `http://127.0.0.1:${jsr.addr.port}` };
    const { code, stderr } = await setup(dir, env);
    assertEquals(code, 1);
    assert(stderr.includes(`${env.JSR_URL} does not answer`), stderr);
  });
});
