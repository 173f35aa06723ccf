import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { DockerfileParser } from "dockerfile-ast";
import { parseOptions } from "../../scripts/compile/options.ts";
import { makeTempDir, runProgram, testWithPrograms } from "../support/mod.ts";
import { Document } from "./_document.ts";

const ROOT = new URL("../../", import.meta.url);
const DOCUMENT = await Document.read("docs/deploy.md");
const ALPINE = DOCUMENT.take("Alpine", "dockerfile");
const DOCKER = DOCUMENT.take("A container of its own", "sh");
const SYSTEMD = DOCUMENT.take("systemd", "sh");
const KUBERNETES = DOCUMENT.take("Kubernetes", "sh");
const S6 = DOCUMENT.take("s6 and supervisord", "dockerfile");
const SUPERVISORD = DOCUMENT.take("s6 and supervisord", "dockerfile");

Deno.test("docs/deploy.md has no block that no test runs", () => {
  assertEquals(DOCUMENT.untaken, []);
});

/** Runs a block with programs that only say what they were called with, and gives those calls. */
async function callsOf(
  block: string,
  { programs, root }: { readonly programs: readonly string[]; readonly root?: string },
): Promise<string[]> {
  await using dir = await makeTempDir();
  for (const program of programs) {
    const script = `#!/bin/sh\nif [ ${program} = kubectl ]; then input=$(timeout 5 cat); fi\n` +
      `echo "${program} $* $input" >>"${dir.path}/calls"\n`;
    await Deno.writeTextFile(`${dir.path}/${program}`, script, { mode: 0o755 });
  }
  const script = root === undefined ? block : block.replaceAll(/(?<= )\/(?=usr|etc)/g, `${root}/`);
  const { code, stderr } = await runProgram("sh", {
    args: ["-euc", script],
    cwd: ROOT.pathname,
    env: {
      PATH: `${dir.path}:${Deno.env.get("PATH")}`,
      WORKSPACE_ID: "the-workspace",
      MOLECULE_WORKSPACE_TOKEN: "the-token",
    },
  });
  assertEquals([code, stderr], [0, ""]);
  return (await Deno.readTextFile(`${dir.path}/calls`)).trim().split("\n");
}

Deno.test("docs/deploy.md builds and starts an image as its Dockerfile wants it", async () => {
  const [build = "", run = "", ...more] = await callsOf(DOCKER, { programs: ["docker"] });
  assertEquals(more, []);
  const [, file = ""] = /--file (\S+)/.exec(build) ?? [];
  const text = await Deno.readTextFile(new URL(file, ROOT));
  const [, argument = ""] = /--build-arg (\w+)=/.exec(build) ?? [];
  assertStringIncludes(text, `ARG ${argument}\n`);
  const volumes = [...run.matchAll(/--volume [\w-]+:(\S+)/g)].map(([, folder = ""]) => folder);
  for (const folder of volumes) assertStringIncludes(text, `build/volumes${folder}`);
  assertStringIncludes(run, "--read-only");
  assert(!run.includes("the-token"), "the token is in an argument list");
});

Deno.test("docs/deploy.md installs the unit, and its settings for root only", async () => {
  await using dir = await makeTempDir();
  const root = dir.path;
  for (const folder of ["usr/local/bin", "etc/systemd/system"]) {
    await Deno.mkdir(`${root}/${folder}`, { recursive: true });
  }
  const [compile = "", ...steps] = SYSTEMD.split("\n");
  const { configsDir, resultsFile, output } = parseOptions(compile.split(" ").slice(3));
  const [, state = ""] = /^StateDirectory=(.*)$/m.exec(
    await Deno.readTextFile(new URL("deploy/systemd/workspace-beat.service", ROOT)),
  ) ?? [];
  assertEquals([configsDir, resultsFile.startsWith(`${configsDir}/`)], [`/var/lib/${state}`, true]);
  // Some file stands for the binary, which tests/binary makes.
  await Deno.writeTextFile(`${root}/workspace-beat`, "");
  const script = steps.join("\n").replace(output, `${root}/workspace-beat`);
  assertEquals(
    (await callsOf(script, { programs: ["systemctl", "useradd", "id"], root })).map((call) =>
      call.trim()
    ),
    ["id agent", "systemctl daemon-reload", "systemctl enable --now workspace-beat.service"],
  );
  const settings = `${root}/etc/workspace-beat.env`;
  assertEquals(
    await Deno.readTextFile(settings),
    "WORKSPACE_ID=the-workspace\nMOLECULE_WORKSPACE_TOKEN=the-token\n",
  );
  assertEquals(((await Deno.stat(settings)).mode ?? 0) & 0o777, 0o600);
  await Deno.stat(`${root}/etc/systemd/system/workspace-beat.service`);
});

Deno.test("docs/deploy.md makes the Secret that the manifest asks for", async () => {
  const [secret = "", apply = ""] = await callsOf(KUBERNETES, { programs: ["kubectl"] });
  const [, name = "", key = ""] = /generic (\S+) --from-file=(\w+)=\/dev\/stdin the-token$/
    .exec(secret) ?? [];
  const [, file = ""] = /apply --filename (\S+)/.exec(apply) ?? [];
  const manifest = await Deno.readTextFile(new URL(file, ROOT));
  assertStringIncludes(manifest, `name: ${name}\n                  key: ${key}\n`);
});

for (const [name, block] of Object.entries({ ALPINE, S6, SUPERVISORD })) {
  const text = block.startsWith("FROM") ? block : `FROM debian:12-slim\n${block}`;
  const words = name.toLowerCase();

  Deno.test(`docs/deploy.md copies what is there, for ${words}`, async () => {
    for (const copy of DockerfileParser.parse(text).getCOPYs()) {
      if (copy.getFlags().length > 0) continue; // out of another image
      for (const source of copy.getArguments().slice(0, -1).map((one) => one.getValue())) {
        if (!source.startsWith("build/")) await Deno.stat(new URL(source, ROOT));
      }
    }
  });

  testWithPrograms(`docs/deploy.md passes hadolint, for ${words}`, {
    programs: ["hadolint"],
    async fn() {
      await using dir = await makeTempDir();
      await Deno.writeTextFile(`${dir.path}/Dockerfile`, text);
      const { code, stdout } = await runProgram("hadolint", {
        args: ["--no-color", `${dir.path}/Dockerfile`],
      });
      assertEquals([code, stdout], [0, ""]);
    },
  });
}

Deno.test("docs/deploy.md copies into Alpine all that it says the binary links to", () => {
  const [section = ""] = DOCUMENT.text.match(/It links to [^.]*?(?:\.[^ \n][^.]*)*\. The newest/) ??
    [];
  const named = [...section.matchAll(/`([\w.-]+)`/g)].map(([, library = ""]) => library);
  const copied = [...ALPINE.matchAll(/\/([\w.-]+\.so\.\d+)/g)].map(([, library = ""]) => library);
  assert(named.length > 0);
  assertEquals(copied.sort(), named.sort());
});
