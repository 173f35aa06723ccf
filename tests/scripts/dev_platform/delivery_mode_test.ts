import { assertEquals } from "@std/assert";
import {
  type AddWorkspaceOptions,
  type Dialect,
  startDevPlatform,
} from "../../../scripts/dev_platform/mod.ts";
import { eachDialect } from "../../support/dialects.ts";
import { call, wake } from "./_client.ts";

const URL = "http://localhost:8000";
const NO_URL: Readonly<Record<Dialect, string>> = {
  "2026-04": "invalid request body",
  "2026-06": "url is required for push-mode workspaces",
};

type Outcome = "push" | "poll" | "refused";

/** What a workspace is like, what it registers with, and how messages get to it then. */
const modes: [
  options: AddWorkspaceOptions,
  body: object,
  outcomes: Readonly<Record<Dialect, Outcome>>,
][] = [
  [{}, { url: URL }, { "2026-04": "push", "2026-06": "push" }],
  [{}, { url: URL, delivery_mode: "" }, { "2026-04": "push", "2026-06": "push" }],
  [{}, { url: "" }, { "2026-04": "refused", "2026-06": "refused" }],
  [{}, { delivery_mode: "push" }, { "2026-04": "refused", "2026-06": "refused" }],
  [{}, { url: "", delivery_mode: "poll" }, { "2026-04": "poll", "2026-06": "poll" }],
  [{}, { url: URL, delivery_mode: "poll" }, { "2026-04": "poll", "2026-06": "poll" }],
  [{ runtime: "external" }, { url: URL }, { "2026-04": "push", "2026-06": "poll" }],
  [{ runtime: "external" }, { url: "" }, { "2026-04": "refused", "2026-06": "poll" }],
  [{ runtime: "external" }, {}, { "2026-04": "refused", "2026-06": "poll" }],
  [{ runtime: "external" }, { url: URL, delivery_mode: "push" }, {
    "2026-04": "push",
    "2026-06": "push",
  }],
  [{ runtime: "external" }, { url: "", delivery_mode: "push" }, {
    "2026-04": "refused",
    "2026-06": "refused",
  }],
  [{ runtime: "external", deliveryMode: "push" }, { url: URL }, {
    "2026-04": "push",
    "2026-06": "push",
  }],
  [{ deliveryMode: "poll" }, { url: "" }, { "2026-04": "poll", "2026-06": "poll" }],
  [{ deliveryMode: "poll" }, { url: URL, delivery_mode: "push" }, {
    "2026-04": "push",
    "2026-06": "push",
  }],
];
for (const [options, body, outcomes] of modes) {
  const name = `register with ${JSON.stringify(body)} is told how messages come when it is ` +
    JSON.stringify(options);
  eachDialect.test(name, async (dialect) => {
    await using platform = await startDevPlatform({ dialect });
    const workspace = platform.addWorkspace(options);
    const { id, token } = workspace;
    const answered = await call(platform, "POST /registry/register", {
      token,
      body: { id, agent_card: { name: "Scribe" }, ...body },
    });
    const outcome = outcomes[dialect];
    if (outcome === "refused") {
      assertEquals([answered.status, answered.body], [400, { error: NO_URL[dialect] }]);
      return;
    }
    // Older platforms only repeat what they are told.
    const isTold = dialect === "2026-06" || Object(body).delivery_mode;
    assertEquals([answered.status, answered.body], [200, {
      status: "registered",
      ...(isTold && { delivery_mode: outcome }),
    }]);
    const woken = await wake(platform, workspace, "m-1", {
      headers: { "X-Workspace-ID": id },
      token,
    });
    assertEquals(Object(woken.body).delivery_mode, outcome === "poll" ? "poll" : undefined);
    assertEquals(workspace.delivered.length, outcome === "poll" ? 0 : 1);
  });
}

eachDialect.test("register keeps the delivery mode when it says none later on", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  const workspace = platform.addWorkspace();
  const { id, token } = workspace;
  const card = { id, agent_card: { name: "Scribe" } };
  for (const body of [{ ...card, delivery_mode: "poll" }, { ...card, url: URL }]) {
    assertEquals((await call(platform, "POST /registry/register", { token, body })).status, 200);
  }
  await wake(platform, workspace, "m-1", { headers: {} });
  assertEquals(workspace.delivered, []);
});

eachDialect.test("a2a passes a message on when an external workspace has not said how it wants it", async (dialect) => {
  await using platform = await startDevPlatform({ dialect });
  const workspace = platform.addWorkspace({ runtime: "external" });
  assertEquals((await wake(platform, workspace, "m-1", { headers: {} })).status, 200);
  assertEquals(workspace.delivered.length, 1);
});
