/**
 * What `check` finds out about the results file and what stands beside it.
 *
 * @module
 */

import { dirname } from "../path.ts";
import type { Settings } from "../config/mod.ts";
import { FileResults, Journal } from "../delegations/mod.ts";
import { EXIT_CODE } from "../exit_code.ts";
import { mayRead, mayWrite } from "../grants.ts";
import { lstatIfThere } from "../lstat_if_there.ts";
import { createLog, Secrets } from "../log/mod.ts";
import { resultsFiles } from "../permissions.ts";
import { counted, reasonOf } from "../text.ts";
import { failed, type Finding, ok, skipped, warning } from "./checks.ts";

const STICKY = 0o1000;
const GROUP_READS = 0o040;
const GROUP_WRITES = 0o020;
const OTHERS_READ = 0o004;
const OTHERS_WRITE = 0o002;
const ROOT = 0;

/** Everybody writes there, and renames only what is his own: so it is in nearly every image. */
const USUALLY_STICKY = ["/tmp", "/var/tmp", "/dev/shm"];
const STICKY_FOLDER: Ownership = { uid: ROOT, gid: ROOT, mode: STICKY | 0o777 };

const IMPASSABLE = "results cannot be delivered until this is mended";

/** Whose a file or folder is, and what its mode allows. */
export interface Ownership {
  /** Its owner's number; null where there is none. */
  readonly uid: number | null;
  /** Its group's number; null where there is none. */
  readonly gid: number | null;
  /** Its mode, with the sticky bit. */
  readonly mode: number | null;
}

/**
 * Tests the results file, its journal, and whether an agent that runs as another user could take
 * the file away.
 *
 * @param settings The settings.
 */
export async function checkResults(settings: Settings): Promise<Finding[]> {
  const path = settings.resultsFile.value;
  if (path === "-") return [ok("results file", "results go to standard output: no journal")];
  const file = await checkResultsFile(path);
  const folder = file.status === "ok"
    ? await checkFolder(settings)
    : skipped("results folder", "the results file cannot be written");
  return [file, await checkJournal(settings), folder];
}

async function checkResultsFile(path: string): Promise<Finding> {
  const name = "results file";
  const { lock, next } = resultsFiles(path);
  if (!mayRead(path) || !mayWrite(path)) return skipped(name, `'${path}' is not granted`);
  try {
    await new FileResults(path).probe();
    for (const beside of [next, lock].filter(mayRead)) {
      if (await isObstacle(beside)) {
        const remedy = "remove it: the sidecar makes a file there";
        const message = `'${beside}' is no regular file`;
        return failed(name, message, remedy, EXIT_CODE.resultsFile);
      }
    }
    if (mayRead(lock) && mayWrite(lock)) await makeAndRemove(lock);
    return ok(name, `'${path}' can be written`);
  } catch (error) {
    return failed(name, reasonOf(error), fileRemedy(error), EXIT_CODE.resultsFile);
  }
}

/**
 * Finds out whether the folder takes a new file: each delivery renames the results file. Where the
 * lock is there, a sidecar has made it.
 */
