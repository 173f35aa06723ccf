import type { Clock } from "../clock.ts";
import { parseWorkspace, type Sender, workspaceRequest } from "../platform/mod.ts";
import { type KnownParent, safeName } from "./wake_message.ts";

/** After this long the parent is looked up again: it may have been renamed. */
const KEPT_MS = 10 * 60 * 1000;

/** Options of {@linkcode Parent}. */
export interface ParentOptions {
  readonly workspaceId: string;
  readonly sender: Sender;
  readonly clock: Clock;
}

/**
 * Looks the workspace's parent up. Only definite answers are kept: one that failed today says
 * nothing about tomorrow.
 */
export class Parent {
  readonly #options: ParentOptions;
  #known: { readonly parent: KnownParent; readonly at: number } | undefined;

  /** @param options Whose parent, and whom to ask. */
  constructor(options: ParentOptions) {
    this.#options = options;
  }

  /**
   * Says who the parent is.
   *
   * @param signal Gives the look-up up.
   * @returns The parent; what was known before, or "unknown", when the platform does not say.
   */
  async find(signal: AbortSignal): Promise<KnownParent> {
    const { clock } = this.#options;
    const before = this.#known;
    if (before !== undefined && clock.now() - before.at < KEPT_MS) return before.parent;
    const parent = await this.#ask(signal);
    if (parent.kind === "unknown") return before?.parent ?? parent;
    this.#known = { parent, at: clock.now() };
    return parent;
  }

  async #ask(signal: AbortSignal): Promise<KnownParent> {
    const { sender, workspaceId } = this.#options;
    const own = await this.#workspace(workspaceId, signal);
    if (own === undefined) return { kind: "unknown" };
    if (own.parentId === "") return { kind: "none" };
    const parent = await sender.send(workspaceRequest(own.parentId), { signal });
    // Removed, but still named as the parent: there is nobody to report to by name.
    if (parent.kind === "not_found" || parent.kind === "gone") return { kind: "none" };
    const found = parent.kind === "ok" ? parseWorkspace(parent.body) : undefined;
    if (found === undefined) return { kind: "unknown" };
    return { kind: "parent", name: safeName(found.name) };
  }

  async #workspace(id: string, signal: AbortSignal) {
    const outcome = await this.#options.sender.send(workspaceRequest(id), { signal });
    return outcome.kind === "ok" ? parseWorkspace(outcome.body) : undefined;
  }
}
