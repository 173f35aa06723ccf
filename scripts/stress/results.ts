import type { DevWorkspace } from "../dev_platform/mod.ts";
import type { Chance } from "./random.ts";

/** What a line of the results file must say, but for its time. */
export interface Expected {
  readonly delegation_id: string;
  readonly target_id: string;
  readonly source_id: string;
  readonly status: string;
  readonly summary: string;
  readonly response_preview: string;
  readonly error: string;
}

/** The platform cuts a reply to so many bytes. */
const PREVIEW_BYTES = 300;
const SUMMARY_BYTES = 80;
/** Six bytes of the results file, three of the journal: one can have room where the other has not. */
const WIDE = "\u6f22";

/** A result's name, as the journal writes it. */
export function keyOf(
  { delegation_id, status }: Pick<Expected, "delegation_id" | "status">,
): string {
  return `${status} ${delegation_id}`;
}

/**
 * Delegates, and lets the peer finish: two rows.
 *
 * @param workspace Who delegates.
 * @param options The delegation's id, and how long the reply is.
 */
export function finishOne(
  workspace: DevWorkspace,
  { id, length }: { readonly id: string; readonly length: number },
): Expected {
  const to = crypto.randomUUID();
  const reply = text(id, length, "x");
  workspace.finish(workspace.delegate({ id, to }), reply);
  return completed(workspace, { id, to, reply });
}

/**
 * What becomes of a delegation that a peer has done.
 *
 * @param workspace Who has delegated.
 * @param delegation What, to whom, and what came of it.
 */
export function completed(
  workspace: Pick<DevWorkspace, "id">,
  { id, to, reply }: { readonly id: string; readonly to: string; readonly reply: string },
): Expected {
  return {
    delegation_id: id,
    target_id: to,
    source_id: workspace.id,
    status: "completed",
    summary: `Delegation completed (${cut(reply, SUMMARY_BYTES)})`,
    response_preview: cut(reply, PREVIEW_BYTES),
    error: "",
  };
}

/** Options of {@linkcode injectAll}. */
export interface InjectOptions {
  /** The ids, the oldest first. */
  readonly ids: readonly string[];
  /** How long each text is. */
  readonly length: number;
  /**
   * Whether the text is of characters that take more room in the results file than in the journal.
   *
   * @default {false}
   */
  readonly isWide?: boolean;
}

/**
 * Lists results whose texts are as long as one likes: one row each, all at once.
 *
 * @param workspace Whose they are.
 * @param options Which.
 * @returns What must become of them, the oldest first.
 */
export function injectAll(
  workspace: DevWorkspace,
  { ids, isWide = false, length }: InjectOptions,
): Expected[] {
  const results = ids.map((id, index) => {
    const failed = index % 5 === 4;
    const content = text(id, length, isWide ? WIDE : "x");
    return {
      delegation_id: id,
      target_id: crypto.randomUUID(),
      source_id: workspace.id,
      status: failed ? "failed" : "completed",
      summary: `Summary of ${id}`,
      response_preview: failed ? "" : content,
      error: failed ? content : "",
    };
  });
  const created_at = new Date().toISOString();
  workspace.injectRows(results.toReversed().map((result) => ({ ...result, created_at })));
  return results;
}

/** How many characters a reply has: mostly short, sometimes longer than a page, or many of them. */
export function randomLength(chance: Chance): number {
  if (chance.happens(0.1)) return chance.int(60_000, 120_000);
  return chance.happens(0.35) ? chance.int(16_500, 30_000) : chance.int(1, 900);
}

/** It begins with its id, so that no two are alike. */
function text(id: string, length: number, filler: string): string {
  return `${id} ${filler.repeat(length)}`;
}

function cut(ascii: string, bytes: number): string {
  return ascii.length > bytes ? `${ascii.slice(0, bytes)}...` : ascii;
}
