// The whole job of the sidecar in one run: an in-memory platform, the real program as a child
// process under its manifest, and an agent and its peers that behave as life does. Exits with 0
// only if everything that should have happened did:  deno task demo

import { startDevPlatform } from "./dev_platform/mod.ts";
import { startSidecar } from "./sidecar_process/mod.ts";
import { Story } from "./demo/story.ts";
import { tell } from "./demo/chapters.ts";

const story = new Story();
const dir = await Deno.makeTempDir({ prefix: "workspace-beat-demo-" });
try {
  await using platform = await startDevPlatform({ orgId: "demo-org" });
  const lead = platform.addWorkspace({ name: "Team lead" });
  const workspace = platform.addWorkspace({
    name: "Researcher",
    parentId: lead.id,
    inboundSecret: crypto.randomUUID(),
    token: null,
    status: "provisioning",
  });
  const tokenFile = `${dir}/.auth_token`;
  await using started = new AsyncDisposableStack();
  const start = () =>
    started.use(startSidecar({
      platformUrl: platform.url,
      workspaceId: workspace.id,
      dir,
      args: ["--interval", "5", "--register", "push", "--agent-url", "http://127.0.0.1:8000"],
      env: { MOLECULE_ORG_ID: "demo-org" },
    }));
  await tell({ story, platform, workspace, start, dir, tokenFile });
} catch (error) {
  story.expect(false, error instanceof Error ? error.message : String(error));
} finally {
  await Deno.remove(dir, { recursive: true });
}
Deno.exit(story.end());
