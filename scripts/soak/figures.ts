/** What is looked at in each sample. */
export interface Figure {
  /** Its name, for people. */
  readonly title: string;
  /** What it is counted in, or "". */
  readonly unit: "" | "MiB" | "KiB" | "s";
  /** How much of it may be more at the end; undefined for what may grow. */
  readonly allowed: number | undefined;
  /** How long it takes, in seconds, until what is no longer needed is given back. */
  readonly cycle: number;
}

/**
 * Old garbage goes after some 230 requests, which takes some nine minutes here, and what little comes
 * together in the half of that is no growth.
 */
const MIB: Omit<Figure, "title"> = { unit: "MiB", allowed: 1, cycle: 300 };
/** What the system sees: allocators keep what oversized bodies took once. As issue 7 allows it. */
const KEPT_MIB: Omit<Figure, "title"> = { ...MIB, allowed: 3 };
const COUNT: Omit<Figure, "title"> = { unit: "", allowed: 2, cycle: 0 };
const KIB: Omit<Figure, "title"> = { unit: "KiB", allowed: 4, cycle: 0 };

/** The figures, in the order in which they are shown. */
export const FIGURES = {
  rss: { title: "Resident memory", ...KEPT_MIB },
  rssAnon: { title: "of it anonymous", ...KEPT_MIB },
  heapUsed: { title: "JavaScript's heap in use", ...MIB },
  heapTotal: { title: "JavaScript's heap", ...MIB },
  external: { title: "Memory behind JavaScript's objects", ...MIB },
  threads: { title: "Threads", ...COUNT },
  descriptors: { title: "Open file descriptors", ...COUNT },
  sockets: { title: "of them sockets", ...COUNT },
  resources: { title: "Resources open in Deno", ...COUNT },
  timers: { title: "Timers", ...COUNT },
  listeners: { title: "Listeners of abort signals", ...COUNT },
  // Some are made when they are needed for the first time.
  files: { title: "Files in the folder", ...COUNT, allowed: 3 },
  statusBytes: { title: "Status file", ...KIB },
  metricsBytes: { title: "Metrics file", ...KIB },
  resultsBytes: { title: "Results file", ...KIB },
  journalBytes: { title: "Journal", unit: "KiB", allowed: undefined, cycle: 0 },
  cpuSeconds: { title: "CPU time", unit: "s", allowed: undefined, cycle: 0 },
} as const satisfies Record<string, Figure>;

/** The name of a figure. */
export type FigureName = keyof typeof FIGURES;

/** All figures at one moment. */
export interface Sample {
  /** When, in seconds since the program was started. */
  readonly at: number;
  /** The figures, in their units. */
  readonly values: Readonly<Record<FigureName, number>>;
}

/** The names, in the order in which they are shown. */
export const FIGURE_NAMES: readonly FigureName[] = Object.keys(FIGURES).filter(isFigureName);

function isFigureName(name: string): name is FigureName {
  return Object.hasOwn(FIGURES, name);
}
