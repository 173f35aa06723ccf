import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parse } from "@std/yaml/parse";
import { Deployment } from "kubernetes-models/apps/v1/Deployment";
import * as v from "valibot";
import { denoEnvironment } from "../../scripts/sidecar_process/mod.ts";
import { makeTempDir, runProgram } from "../support/mod.ts";

const ROOT = new URL("../../", import.meta.url);
const TEXT = await Deno.readTextFile(new URL("deploy/kubernetes/workspace.yaml", ROOT));

/**
 * What is wrong with a manifest: values by the schemas of Kubernetes, and unknown names, which those
 * let pass as the API server does, by the compiler with the types that are made from them.
 */
async function problems(text: string): Promise<string> {
  const manifest = v.parse(v.looseObject({}), parse(text));
  try {
    new Deployment(manifest).validate();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  await using dir = await makeTempDir();
  const module = `${dir.path}/manifest.ts`;
  await Deno.writeTextFile(
    module,
    `import type { IDeployment } from "kubernetes-models/apps/v1/Deployment";
export const manifest: IDeployment = ${JSON.stringify(manifest)};
`,
  );
  const { stderr, code } = await runProgram(Deno.execPath(), {
    args: ["check", "--quiet", "--config", new URL("deno.json", ROOT).pathname, module],
    env: { ...denoEnvironment(), NO_COLOR: "1" },
  });
  return code === 0 ? "" : stderr;
}

Deno.test("workspace.yaml is a manifest that Kubernetes takes", async () => {
  assertEquals(await problems(TEXT), "");
});

const MISTAKES = [
  ["restartPolicy: Always", "restartPolcy: Always", "restartPolcy"],
  ["failureThreshold: 20", "failureThreshold: twenty", "failureThreshold"],
  ["drop: [ALL]", "drop: ALL", "drop"],
  ["readOnlyRootFilesystem: true", "readOnlyRootFileSystem: true", "readOnlyRootFileSystem"],
] as const;

for (const [right, wrong, name] of MISTAKES) {
  Deno.test(`workspace.yaml would fail its test with '${wrong}'`, async () => {
    assertStringIncludes(TEXT, right);
    assertStringIncludes(await problems(TEXT.replace(right, wrong)), name);
  });
}

const Probe = v.object({
  exec: v.object({ command: v.array(v.string()) }),
  periodSeconds: v.number(),
  failureThreshold: v.number(),
});
const Manifest = v.object({
  spec: v.object({
    template: v.object({
      spec: v.object({
        initContainers: v.tuple([v.object({
          restartPolicy: v.string(),
          startupProbe: v.optional(v.unknown()),
          livenessProbe: Probe,
          readinessProbe: v.optional(v.unknown()),
          resources: v.object({ limits: v.object({ memory: v.string() }) }),
          securityContext: v.object({ readOnlyRootFilesystem: v.boolean() }),
        })]),
      }),
    }),
  }),
});

Deno.test("workspace.yaml has a native sidecar whose probe does not ask for the platform", () => {
  const { spec } = v.parse(Manifest, parse(TEXT));
  const [sidecar] = spec.template.spec.initContainers;
  assertEquals(sidecar.restartPolicy, "Always");
  const { exec, failureThreshold, periodSeconds } = sidecar.livenessProbe;
  assertEquals(exec.command, ["workspace-beat", "health", "--alive"]);
  // By then Kubernetes has forgotten earlier restarts.
  assert(failureThreshold * periodSeconds >= 600);
  assert(sidecar.securityContext.readOnlyRootFilesystem);
});

Deno.test("workspace.yaml has no probe that the agent would have to wait for", () => {
  const { spec } = v.parse(Manifest, parse(TEXT));
  const [{ readinessProbe, startupProbe }] = spec.template.spec.initContainers;
  assertEquals([startupProbe, readinessProbe], [undefined, undefined]);
});
