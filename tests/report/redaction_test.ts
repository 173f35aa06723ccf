import { assertEquals, assertLess } from "@std/assert";
import fc from "fast-check";
import { redact } from "../../lib/report/redaction.ts";
import { HARMLESS_TEXTS } from "./_harmless_texts.ts";
import { SECRET_TEXTS } from "./_secret_texts.ts";

const MASK = "[redacted]";

/** The text without its marks, and its two kinds of parts. */
function parts(marked: string): { text: string; secrets: string[]; surroundings: string } {
  return {
    text: marked.replace(/[‹›]/g, ""),
    secrets: [...marked.matchAll(/‹([^›]*)›/g)].map(([, secret = ""]) => secret),
    surroundings: marked.replace(/‹[^›]*›/g, "\0"),
  };
}

/** The pieces of 4 characters of the secrets that are still there and came from nowhere else. */
function leaked(secrets: string[], surroundings: string, shown: string): string[] {
  const visible = shown.replaceAll(MASK, "\0");
  const pieces = secrets.flatMap((secret) =>
    Array.from({ length: Math.max(secret.length - 3, 0) }, (_, at) => secret.slice(at, at + 4))
  );
  return pieces.filter((piece) => visible.includes(piece) && !surroundings.includes(piece));
}

for (const [where, marked] of SECRET_TEXTS) {
  const { text, secrets, surroundings } = parts(marked);
  Deno.test(`redact() masks the secret alone when the text is ${where}`, () => {
    assertEquals(redact(text), marked.replace(/‹[^›]*›/g, MASK));
  });
  Deno.test(`redact() leaves no piece of the secret when the text is ${where}`, () => {
    assertEquals(leaked(secrets, surroundings, redact(text)), []);
  });
}

for (const text of HARMLESS_TEXTS) {
  Deno.test(`redact() changes nothing when the text is '${text}'`, () => {
    assertEquals(redact(text), text);
  });
}

/** Words that neither open a quote or bracket nor announce a value, which would be what follows. */
const word = fc.oneof(
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 })
    .map((text) => text.replace(/["'`(){}[\]\s]/g, "")),
  fc.constantFrom(
    "Error:",
    "in",
    "src/app.ts:3",
    "->",
    "&&",
    "token",
    "a=b",
    "key",
    "don't",
    "100%",
  ),
);
const words = fc.array(word, { maxLength: 5 }).map((words) => words.join(" "));

Deno.test("redact() changes nothing more when it is given what it has made", () => {
  fc.assert(
    fc.property(fc.constantFrom(...SECRET_TEXTS), words, words, ([, marked], before, after) => {
      const once = redact(`${before} ${parts(marked).text} ${after}`);
      assertEquals(redact(once), once);
    }),
    { numRuns: 5000 },
  );
});

Deno.test("redact() leaves no piece of a secret when any words stand around it", () => {
  fc.assert(
    fc.property(fc.constantFrom(...SECRET_TEXTS), words, words, ([, marked], before, after) => {
      const { text, secrets, surroundings } = parts(marked);
      const shown = redact(`${before} ${text} ${after}`);
      assertEquals(leaked(secrets, `${before} ${surroundings} ${after}`, shown), []);
    }),
    { numRuns: 5000 },
  );
});

/** Any password of printable ASCII that does not look like a placeholder or a word. */
const password = fc.string({ unit: "grapheme-ascii", minLength: 4, maxLength: 20 })
  .map((text) => `7${text}`);
const without = (unwanted: RegExp) => (secret: string): string => secret.replace(unwanted, "");
const percentEncoded = (secret: string): string =>
  encodeURIComponent(secret).replaceAll("'", "%27");
const pythonRepr = (secret: string): string =>
  `'${secret.replace(/[\\']/g, (character) => `\\${character}`)}'`;

/** How a value is written in each surroundings, and the surroundings. */
const SURROUNDINGS: [where: string, written: (secret: string) => string, around: string][] = [
  ["the environment", without(/[\s"'\\]/g), "A=1 API_KEY=‹› B=2"],
  ["a shell", without(/'/g), "export DB_PASSWORD='‹›' && make"],
  ["JSON", JSON.stringify, `{"user":"bob","password":‹›,"port":1}`],
  ["JSON with spaces", JSON.stringify, `{"user": "bob", "password": ‹›, "port": 1}`],
  ["JSON in JSON", (secret) => JSON.stringify(JSON.stringify(secret)).slice(1, -1), raw()],
  ["a dict of Python", pythonRepr, "{'user': 'bob', 'api_key': ‹›, 'port': 1}"],
  ["a call of Python", pythonRepr, "Client(user='bob', api_key=‹›, port=1)"],
  ["a query", percentEncoded, "GET https://example.com/?a=1&access_token=‹›&b=2"],
  ["a URL", percentEncoded, "GET https://bob:‹›@example.com/x"],
  ["a connection string", without(/[\s"'\\,;&]/g), "Server=db;Password=‹›;Encrypt=true"],
  ["a flag", without(/[\s"'\\,;&]/g), "run --password ‹› --user bob"],
  ["YAML", without(/[\s"'\\,;&]/g), "user: bob db_password: ‹› port: 5432"],
  ["a header", without(/[\s"'\\,;&]/g), "> Authorization: Bearer ‹› > Accept: */*"],
];

function raw(): string {
  return String.raw`{"body":"{\"user\":\"bob\",\"password\":‹›}"}`;
}

for (const [where, written, around] of SURROUNDINGS) {
  Deno.test(`redact() leaves no piece of a secret when any value stands in ${where}`, () => {
    fc.assert(
      fc.property(password, (secret) => {
        const value = written(secret);
        const text = around.replace("‹›", () => value);
        assertEquals(leaked([value], around, redact(text)), []);
      }),
      { numRuns: 1000 },
    );
  });
}

/** Repeated, each of them makes some rule begin again and again. */
const REPEATED = [
  ...[
    "a",
    "A",
    "_",
    "-",
    ".",
    "a-",
    "a_",
    "a.",
    "aA",
    "\\",
    '\\"',
    '"',
    "'",
    "' ",
    "[",
    "(",
    "@",
    ":",
  ],
  ...[
    "password",
    "password ",
    "password=",
    "password: ",
    "a.password",
    '"password"',
    "KEY=",
    "key:",
  ],
  ...["--key ", "-u a:", "auth('", "token=[", "token=f(", "=a,b", ";a=", "a: ", "a = "],
  ...["http://", "http://a:", "http://a@", "a:b@", "a:b@c", "%3A%2F%2F", "hooks.slack.com/a/"],
  ...["Authorization: ", "authorization: a=b,", "bearer ", "Basic ", "Cookie: a=b;", "<password "],
  ...["mysql ", "mysql -u ", "docker login ", "config set ", "login a ", "identified by '"],
  ...["sk-", "eyJ", "eyJaaaaaaaa.", "SG.a", "-----BEGIN PRIVATE KEY", "npm_a", "1Q~", "[1m"],
];

/** The shortest of some runs, which the others of a busy machine only make longer. */
function shortestTime(text: string): number {
  const times = Array.from({ length: 12 }, () => {
    const start = performance.now();
    redact(text);
    return performance.now() - start;
  });
  return Math.min(...times);
}

for (const block of REPEATED) {
  Deno.test(`redact() takes at most 40 times as long for 4 times as much of '${block}'`, () => {
    const text = (length: number): string =>
      block.repeat(length / block.length + 1).slice(0, length);
    // The first runs also compile the patterns.
    redact(text(1000));
    assertLess(shortestTime(text(4000)) / shortestTime(text(1000)), 40);
  });
}
