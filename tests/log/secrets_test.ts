import { assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import { Secrets } from "../../lib/log/mod.ts";

function knowing(...values: string[]): Secrets {
  const secrets = new Secrets();
  for (const value of values) secrets.add(value);
  return secrets;
}

const masked: [what: string, secrets: string[], text: string, expected: string][] = [
  ["it stands there as it is", ["hush"], "a hush, a hush", "a [redacted], a [redacted]"],
  ["it stands there as JSON", ['q"\\q'], '{"token":"q\\"\\\\q"}', '{"token":"[redacted]"}'],
  ["it stands there in a URL", ["a/b c"], "?t=a%2Fb%20c", "?t=[redacted]"],
  ["one begins with another", ["abcd", "abcdefgh"], "abcdefgh abcd", "[redacted] [redacted]"],
  ["it is regular", ["a.b*c$"], "axbc a.b*c$", "axbc [redacted]"],
  ["it is too short to be one", ["abc"], "abc", "abc"],
  ["it is broken", ["\ud800abcd"], "text", "text"],
];
for (const [what, secrets, text, expected] of masked) {
  Deno.test(`Secrets.mask() gives '${expected}' when ${what}`, () => {
    assertEquals(knowing(...secrets).mask(text), expected);
  });
}

Deno.test("Secrets.mask() hides the latest secrets, and bounds how many, when they rotate for months", () => {
  const secrets = new Secrets();
  for (let rotation = 0; rotation < 1000; rotation++) {
    secrets.add("kept-in-use");
    secrets.add(`token-${rotation}!`);
  }
  assertEquals(
    secrets.mask("token-999! token-990! kept-in-use"),
    "[redacted] [redacted] [redacted]",
  );
  assertEquals(secrets.mask("token-0!"), "token-0!");
});

Deno.test("Secrets.mask() hides the latest secrets of each of several workspaces, and bounds how many", () => {
  const workspaces = 200;
  const secrets = new Secrets({ workspaces });
  const all = Array.from({ length: 17 * workspaces }, (_, n) => `secret-${n}!`);
  for (const secret of all) secrets.add(secret);
  const kept = all.filter((secret) => secrets.mask(secret) !== secret);
  assertEquals(kept, all.slice(workspaces));
});

Deno.test("Secrets.mask() leaves no secret in the text when it is given any", () => {
  const secret = fc.string({ minLength: 4, maxLength: 12 });
  fc.assert(
    fc.property(fc.array(secret, { maxLength: 5 }), fc.array(fc.string()), (values, around) => {
      const text = values.map((value, index) => value + (around[index] ?? "")).join(" ");
      const left = knowing(...values).mask(text);
      // What stands in a secret's place may itself hold a short one: "[red".
      const rest = left.replaceAll("[redacted]", "\0");
      return values.every((value) => !rest.includes(value) || "[redacted]".includes(value));
    }),
  );
});

Deno.test("Secrets.mask() garbles nothing when no secret is known", () => {
  assertFalse(new Secrets().mask("text").includes("redacted"));
});
