/** What stands in a text where a secret stood. */
const MASK = "[redacted]";

// The parts that the patterns are put together from.

/** A name that can only be a secret's: `apiKey`, `client_secret`, `PGPASSWORD`. */
const PLAIN = "(?:passwords?|passwd|passphrase|secrets?" +
  "|(?:api|access|account|auth|private|secret|client|signing|encryption|service)[ _-]?keys?)";
/** How the names of secrets end, some of which are words of prose, too. */
const NAME =
  `(?:${PLAIN}|token|credentials?|signature|pwd(?!=[/~])|(?<!by|com|tres|over|under)pass` +
  "|(?<![a-z])(?:o?auth|cookie)|(?<=[A-Z]_)(?-i:KEY))" +
  "(?:[_-](?:\\d+|base|live|prod|data))?";
/** A quote, perhaps of JSON within JSON. */
const QUOTE = "\\\\*[\"'`]";
/** A text in quotes, up to the closing one, if there is any; quotes of another level are its own. */
const QUOTED = "[bfr]?(?<quote>\\\\*(?:\"\"\"|'''|[\"'`]))(?:(?!(?<!\\\\)\\k<quote>)[^])*" +
  "(?:\\k<quote>)?";
/** A word, without the punctuation of the sentence or the list that it stands in. */
const WORD =
  "(?:\\[redacted\\]|[^\\s\"'\\\\,;&.)\\]}]|[.)\\]}](?![.,;&)\\]}]{0,2}(?:\\s|$|\\\\*[\"']))" +
  "|[,;&](?![.,;&)\\]}]{0,2}(?:\\s|$|\\\\*[\"'])|[\\w.-]{1,40}[=:]))+";
/** A value: in quotes, a list or tuple, or a word. */
const VALUE =
  `(?:(?:${QUOTED}|\\w*[[(](?=${QUOTE})[^\\])]*[\\])]?|\\[[^\\]]*\\]?)(?:${WORD})?|${WORD})`;
/** What follows is no value, or is masked; or the sentence goes on without telling it. */
const NOTHING =
  `(?!${QUOTE}?(?:none|null|nil|undefined|true|false|yes|no|\\[redacted\\])(?!\\w)|''(?!')|""(?!")` +
  "|(?:the|this|that|it|is|an?|not|must|should|see|field|requires?d?|unbound|invalid|missing|in|for" +
  "|of|and|or|was|has|string|await|[a-z_][\\w.]*\\([\\w.]*\\))(?![\\w@])|\\{" +
  "|\\[?[\"'](?:this field|must be|should be|is required)\\b)";
/** What follows looks like a secret, where any word could stand. */
const RANDOM = `(?=${QUOTE}?[^\\s\\d]*\\d)(?=${QUOTE}?[^\\sa-z]*[a-z])(?=${QUOTE}?[\\w.~+/=*-]{6})`;

/** What is masked, and what stands there then. */
type Rule = readonly [pattern: RegExp, replacement: string];

/** A rule that keeps the first group of a pattern, and masks the rest; it knows no case. */
function after(pattern: string): Rule {
  return [new RegExp(pattern, "gi"), `$1${MASK}`];
}

/** How issuers begin their tokens, and what follows. */
const ISSUED = [
  "sk-(?!learn\\b)[\\w*-]{3,}", // OpenAI, Anthropic and others
  "(?:[prs]k_(?:live|test)|whsec)_\\w{4,}", // Stripe
  "(?:gh[oprsu]|github_pat)_\\w{4,}",
  "glpat-[\\w.-]{8,}",
  "(?:xox[a-z]|xapp)-[\\w-]{8,}", // Slack
  "(?:AKIA|ASIA)[A-Z0-9]{8,}", // AWS
  "AIza[\\w-]{20,}", // Google
  "ya29\\.[\\w.-]{8,}",
  "(?:npm|hf)_(?=[a-z]*[A-Z0-9])[A-Za-z0-9]{10,}",
  "pypi-[\\w-]{16,}",
  "SG\\.[\\w-]{10,}\\.[\\w-]{10,}", // SendGrid
  "hv[bsr]\\.[\\w-]{16,}", // Vault
  "(?:do[opr]_v1|dckr_[po]at)_[\\w-]{16,}", // DigitalOcean, Docker Hub
  "dapi[0-9a-f]{32}", // Databricks
  "(?:SK|key-)[0-9a-f]{32}", // Twilio, Mailgun
  "[\\w.~-]{3}\\dQ~[\\w.~-]{20,}", // Azure
  "(?:dp\\.[a-z]{2,5}\\.|tskey-)[\\w.-]{16,}", // Doppler, Tailscale
  "(?:bot)?\\d{8,12}:AA[\\w-]{20,}", // Telegram
  "AGE-SECRET-KEY-1[A-Z0-9]{8,}",
  "eyJ[\\w-]{8,}\\.[\\w-]+(?:\\.[\\w-]*)?", // JSON Web Tokens
];

/**
 * Each secret that is known by its surroundings or its shape, with what stays of it. They are tried
 * in this order: what is masked by one is not taken apart by the next.
 */
