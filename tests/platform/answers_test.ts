import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  parseGeneration,
  parseIssuedToken,
  parseRemoval,
  parseWorkspaceStatus,
} from "../../lib/platform/mod.ts";

const NONE = { kind: "none" } as const;
const UNUSABLE = { kind: "unusable" } as const;

function issued(token: string) {
  return { kind: "issued", token } as const;
}

const tokens: [what: string, body: unknown, expected: ReturnType<typeof parseIssuedToken>][] = [
  ["the answer carries one", { status: "registered", auth_token: "t-1_~" }, issued("t-1_~")],
  ["white space is around it", { auth_token: " \ttoken\r\n" }, issued("token")],
  ["it is as long as one can be", { auth_token: "x".repeat(4096) }, issued("x".repeat(4096))],
  ["there is none", { status: "registered" }, NONE],
  ["it is null", { auth_token: null }, NONE],
  ["it is empty", { auth_token: "" }, NONE],
  ["the answer is a list", ["auth_token"], NONE],
  ["the answer is a text", "auth_token", NONE],
  ["the answer is no JSON", undefined, NONE],
  ["it is blank", { auth_token: "  " }, UNUSABLE],
  ["it has a space in it", { auth_token: "two words" }, UNUSABLE],
  ["it has a line break in it", { auth_token: "to\nken" }, UNUSABLE],
  ["it is not ASCII", { auth_token: "töken" }, UNUSABLE],
  ["it is a number", { auth_token: 7 }, UNUSABLE],
  ["it is a list", { auth_token: ["token"] }, UNUSABLE],
  ["it is too long to be one", { auth_token: "x".repeat(4097) }, UNUSABLE],
];
for (const [what, body, expected] of tokens) {
  Deno.test(`parseIssuedToken() gives '${expected.kind}' when ${what}`, () => {
    assertEquals(parseIssuedToken(body), expected);
  });
}

const generations: [what: string, generation: unknown, expected: number | undefined][] = [
  ["a whole number", 7, 7],
  ["0", 0, 0],
  ["the largest that is exact", Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  ["a larger one", 2 ** 53, undefined],
  ["less than 0", -1, undefined],
  ["a part of one", 1.5, undefined],
  ["a boolean", true, undefined],
  ["a text", "7", undefined],
  ["null", null, undefined],
  ["a list", [7], undefined],
];
for (const [what, generation, expected] of generations) {
  Deno.test(`parseGeneration() gives ${expected ?? "nothing"} when it is ${what}`, () => {
    assertEquals(parseGeneration({ status: "ok", generation }), expected);
  });
}

const statuses: [what: string, body: unknown, status: string | undefined][] = [
  ["the answer is a workspace", { id: "w", status: "online" }, "online"],
  ["the status is one that nobody knows yet", { status: "dreaming" }, "dreaming"],
  ["there is none", { id: "w" }, undefined],
  ["it is empty", { status: "" }, undefined],
  ["it is no text", { status: 7 }, undefined],
  ["it is too long to be one", { status: "x".repeat(65) }, undefined],
  ["the answer is a list", [{ status: "online" }], undefined],
  ["the answer is no JSON", undefined, undefined],
];
for (const [what, body, status] of statuses) {
  Deno.test(`parseWorkspaceStatus() gives ${status ?? "nothing"} when ${what}`, () => {
    assertEquals(parseWorkspaceStatus(body), status);
  });
}

const removals: [what: string, body: unknown, expected: { removedAt: string; hint: string }][] = [
  ["both are there", { id: "w", removed_at: "2026-06-01", hint: "make another" }, {
    removedAt: "2026-06-01",
    hint: "make another",
  }],
  ["there is neither", { error: "workspace not found" }, { removedAt: "", hint: "" }],
  ["they are null (contract 7 #137)", { removed_at: null, hint: null }, {
    removedAt: "",
    hint: "",
  }],
  ["they are no texts", { removed_at: 7, hint: ["x"] }, { removedAt: "", hint: "" }],
  ["the body is null (contract 7 #137)", null, { removedAt: "", hint: "" }],
];
for (const [what, body, expected] of removals) {
  Deno.test(`parseRemoval() reads what the platform says when ${what}`, () => {
    assertEquals(parseRemoval(body), expected);
  });
}

Deno.test("parseIssuedToken() gives what can stand in a header, or no token, when it is given any text", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (auth_token) => {
    const answer = parseIssuedToken({ auth_token });
    return answer.kind !== "issued" || /^[!-~]{1,4096}$/.test(answer.token);
  }));
});

Deno.test("the parsers of answers never throw when they are given any JSON", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    for (const parse of [parseIssuedToken, parseGeneration, parseWorkspaceStatus, parseRemoval]) {
      parse(value);
    }
  }));
});
