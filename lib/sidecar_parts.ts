/**
 * What a sidecar is made of: each part as the options say it, ready to be wired.
 *
 * @module
 */

import { AuthorizedClient, IssuedToken, type PromptTokens, TokenStore } from "./auth/mod.ts";
import type { Clock } from "./clock.ts";
import {
  type Deliveries,
  FileResults,
  Journal,
  type ResultsOutput,
  StdoutResults,
  type TouchedFile,
  type UnreadResults,
  WakeFile,
  WriterLock,
} from "./delegations/mod.ts";
import { mayRead, mayWrite } from "./grants.ts";
import type { Log, Secrets } from "./log/mod.ts";
import {
  inboundSecretFile,
  NO_STATUS_FILE,
  NO_WAKE_FILE,
  resultsFiles,
  tokenFile,
} from "./permissions.ts";
import { PlatformClient, type Sender } from "./platform/mod.ts";
import { Registration } from "./presence/mod.ts";
import { savedSecret } from "./secrets/mod.ts";
import type { CompleteOptions, PlatformOptions } from "./sidecar_options.ts";
import { StatusFile } from "./status_file.ts";
import type { TurnTaking } from "./turns.ts";
import type { Gauges, Vitals } from "./vitals/mod.ts";

/** The client that tells nobody who the workspace is. */
export function plainSender(options: PlatformOptions): Sender {
  return new PlatformClient(options);
}

/**
 * Where the workspace's token comes from.
 *
 * @param options Where it is.
 * @param parts What hides it, and where to log.
 */
export function tokenStore(
  options: Pick<CompleteOptions, "configsDir" | "token">,
  { secrets, log }: { readonly secrets: Secrets; readonly log: Log },
): TokenStore {
  return new TokenStore({
    file: tokenFile(options.configsDir),
    environmentToken: options.token,
    secrets,
    log,
  });
}

/**
 * The client that proves who the workspace is.
 *
 * @param options Where the platform is.
 * @param tokens Where the token comes from: no request waits long for it.
 */
export function authorizedSender(options: PlatformOptions, tokens: PromptTokens): Sender {
  return new AuthorizedClient(plainSender(options), tokens);
}

/** What registers the workspace, and keeps the token that it gets. */
export interface RegistrationParts {
  /** Undefined when somebody else registers the workspace. */
  readonly registration: Registration | undefined;
  readonly issuedToken: IssuedToken;
}

/**
 * Makes what registers the workspace.
 *
 * @param options Whether and as what.
 * @param parts What it works with; `onAccepted` receives the JSON of the answer.
 */
export function registrationParts(
  options: CompleteOptions,
  { onAccepted, ...parts }: {
    readonly sender: Sender;
    readonly store: TokenStore;
    readonly source: PromptTokens;
    readonly onAccepted: (answer: unknown) => void;
    readonly disk: TurnTaking;
    readonly log: Log;
    readonly clock: Clock;
  },
): RegistrationParts {
  const { configsDir, registerMode: mode } = options;
  const file = tokenFile(configsDir);
  const issuedToken = new IssuedToken({ ...parts, file });
  const registration = mode === "off" ? undefined : new Registration({
    ...options,
    mode,
    sender: parts.sender,
    token: issuedToken,
    disk: parts.disk,
    onAccepted,
    clock: parts.clock,
  });
  return { registration, issuedToken };
}

/** What deliveries are made of. */
export interface DeliveryParts {
  readonly journal: Journal;
  /** Undefined where there is nothing to share. */
  readonly lock: WriterLock | undefined;
  readonly output: ResultsOutput;
  /** Undefined where none is to be touched. */
  readonly wakeFile: WakeFile | undefined;
}

/**
 * Makes what deliveries are made of.
 *
 * @param options Where results go.
 * @param log Where to log.
 */
export function deliveryParts(options: CompleteOptions, log: Log): DeliveryParts {
  const { resultsFile: path, resultsMode: mode, workspaceId } = options;
  const wakeFile = options.wakeFile === NO_WAKE_FILE
    ? undefined
    : new WakeFile({ path: options.wakeFile, mode });
  if (path === "-") {
    const journal = new Journal({ file: undefined, workspaceId, log });
    return { journal, lock: undefined, output: new StdoutResults(), wakeFile };
  }
  const files = resultsFiles(path);
  const holder = `workspace ${workspaceId}`;
  return {
    journal: new Journal({ file: files.journal, workspaceId, log }),
    lock: new WriterLock({ file: files.lock, name: `'${path}'`, holder, log }),
    output: new FileResults(path, { mode }),
    wakeFile,
  };
}

/**
 * What says how the sidecar is.
 *
 * @param options Whose, and where to.
 * @param parts What it says, what may not be shown, and what lets it use the disk.
 * @returns Undefined where there is none to be, or where it is not granted.
 */
export function statusFile(
  options: CompleteOptions,
  { secrets, ...parts }: {
    readonly vitals: Vitals;
    readonly secrets: Secrets;
    readonly disk: TurnTaking;
    readonly log: Log;
    readonly clock: Clock;
  },
): StatusFile | undefined {
  const { statusFile: file } = options;
  if (file === NO_STATUS_FILE || !mayRead(file) || !mayWrite(file)) return undefined;
  return new StatusFile({ ...options, ...parts, file, mask: (text) => secrets.mask(text) });
}

/**
 * What is looked at by whoever wants to know how the sidecar is.
 *
 * @param deliveries What knows of results.
 * @param store What knows of the token.
 */
export function gauges({ journal, pending }: Deliveries, store: TokenStore): Gauges {
  return {
    resultsPending: pending,
    resultsUnwoken: journal.state.unwoken().length,
    journalBytes: journal.bytes,
    token: store.inUse,
  };
}

/**
 * What somebody works with who wakes the agent, each time in turn with all who use the disk.
 *
 * @param parts Where results go, and what is touched.
 * @param disk Lets it use the disk.
 */
export function wakingParts(
  { output, wakeFile }: Pick<DeliveryParts, "output" | "wakeFile">,
  disk: TurnTaking,
): { readonly output: UnreadResults; readonly wakeFile: TouchedFile | undefined } {
  return {
    output: { name: output.name, hasUnread: () => disk.take(() => output.hasUnread()) },
    wakeFile: wakeFile && { name: wakeFile.name, touch: () => disk.take(() => wakeFile.touch()) },
  };
}

/**
 * Learns the inbound secret that a former run has saved, so that no log line can show it before
 * the platform hands it out again.
 *
 * Requires `--allow-read` for its file, or learns nothing.
 *
 * @param configsDir The folder it is in.
 * @param secrets What learns it.
 */
export async function learnSavedSecret(configsDir: string, secrets: Secrets): Promise<void> {
  const text = await savedSecret(inboundSecretFile(configsDir));
  if (text !== undefined) secrets.add(text.trim());
}
