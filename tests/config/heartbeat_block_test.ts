import { assert, assertEquals, assertFalse, assertMatch, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { parseConfig } from "../../lib/config/config_text.ts";
import {
  parseAgentUrl,
  parseCardText,
  parseRegisterMode,
  parseSkills,
} from "../../lib/config/values.ts";

const NOTHING = { state: "read", problems: [] } as const;

Deno.test("parseConfig() takes every value of the heartbeat block", () => {
  const text = `heartbeat:
  register: push
  agent_card:
    name: " Ducks "
    description: |
      Swims
      and quacks
    skills: [swimming, quacking]
    url: http://agent.test:8000/a2a
    version: 2
`;
  assertEquals(parseConfig(text, "/c"), {
    ...NOTHING,
    registerMode: "push",
    agentName: "Ducks",
    agentDescription: "Swims\nand quacks",
    agentSkills: ["swimming", "quacking"],
    agentUrl: "http://agent.test:8000/a2a",
  });
});

/** How config.yaml may say it, and what is made of it. */
const REGISTER = [
  ["off", "off"],
  ["'off'", "off"],
  ["false", "off"],
  ["False", "off"],
  ["poll", "poll"],
  ['"push"', "push"],
] as const;

for (const [text, registerMode] of REGISTER) {
  Deno.test(`parseConfig() gives ${registerMode} when heartbeat.register is ${text}`, () => {
    assertEquals(parseConfig(`heartbeat: {register: ${text}}`, "/c"), { ...NOTHING, registerMode });
  });
}

Deno.test("parseConfig() takes skills as a list, and as one text with commas", () => {
  for (
    const skills of [
      "[a, b c]",
      "['a', ' b c ', '']",
      "a, b c",
      '" a,,b c,"',
      "\n    - a\n    - b c",
    ]
  ) {
    const text = `heartbeat:\n  agent_card:\n    skills: ${
      skills.replaceAll("\n    ", "\n      ")
    }\n`;
    assertEquals(parseConfig(text, "/c"), { ...NOTHING, agentSkills: ["a", "b c"] }, text);
  }
});

Deno.test("parseConfig() leaves out what the heartbeat block does not say", () => {
  for (const block of ["{}", "{agent_card: {}}", "{other: 1}"]) {
    assertEquals(parseConfig(`heartbeat: ${block}`, "/c"), NOTHING, block);
  }
});

/** Files with one thing wrong, the place that is named, and what the message says of it. */
const BROKEN: readonly (readonly [text: string, place: string, says: string])[] = [
  [
    "heartbeat:\n",
    "line 1, column 1",
    "'heartbeat' in '/c' at line 1, column 1: expected a mapping",
  ],
  ["a: 1\nheartbeat: [poll]\n", "line 2, column 1", "current value is a list"],
  ["heartbeat: poll\n", "line 1, column 1", "current value is 'poll'"],
  ["heartbeat:\n  agent_card:\n", "line 2, column 3", "'heartbeat.agent_card'"],
  ["heartbeat: {agent_card: Ducks}", "line 1, column 13", "expected a mapping"],
  ["heartbeat:\n  register: on\n", "line 2, column 3", "expected push, poll or off"],
  ["heartbeat:\n  register: true\n", "line 2, column 3", "current value is 'true'"],
  ["heartbeat:\n  register:\n", "line 2, column 3", "current value is 'null'"],
  ["heartbeat:\n  register: Poll\n", "line 2, column 3", "current value is 'Poll'"],
  ["register: x\nheartbeat:\n  register: {a: 1}\n", "line 3, column 3", "is a mapping"],
  ["heartbeat:\n  agent_card:\n    name: 5\n", "line 3, column 5", "'heartbeat.agent_card.name'"],
  ["name: a\nheartbeat:\n  agent_card:\n    name: ''\n", "line 4, column 5", "at most 1000 char"],
  ["heartbeat: {agent_card: {description: [a]}}", "line 1, column 26", "current value is a list"],
  ["heartbeat:\n  agent_card:\n    skills: 7\n", "line 3, column 5", "expected a list of names"],
  [
    "heartbeat:\n  agent_card:\n    skills: [a, 7]\n",
    "line 3, column 5",
    "current value is a list",
  ],
  ["heartbeat:\n  agent_card:\n    skills: {a: b}\n", "line 3, column 5", "is a mapping"],
  [
    "heartbeat:\n  agent_card:\n    url: agent:8000\n",
    "line 3, column 5",
    "expected an http:// or",
  ],
  ["heartbeat:\n  agent_card:\n    url: 8000\n", "line 3, column 5", "current value is '8000'"],
];

Deno.test("parseConfig() names the place and the value when the heartbeat block is broken", () => {
  for (const [text, place, says] of BROKEN) {
    const { problems, state: _state, ...values } = parseConfig(text, "/c");
    const [problem = "(none)"] = problems;
    assertEquals([problems.length, values], [1, {}], text);
    assertMatch(problem, new RegExp(`'/c' at ${place}: .*; the default is used$`), text);
    assertStringIncludes(problem, says, text);
  }
});

Deno.test("parseConfig() keeps what is sound beside what is broken in the heartbeat block", () => {
  const text =
    "heartbeat:\n  register: soon\n  agent_card: {name: Ducks, url: ducks, skills: [a]}\n" +
    "observability: {heartbeat_interval_seconds: 60}\n";
  const { problems, ...values } = parseConfig(text, "/c");
  assertEquals(values, {
    state: "read",
    intervalSeconds: 60,
    agentName: "Ducks",
    agentSkills: ["a"],
  });
  assertEquals(problems.map((problem) => /'([\w.]+)'/.exec(problem)?.[1]), [
    "heartbeat.register",
    "heartbeat.agent_card.url",
  ]);
});

Deno.test("parseConfig() shows no password, and no query, of an address that is not allowed", () => {
  const urls = [
    "http://user:s3cr3t@agent.test",
    "user:s3cr3t@agent.test",
    "http://a@b:s3cr3t@agent.test",
    "agent.test/?key=s3cr3t",
    "agent.test/#s3cr3t",
  ];
  for (const url of urls) {
    const { agentUrl, problems } = parseConfig(`heartbeat: {agent_card: {url: '${url}'}}`, "/c");
    assertEquals([agentUrl, problems.length], [undefined, 1], url);
    assertFalse(problems.join().includes("s3cr3t"), problems.join());
  }
});

Deno.test("parseConfig() gives values that can be used, or one line per problem, whatever the heartbeat block holds", () => {
  const leaf = fc.oneof(
    fc.string(),
    fc.jsonValue().map((value) => JSON.stringify(value)),
    fc.constantFrom(
      "null",
      "off",
      "false",
      "*a",
      "&a [*a]",
      "!!binary aGk=",
      "2026-01-01",
      "|",
      ">",
    ),
    fc.constantFrom("http://h", "http://u:p@h", "[a, b]", "- a", "!!set {a}", "x".repeat(1001)),
  );
  const blocks = fc.record({ register: leaf, card: leaf, name: leaf, skills: leaf, url: leaf }).map(
    ({ register, card, name, skills, url }) =>
      `heartbeat:\n  register: ${register}\n  agent_card: ${card}\n    name: ${name}\n` +
      `    description: ${name}\n    skills: ${skills}\n    url: ${url}\n`,
  );
  const flat = fc.record({ name: leaf, skills: leaf, url: leaf }).map(({ name, skills, url }) =>
    `heartbeat:\n  agent_card:\n    name: ${name}\n    skills: ${skills}\n    url: ${url}\n`
  );
  fc.assert(
    fc.property(fc.oneof(blocks, flat), (text) => {
      const { agentName, agentSkills, agentUrl, problems, registerMode } = parseConfig(text, "/c");
      assertEquals(parseRegisterMode(registerMode ?? "off"), registerMode ?? "off");
      if (agentName !== undefined) assertEquals(parseCardText(agentName), agentName);
      if (agentSkills !== undefined) assertEquals(parseSkills(agentSkills.join()), agentSkills);
      if (agentUrl !== undefined) assertEquals(parseAgentUrl(agentUrl), agentUrl);
      for (const problem of problems) {
        assert(problem.length < 500 && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(problem), problem);
      }
    }),
    { numRuns: 500 },
  );
});
