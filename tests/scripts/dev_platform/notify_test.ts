import { assertEquals } from "@std/assert";
import { startDevPlatform } from "../../../scripts/dev_platform/mod.ts";
import { call } from "./_client.ts";

const MISSING = { error: "message is required" };
const refusals: [name: string, body: string | object, answer: object][] = [
  ["there is no message", {}, MISSING],
  ["the message is empty", { message: "" }, MISSING],
  ["the message is a number", { message: 1 }, MISSING],
  ["the body is no JSON", "{", MISSING],
  ["an attachment has no name", {
    message: "a",
    attachments: [{ uri: "u", name: "n" }, { uri: "u" }],
  }, {
    error: "attachment[1]: uri and name are required",
  }],
];

for (const [name, body, answer] of refusals) {
  Deno.test(`notify answers 400 when ${name}`, async () => {
    await using platform = await startDevPlatform();
    const { id, token, chat } = platform.addWorkspace();
    const answered = await call(platform, `POST /workspaces/${id}/notify`, { token, body });
    assertEquals([answered.status, answered.body, chat], [400, answer, []]);
  });
}

const bubbles: [name: string, message: string, persisted: boolean][] = [
  ["is short", "Hello", true],
  ["has 80 bytes", "a".repeat(78) + "ä", true],
  ["is cut between two runes", "a".repeat(78) + "äb", true],
  ["is cut through a rune of two bytes", "a".repeat(79) + "ä", false],
  ["is cut through a rune of four bytes", "a".repeat(77) + "😀", false],
  ["holds a NUL", "a\0b", false],
];

for (const [name, message, persisted] of bubbles) {
  Deno.test(`notify ${persisted ? "keeps" : "loses"} the bubble when the message ${name}`, async () => {
    await using platform = await startDevPlatform({ now: () => 7 });
    const workspace = platform.addWorkspace();
    const { id, token } = workspace;
    const body = { message, type: "delegation_result" };
    const answered = await call(platform, `POST /workspaces/${id}/notify`, { token, body });
    assertEquals([answered.status, answered.body], [200, { status: "sent" }]);
    assertEquals(workspace.chat, [{ at: 7, message, persisted }]);
    assertEquals(platform.events.map(({ type, payload }) => [type, payload["message"]]), [
      ["AGENT_MESSAGE", message],
    ]);
    const { body: rows } = await call(platform, `GET /workspaces/${id}/activity`, { token });
    assertEquals(Array.isArray(rows) && rows.length, persisted ? 1 : 0);
  });
}
