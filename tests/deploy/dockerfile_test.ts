import { assert, assertEquals, assertMatch } from "@std/assert";
import { DockerfileParser } from "dockerfile-ast";
import { makeTempDir, runProgram, testWithPrograms } from "../support/mod.ts";

const ROOT = new URL("../../", import.meta.url);
const FOLDER = new URL("deploy/docker/", ROOT);
const TEXT = await Deno.readTextFile(new URL("Dockerfile", FOLDER));
const DOCKERFILE = DockerfileParser.parse(TEXT);

/** The text of the Dockerfile that stands in the README. */
async function inReadme(): Promise<string> {
  const readme = await Deno.readTextFile(new URL("README.md", ROOT));
  const [, block = ""] = /^```dockerfile\n(.*?)^```$/ms.exec(readme) ?? [];
  return block;
}

const FILES = [
  { name: "Dockerfile", text: TEXT, context: await contextOf() },
  { name: "README's Dockerfile", text: await inReadme(), context: undefined },
];

for (const { name, text, context } of FILES) {
  testWithPrograms(`${name} passes hadolint, which passes its commands to shellcheck`, {
    programs: ["hadolint"],
    async fn() {
      await using dir = await makeTempDir();
      const file = `${dir.path}/Dockerfile`;
      await Deno.writeTextFile(file, text);
      const { code, stdout, stderr } = await runProgram("hadolint", {
        args: ["--no-color", "--failure-threshold", "style", file],
      });
      assertEquals([code, stdout, stderr], [0, "", ""]);
    },
  });

  Deno.test(`${name} copies only what is there, and adds nothing`, async () => {
    const parsed = DockerfileParser.parse(text);
    const keywords = parsed.getInstructions().map((instruction) => instruction.getKeyword());
    assert(!keywords.includes("ADD"), "ADD fetches and unpacks, COPY does not");
    for (const copy of parsed.getCOPYs()) {
      const line = copy.getRange().start.line;
      const stages = parsed.getFROMs().filter((from) => from.getRange().start.line < line);
      const from = copy.getFlags().find((flag) => flag.getName() === "from")?.getValue();
      if (typeof from === "string") {
        assert(stages.some((stage) => stage.getBuildStage() === from), `no stage '${from}'`);
        continue;
      }
      for (const source of copy.getArguments().slice(0, -1).map((one) => one.getValue())) {
        if (context === undefined) {
          if (!source.startsWith("build/")) await Deno.stat(new URL(source, ROOT)); // is made first
        } else {
          await Deno.stat(new URL(source, ROOT));
          assert(context.has(source), `${source} is ignored`);
        }
      }
    }
  });
}

/** What `Dockerfile.dockerignore` leaves in the context. */
async function contextOf(): Promise<Set<string>> {
  const text = await Deno.readTextFile(new URL("Dockerfile.dockerignore", FOLDER));
  const [first, ...rest] = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  assertEquals(first, "*");
  return new Set(rest.map((line) => line.replace(/^!/, "")));
}

Deno.test("Dockerfile makes an image that runs as no root, without a shell", () => {
  const last = DOCKERFILE.getInstructions().findLast((one) => one.getKeyword() === "USER");
  assertMatch(last?.getArgumentsContent() ?? "", /^[1-9]\d*:[1-9]\d*$/);
  assertMatch(DOCKERFILE.getFROMs().at(-1)?.getImage() ?? "", /^gcr\.io\/distroless\/cc-/);
  const [healthcheck] = DOCKERFILE.getHEALTHCHECKs();
  assertEquals(healthcheck?.getArgumentsContent(), 'CMD ["workspace-beat", "health"]');
  for (const command of [...DOCKERFILE.getENTRYPOINTs(), ...DOCKERFILE.getCMDs()]) {
    assert(command.getJSONStrings().length > 0, `${command.getKeyword()} is not in exec form`);
  }
});

Deno.test("Dockerfile has the sidecar give freed memory back", () => {
  const set = DOCKERFILE.getENVs().flatMap((env) => env.getProperties());
  const values = set.map((property) => `${property.getName()}=${property.getValue()}`);
  assertEquals(values, ["MALLOC_TRIM_THRESHOLD_=131072"]);
});

Deno.test("Dockerfile labels the image with the version of the sources", async () => {
  const { version } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  assertMatch(TEXT, new RegExp(`^ARG VERSION=${version}$`, "m"));
});