const makeRules = (): readonly Rule[] => [
  // A private key, even one that is cut off.
  [
    /-----BEGIN[A-Z ]{0,40}PRIVATE KEY.*?(?:-----END[A-Z ]{0,40}PRIVATE KEY-----|$)/gs,
    MASK,
  ],

  // scheme://user:password@host, in JSON also :\/\/. A password may hold a slash; a port is none.
  after(
    "(\\b[a-z][a-z0-9+.-]{0,30}:(?:\\\\?/){2})(?!git@)" +
      "(?:[^\\s/?#\"'<>]*|[^\\s/?#\"'<>:@]{0,200}:(?!\\d+[/?#])[^\\s\"'<>]{0,500})(?=@)",
  ),

  // Headers: up to their quote, or a scheme and what follows it.
  after("(([\"'])(?:proxy-)?authorization\\s*:\\s*)(?:(?!\\2)[^])+(?=\\2)"),
  after(
    `(authorization${QUOTE}?\\]?\\s*[:=]\\s*)` +
      `(?:digest .*|(?:[\\w-]{1,20}\\s+)?(?:\\w+=[^\\s,]+,\\s*)+\\S+` +
      `|(?:(?:basic|bearer|token|api-?key)\\s+)?${VALUE})`,
  ),
  after(`(\\bbearer\\s+)(?!(?:tokens?|auth\\w*|realm|scheme)\\b)${NOTHING}${WORD}`),
  [/(\b[Bb]asic\s+)(?=\S*[0-9=])(?:[\w+/-]{14,}|[\w+/-]{6,}(?==))={0,2}/g, `$1${MASK}`],
  after("(\\bcookie\\s*:\\s*)[^\\s\"';=]+=[^\\s\"';]*(?:;\\s*[^\\s\"';=]+(?:=[^\\s\"';]*)?)*"),

  // user:password@host:port, user:password@tcp(host)
  after("(\\b[\\w.+-]{1,64}:)[^\\s\"'<>@/]{1,200}(?=@(?:tcp\\(|(?!sha\\d)[\\w.-]+:\\d))"),
  // Webhooks: the path is the secret.
  after("(\\bhooks\\.slack\\.com/\\w+/|/api/webhooks/\\d+/)[^\\s\"'<>]+"),

  // Command lines: curl -u user:password (but not docker run -u 1000:1000), mysql -psecret,
  // --password value, "--password", "value".
  after(
    `((?<!\\S)(?:-u|--user)[\\s=]*${QUOTE}?[^\\s:"']{1,64}:)(?!\\d+(?!\\S))` +
      `(?:(?<=["'][^\\s:"']{1,64}:)[^"']+|${WORD})`,
  ),
  after(
    "(\\b(?:sshpass|mysql\\w*|redis-cli|(?:docker|podman|helm) login)" +
      `(?:\\s+[^\\s|&]+){0,12}?\\s+-[pa]\\s*)(?!-)${VALUE}`,
  ),
  after(
    `((?<![\\w-])--?[\\w-]*${NAME}(?:\\s+|${QUOTE},\\s*(?=${QUOTE})))(?!-)${NOTHING}${VALUE}`,
  ),

  // NAME=value as in an environment: all that is in quotes, or all of the word.
  after(`((["'])[A-Z0-9_]*${NAME}=)(?:(?!\\2)[^])+(?=\\2)`),
  after(
    `(\\b(?-i:[A-Z0-9_]*)${NAME}(?<=(?-i:[A-Z0-9]))=)${NOTHING}(?:${QUOTED}|\\S*[^\\s"'\`)\\]}])`,
  ),
  // "name": "value", some_name: value; other bare names are prose too often.
  after(
    `((?:${PLAIN}|token(?=:\\S)|(?<=[a-z0-9][_.-]|${QUOTE}|(?-i:[a-z](?=[A-Z])))${NAME})` +
      `(?:-data)?${QUOTE}?\\s*:\\s*)${NOTHING}${VALUE}`,
  ),
  // name=value, name => value, name[…] = value, name: type = value
  after(
    `(${NAME}${QUOTE}?\\]?(?::\\s?\\w+\\s)?\\s*(?:=>|:?==?(?![=>])|%3D|\\\\u003d)\\s*)${NOTHING}${VALUE}`,
  ),
  // <name>value</name>; name: NAME, value: value
  after(`(<[\\w:.-]*${NAME}>)[^<]+`),
  after(`(${NAME}${QUOTE}?[,\\s]+${QUOTE}?value${QUOTE}?\\s*[:=]\\s*)${NOTHING}${VALUE}`),
  // key=v4lue, token: v4lue, API key 'v4lue', password is v4lue
  after(
    "(\\b(?:key|token|pass|credential|auth|sig|signature|password(?: to)?)" +
      `(?:\\s*[:=]\\s*|\\s+(?:is\\s+|provided:\\s*)?))${NOTHING}${RANDOM}${VALUE}`,
  ),
  after("([?&](?:key|sig)=)[^\\s\"'&]+"),

  // Also behind an escape in JSON, and in coloured output.
  [
    new RegExp(`(?:(?<![A-Za-z0-9])|(?<=\\\\[nrt]|\\[[\\d;]*m))(?:${ISSUED.join("|")})`, "g"),
    MASK,
  ],
];

/** Made when there is something to mask: V8 reads all of a pattern then. */
let rules: readonly Rule[] | undefined;

/**
 * Masks the secrets in a text that an agent shows of its work: keys and tokens by their shape or
 * their name, passwords in URLs, credentials in headers and command lines. Rather a word too many
 * than a secret; but what nothing tells from other words stays: a secret without a name or a known
 * shape, and all but the first of several words without quotes.
 *
 * @param text The text; of a few thousand characters, since every rule reads all of it.
 *
 * @example
 * ```ts
 * import { redact } from "./redaction.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   redact("GET https://me:hunter2@example.com failed with API_KEY=abc"),
 *   "GET https://[redacted]@example.com failed with API_KEY=[redacted]",
 * );
 * ```
 */
export function redact(text: string): string {
  if (text === "") return text; // an idle agent says nothing
  rules ??= makeRules();
  return rules.reduce((text, [secret, mask]) => text.replace(secret, mask), text);
}