async function makeAndRemove(lock: string): Promise<void> {
  try {
    using _file = await Deno.open(lock, { write: true, createNew: true, mode: 0o600 });
    await Deno.remove(lock);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}

async function isObstacle(path: string): Promise<boolean> {
  return (await lstatIfThere(path))?.isFile === false;
}

function fileRemedy(error: unknown): string {
  if (error instanceof TypeError) return IMPASSABLE; // its message says what to do
  if (error instanceof Deno.errors.NotFound) return "make its folder";
  return "let this user write it, and to its folder";
}

async function checkJournal(settings: Settings): Promise<Finding> {
  const name = "journal";
  const { journal: file } = resultsFiles(settings.resultsFile.value);
  if (!mayRead(file)) return skipped(name, `'${file}' is not granted`);
  const { log } = createLog({ level: "error", format: "text", secrets: new Secrets() });
  const journal = new Journal({ file, workspaceId: settings.workspaceId.value, log });
  try {
    const found = await journal.inspect();
    if (found === undefined) {
      return ok(name, `nothing in '${file}' yet: all that the platform lists will be delivered`);
    }
    const { damaged, results } = found;
    if (damaged === 0) return ok(name, `'${file}' knows ${counted(results, "result")}`);
    return warning(
      name,
      `'${file}' has ${counted(damaged, "damaged line")}`,
      "nothing to do: the sidecar mends it when it starts; a result may be delivered again",
    );
  } catch (error) {
    // A message about something that is no journal of ours says what to do.
    const remedy = error instanceof TypeError ? IMPASSABLE : "let this user read it";
    return failed(name, reasonOf(error), remedy, EXIT_CODE.resultsFile);
  }
}

async function checkFolder({ resultsFile, resultsMode }: Settings): Promise<Finding> {
  const name = "results folder";
  const path = resultsFile.value;
  const folder = dirname(path);
  const isGranted = mayRead(folder);
  if (!isGranted && !USUALLY_STICKY.includes(folder)) {
    return skipped(
      name,
      `'${folder}' itself is not granted; for an agent that runs as another user, look with ` +
        `ls -ld '${folder}': it must be able to write there, and no t may end the mode`,
    );
  }
  try {
    const { gid, uid } = await Deno.lstat(path);
    return folderFinding({
      folder,
      path,
      // The file may still have the mode that it was made with: the next delivery sets it.
      file: { uid, gid, mode: resultsMode.value },
      owner: isGranted ? await Deno.stat(folder) : STICKY_FOLDER,
      isAssumed: !isGranted,
    });
  } catch (error) {
    return skipped(name, reasonOf(error)); // the agent has just taken the file
  }
}

/**
 * Says who can take the results file: rename it, and then read it. That is the sidecar's user and
 * root, unless the folder and the file's mode let others. It warns when they were meant to let
 * others and do not.
 *
 * @param subject The folder and the file, and whose they are.
 */
export function folderFinding({ folder, path, file, owner, isAssumed = false }: {
  readonly folder: string;
  readonly path: string;
  /** The file's owner and group, and the mode that the settings give it. */
  readonly file: Ownership;
  /** The folder's. */
  readonly owner: Ownership;
  /** Whether nobody has looked at the folder. */
  readonly isAssumed?: boolean;
}): Finding {
  const name = "results folder";
  if (owner.uid === null || owner.mode === null || file.uid === null || file.mode === null) {
    return skipped(name, "files have no owners on this system");
  }
  const isSticky = (owner.mode & STICKY) !== 0;
  const isShared = (owner.mode & (GROUP_WRITES | OTHERS_WRITE)) !== 0;
  const isReadable = (file.mode & (GROUP_READS | OTHERS_READ)) !== 0;
  const isForeign = owner.uid !== ROOT && owner.uid !== file.uid;
  const canReplace = file.uid === ROOT || file.uid === owner.uid || isShared;

  const takers = people([
    ROOT,
    owner.uid,
    ...canReplace ? [file.uid] : [],
    ...!isSticky && (owner.mode & GROUP_WRITES) !== 0 ? [`group ${owner.gid}`] : [],
    ...!isSticky && (owner.mode & OTHERS_WRITE) !== 0 ? [EVERYBODY] : [],
  ]);
  const readers = people([
    ROOT,
    file.uid,
    ...(file.mode & GROUP_READS) !== 0 ? [`group ${file.gid}`] : [],
    ...(file.mode & OTHERS_READ) !== 0 ? [EVERYBODY] : [],
  ]);
  const can = takers === readers
    ? `${takers} can take '${path}' away and read it`
    : `${takers} can take '${path}' away, ${readers} can read it`;
  const is = isAssumed
    ? "is not granted, but usually sticky"
    : isSticky
    ? "is sticky"
    : `belongs to ${person(owner.uid)}`;
  const message = `'${folder}' ${is} (mode ${octal(owner.mode)}): ${can}`;

  if (!canReplace) {
    const remedy = `let ${person(file.uid)} write to '${folder}': each delivery renames the file`;
    const cannot = `but ${person(file.uid)}, whose file it is, cannot take it away`;
    return warning(name, `${message}, ${cannot}`, remedy);
  }
  if (isReadable && !isForeign && (isSticky || !isShared)) {
    return warning(
      name,
      `${message}: --results-mode ${octal(file.mode)} lets no other agent take it`,
      "run the agent as the sidecar's user, or put the results file into a folder that both can " +
        "write and that is not sticky",
    );
  }
  if (isForeign && !isReadable) {
    return warning(
      name,
      `${message}: what ${person(owner.uid)} takes is lost`,
      "run the agent as the sidecar's user, or let it read with --results-mode 0660 or 0666",
    );
  }
  return ok(name, message);
}

const EVERYBODY = "everybody";

function person(uid: number): string {
  return uid === ROOT ? "root" : `user ${uid}`;
}

/** Names them all, each once. */
function people(all: readonly (number | string)[]): string {
  if (all.includes(EVERYBODY)) return EVERYBODY;
  const names = new Set(all.map((one) => typeof one === "number" ? person(one) : one));
  const list = [...names];
  const last = list.pop() ?? "";
  return list.length === 0 ? `only ${last}` : `only ${list.join(", ")} and ${last}`;
}

function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, "0");
}
