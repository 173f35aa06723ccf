/** A sample as it stands in the text. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A text of the exposition format, as a reader sees it. */
export interface ReadMetrics {
  readonly help: ReadonlyMap<string, string>;
  readonly types: ReadonlyMap<string, string>;
  readonly samples: readonly Sample[];
  /** The one sample of a name whose labels say this, among others. */
  valueOf(name: string, labels?: Readonly<Record<string, string>>): number;
}

const ESCAPES: Readonly<Record<string, string>> = { "n": "\n", "\\": "\\", '"': '"' };

/**
 * Reads the text format of Prometheus as its specification has it, by itself: it knows nothing of
 * the writer.
 *
 * @throws {Error} The text is none, or says something twice.
 */
export function readMetrics(text: string): ReadMetrics {
  if (text !== "" && !text.endsWith("\n")) throw new Error("The last line does not end");
  const help = new Map<string, string>();
  const types = new Map<string, string>();
  const samples = new Map<string, Sample>();
  for (const line of text.split("\n").slice(0, -1)) {
    const [, keyword = "", name = "", rest = ""] = /^# (HELP|TYPE) ([a-z_]+) (.*)$/s.exec(line) ??
      [];
    if (keyword === "HELP") once(help, name, unescaped(rest));
    else if (keyword === "TYPE") once(types, name, rest);
    else {
      const sample = readSample(line);
      once(samples, JSON.stringify([sample.name, Object.entries(sample.labels).sort()]), sample);
    }
  }
  const all = [...samples.values()];
  return {
    help,
    types,
    samples: all,
    valueOf(name, labels = {}) {
      const found = all.filter((sample) =>
        sample.name === name &&
        Object.entries(labels).every(([label, value]) => sample.labels[label] === value)
      );
      const [only] = found;
      if (only !== undefined && found.length === 1) return only.value;
      throw new Error(`${found.length} samples of ${name}${JSON.stringify(labels)} in:\n${text}`);
    },
  };
}

function once<T>(map: Map<string, T>, key: string, value: T): void {
  if (map.has(key)) throw new Error(`It is said twice: ${key}`);
  map.set(key, value);
}

/** Walks over one line, character by character. */
function readSample(line: string): Sample {
  let at = 0;
  const word = (pattern: RegExp): string => {
    const [found] = line.slice(at).match(pattern) ?? [];
    if (found === undefined) throw new Error(`Cannot read ${line} at ${at}`);
    at += found.length;
    return found;
  };
  const name = word(/^[a-zA-Z_:][a-zA-Z0-9_:]*/);
  const labels: Record<string, string> = {};
  if (line[at] === "{") {
    at++;
    while (line[at] !== "}") {
      const label = word(/^[a-zA-Z_][a-zA-Z0-9_]*/);
      word(/^="/);
      labels[label] = unescaped(word(/^(?:[^"\\]|\\.)*/s));
      word(/^",?/);
    }
    at++;
  }
  word(/^ /);
  const text = word(/^[^ ]+$/);
  const value = text === "+Inf" ? Infinity : text === "-Inf" ? -Infinity : Number(text);
  return { name, labels, value };
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, (_, character: string) => {
    const meant = ESCAPES[character];
    if (meant === undefined) throw new Error(`Nobody knows the escape \\${character}`);
    return meant;
  });
}
