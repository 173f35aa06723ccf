import * as v from "valibot";
import { neutralise } from "../text.ts";
import { parseToken } from "../token.ts";
import { parsePlatformUrl, parseWorkspaceId } from "./values.ts";

/** One of several workspaces that one sidecar keeps alive (contract 4.1). */
export interface WorkspaceEntry {
  /** The workspace. */
  readonly id: string;
  /** Its token; undefined when its token file holds it, or a registration gets one. */
  readonly token: string | undefined;
  /** Its platform; undefined for the one that the settings name. */
  readonly platformUrl: string | undefined;
}

/** At least one workspace. */
export type WorkspaceEntries = readonly [WorkspaceEntry, ...WorkspaceEntry[]];

const Optional = v.nullish(v.string(), "");
const Entry = v.object({ id: v.string(), token: Optional, platform_url: Optional });

/**
 * Reads `MOLECULE_WORKSPACES`.
 *
 * @param text A JSON list with an object for each workspace.
 * @returns The workspaces, in the order of the list; undefined when one of them is not allowed.
 */
export function parseWorkspaces(text: string): WorkspaceEntries | undefined {
  const read = readWorkspaces(text);
  return typeof read === "string" ? undefined : read;
}

/**
 * Says what is wrong about a `MOLECULE_WORKSPACES`, without any of the tokens in it.
 *
 * @param text What {@linkcode parseWorkspaces} did not take.
 */
export function workspacesProblem(text: string): string {
  const read = readWorkspaces(text);
  return typeof read === "string" ? read : "";
}

/** The workspaces, or what is wrong about the first one that is not allowed. */
function readWorkspaces(text: string): WorkspaceEntries | string {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    return "it is no JSON";
  }
  if (!Array.isArray(list)) return "it is no list";
  const entries: WorkspaceEntry[] = [];
  const ids = new Set<string>();
  for (const [index, value] of list.entries()) {
    const entry = readEntry(value);
    if (typeof entry === "string") return `entry ${index + 1} ${entry}`;
    // Its folder is named after it, and not every file system tells capitals from small letters.
    const id = entry.id.toLowerCase();
    if (ids.has(id)) return `entry ${index + 1} has the id '${entry.id}' of an entry before it`;
    ids.add(id);
    entries.push(entry);
  }
  const [first, ...rest] = entries;
  return first === undefined ? "the list is empty" : [first, ...rest];
}

/** Who writes platformUrl would have the token sent to another platform than he meant. */
function misspelt(value: unknown): string | undefined {
  const known = Object.keys(Entry.entries);
  const plain = (key: string) => key.toLowerCase().replace(/[^a-z]/g, "");
  return Object.keys(Object(value)).find((key) =>
    !known.includes(key) && known.some((name) => plain(name) === plain(key))
  );
}

function readEntry(value: unknown): WorkspaceEntry | string {
  const wrong = misspelt(value);
  if (wrong !== undefined) {
    return `has the key '${neutralise(wrong, 20)}': expected id, token or platform_url`;
  }
  const read = v.safeParse(Entry, value);
  if (!read.success) return "is no object whose 'id' and other values are texts";
  const { id, token, platform_url: url } = read.output;
  if (parseWorkspaceId(id) === undefined) {
    return `has the id '${neutralise(id, 12)}', which is not 1 to 128 letters, digits, '-' or '_'`;
  }
  const parsedToken = parseToken(token);
  if (token.trim() !== "" && parsedToken === undefined) {
    return `(${id}) has a token with spaces or characters in it that cannot be printed`;
  }
  const platformUrl = url === "" ? undefined : parsePlatformUrl(url);
  if (url !== "" && platformUrl === undefined) {
    return `(${id}) has a platform_url that is no http:// or https:// URL without credentials`;
  }
  return { id, token: parsedToken, platformUrl };
}
