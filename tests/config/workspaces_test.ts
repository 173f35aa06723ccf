import { assert, assertEquals, assertFalse, assertMatch, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { parseToken } from "../../lib/token.ts";
import { parsePlatformUrl, parseWorkspaceId } from "../../lib/config/values.ts";
import { parseWorkspaces, workspacesProblem } from "../../lib/config/workspaces.ts";

Deno.test("parseWorkspaces() takes ids, tokens and platforms in the order of the list (contract 4.1)", () => {
  const text = JSON.stringify([
    { id: "scribe", token: "token-of-scribe", platform_url: "https://other.test/" },
    { id: "critic", token: " token-of-critic\n" },
    { id: "0b6ce1a4-2d5c-4b8e-9f0a-1d2e3f4a5b6c", role: "ignored", tokens: [], url: 7 },
  ]);
  assertEquals(parseWorkspaces(text), [
    { id: "scribe", token: "token-of-scribe", platformUrl: "https://other.test" },
    { id: "critic", token: "token-of-critic", platformUrl: undefined },
    { id: "0b6ce1a4-2d5c-4b8e-9f0a-1d2e3f4a5b6c", token: undefined, platformUrl: undefined },
  ]);
});

Deno.test("parseWorkspaces() takes null and blank values as not said", () => {
  const entry = { id: "a", token: undefined, platformUrl: undefined };
  for (const token of [null, "", " \n"]) {
    assertEquals(parseWorkspaces(JSON.stringify([{ id: "a", token }])), [entry]);
  }
  for (const platform_url of [null, ""]) {
    assertEquals(parseWorkspaces(JSON.stringify([{ id: "a", platform_url }])), [entry]);
  }
});

Deno.test("parseWorkspaces() takes 1000 workspaces", () => {
  const list = Array.from({ length: 1000 }, (_, n) => ({ id: `w-${n}` }));
  assertEquals(parseWorkspaces(JSON.stringify(list))?.length, 1000);
});

const SOUND = { id: "sound", token: "sound-token" };
const NO_OBJECT = /^entry 2 is no object whose 'id' and other values are texts$/;
const DOUBLE = /^entry 2 has the id 'Sound' of an entry before it$/;
const BAD_ID = "which is not 1 to 128 letters, digits, '-' or '_'$";
const BAD_TOKEN = /^entry 2 \(b\) has a token with spaces or characters in it that cannot be pri/;
const MISSPELT = "': expected id, token or platform_url$";
const BAD_URL =
  /^entry 2 \(b\) has a platform_url that is no http:\/\/ or https:\/\/ URL without credentials$/;

/** Texts that are not allowed, and what is said of them. */
const REFUSED: readonly (readonly [what: string, text: string, says: RegExp])[] = [
  ["nothing", "", /^it is no JSON$/],
  ["half a list", '[{"id": "a"}', /^it is no JSON$/],
  ["a list with a comma too many", '[{"id": "a"},]', /^it is no JSON$/],
  ["ids with commas", "a,b", /^it is no JSON$/],
  ["an object", '{"id": "a"}', /^it is no list$/],
  ["null", "null", /^it is no list$/],
  ["a text", '"a"', /^it is no list$/],
  ["an empty list", "[]", /^the list is empty$/],
  ["an id alone", second("b"), NO_OBJECT],
  ["null in the list", second(null), NO_OBJECT],
  ["a list in the list", second([{ id: "b" }]), NO_OBJECT],
  ["an entry without an id", second({ token: "t" }), NO_OBJECT],
  ["an id that is a number", second({ id: 2 }), NO_OBJECT],
  ["an id that is null", second({ id: null }), NO_OBJECT],
  ["a token that is a number", second({ id: "b", token: 12_345 }), NO_OBJECT],
  ["a platform that is an object", second({ id: "b", platform_url: {} }), NO_OBJECT],
  ["the key platformUrl", second({ id: "b", platformUrl: "a" }), misspelt("platformUrl")],
  ["the key PLATFORM_URL", second({ id: "b", PLATFORM_URL: "a" }), misspelt("PLATFORM_URL")],
  ["the key platform-url", second({ id: "b", "platform-url": 7 }), misspelt("platform-url")],
  ["the key Token beside token", second({ id: "b", token: "t", Token: "t" }), misspelt("Token")],
  ["the key Id for id", second({ Id: "b" }), misspelt("Id")],
  ["a key with a line break", second({ id: "b", "to\nken": "t" }), misspelt("to ken")],
  [
    "a misspelt key of 10000 characters",
    second({ id: "b", [`token${"_".repeat(10_000)}`]: "t" }),
    misspelt("token_______________"),
  ],
  [
    "an id of 10000 characters",
    second({ id: "é".repeat(10_000) }),
    new RegExp(`^entry 2 has the id '${"é".repeat(12)}', ${BAD_ID}`),
  ],
  ["an empty id", second({ id: "" }), new RegExp(`^entry 2 has the id '', ${BAD_ID}`)],
  ["an id that is a path", second({ id: "../b" }), new RegExp(`'../b', ${BAD_ID}`)],
  ["an id with a line break", second({ id: "b\nc" }), new RegExp(`'b c', ${BAD_ID}`)],
  ["the same id again", second({ id: "sound" }), /^entry 2 has the id 'sound' of an entry before/],
  ["the same id but for capitals", second({ id: "Sound" }), DOUBLE],
  ["a token of two words", second({ id: "b", token: "two words" }), BAD_TOKEN],
  ["a token with a line break in it", second({ id: "b", token: "two\nlines" }), BAD_TOKEN],
  ["a token with a letter of no header", second({ id: "b", token: "tökens" }), BAD_TOKEN],
  ["a platform without http", second({ id: "b", platform_url: "other.test" }), BAD_URL],
  [
    "a platform with a password",
    second({ id: "b", platform_url: "http://u:word@o.test" }),
    BAD_URL,
  ],
  ["a platform with a query", second({ id: "b", platform_url: "http://o.test/?t=word" }), BAD_URL],
];

function misspelt(key: string): RegExp {
  return new RegExp(`^entry 2 has the key '${key}${MISSPELT}`);
}

/** A list whose first entry is sound. */
function second(entry: unknown): string {
  return JSON.stringify([SOUND, entry]);
}

for (const [what, text, says] of REFUSED) {
  Deno.test(`workspacesProblem() says what is wrong, and parseWorkspaces() takes nothing, when there is ${what}`, () => {
    assertEquals(parseWorkspaces(text), undefined);
    assertMatch(workspacesProblem(text), says);
  });
}

Deno.test("workspacesProblem() names the first entry that is not allowed", () => {
  const list = [SOUND, { id: "b" }, { id: "c", token: "a b" }, { id: "d", token: "a b" }];
  assertMatch(workspacesProblem(JSON.stringify(list)), /^entry 3 \(c\) /);
});

Deno.test("workspacesProblem() says nothing when all is well", () => {
  assertEquals(workspacesProblem(JSON.stringify([SOUND])), "");
});

Deno.test("workspacesProblem() shows no token and no part of a platform's address, whatever is wrong", () => {
  const token = "s3cr3t-t0ken";
  const entries = fc.array(
    fc.record({
      id: fc.constantFrom("a", "b", "A", "", "a b", 7),
      token: fc.constantFrom(token, `${token} ${token}`, `${token}\u0000`, `ö${token}`, [token]),
      platform_url: fc.constantFrom(
        `http://u:${token}@other.test`,
        `http://other.test/?${token}`,
        `${token}://other.test`,
        "http://other.test",
        null,
      ),
      Token: fc.constant(token),
    }, { requiredKeys: ["id"] }),
  );
  const broken = fc.constantFrom("", ",", "}", "]");
  fc.assert(fc.property(entries, broken, (list, end) => {
    const text = JSON.stringify(list) + end;
    assertFalse(workspacesProblem(text).includes(token), text);
  }));
});

Deno.test("parseWorkspaces() gives workspaces that can be used, or a problem on one line, and never throws", () => {
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom("a", "A", "http://h", "https://[::1]/x", "token"),
    fc.constant(null),
  );
  const entry = fc.oneof(
    fc.jsonValue(),
    fc.record({ id: text, token: text, platform_url: text }, { requiredKeys: [] }),
    fc.record({ id: fc.stringMatching(/^[a-zA-Z0-9_-]{1,20}$/), token: text }),
  );
  const lists = fc.array(entry, { maxLength: 4 }).map((list) => JSON.stringify(list));
  fc.assert(
    fc.property(fc.oneof(lists, fc.json(), fc.string({ unit: "binary" })), (text) => {
      const entries = parseWorkspaces(text);
      const problem = workspacesProblem(text);
      assertEquals(entries === undefined, problem !== "");
      assert(problem.length < 250 && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(problem), problem);
      if (entries === undefined) return;
      assertNotEquals(entries.length, 0);
      assertEquals(new Set(entries.map(({ id }) => id.toLowerCase())).size, entries.length);
      for (const { id, token = "t", platformUrl = "http://h" } of entries) {
        assertEquals([parseWorkspaceId(id), parseToken(token)], [id, token]);
        assertEquals(parsePlatformUrl(platformUrl), platformUrl);
      }
    }),
    { numRuns: 500 },
  );
});
