import { assertEquals, assertStringIncludes } from "@std/assert";
import { DockerfileParser } from "dockerfile-ast";
import { makeTempDir, runProgram } from "../support/mod.ts";
import { compileForTests } from "./_compiled.ts";

const ROOT = new URL("../../", import.meta.url);
const { missing } = await compileForTests();

const name = "Dockerfile builds the binary from nothing but what it copies";
Deno.test({
  name: missing === undefined ? name : `${name} (ignored: ${missing})`,
  ignore: missing !== undefined,
  async fn() {
    const text = await Deno.readTextFile(new URL("deploy/docker/Dockerfile", ROOT));
    const dockerfile = DockerfileParser.parse(text);
    await using context = await makeTempDir();
    for (const copy of dockerfile.getCOPYs()) {
      if (copy.getFlags().length > 0) continue; // out of another stage
      const sources = copy.getArguments().slice(0, -1).map((source) => source.getValue());
      await runProgram("cp", { args: ["-r", ...sources, context.path], cwd: ROOT.pathname });
    }
    const run = dockerfile.getInstructions().findLast((one) => one.getKeyword() === "RUN");
    const script = run?.getArgumentsContent() ?? "";
    const build = (env: Record<string, string>) =>
      runProgram("sh", { args: ["-c", script], cwd: context.path, env });

    const without = await build({});
    assertStringIncludes(without.stderr, "give --build-arg PLATFORM_URL=https://...");
    const env = Object.fromEntries(
      ["DENORT_BIN", "DENO_TLS_CA_STORE"].map((name) => [name, Deno.env.get(name) ?? ""])
        .filter(([, value]) => value !== ""),
    );
    const PLATFORM_URL = "https://eu.example.com https://us.example.com";
    const { code, stderr } = await build({ ...env, PLATFORM_URL });
    assertEquals(code, 0, stderr);
    // Each path that the second stage copies out of the first is there, and the binary runs.
    for (const copy of dockerfile.getCOPYs().filter((copy) => copy.getFlags().length > 0)) {
      const [source] = copy.getArguments();
      await Deno.stat(`${context.path}/${source?.getValue().replace("/src/", "")}`);
    }
    const other = await runProgram(`${context.path}/build/workspace-beat`, {
      args: ["--workspace-id", "w", "--platform-url", "https://asia.example.com"],
    });
    assertEquals(other.code, 77);
    for (const part of [...PLATFORM_URL.split(" "), "rebuild it"]) {
      assertStringIncludes(other.stderr, part);
    }
  },
});
