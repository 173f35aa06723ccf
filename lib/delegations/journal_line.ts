/**
 * The journal's lines. The first says what the file is; each other one holds a record behind a
 * checksum, so that a torn or damaged line is recognised and costs only itself.
 *
 * @module
 */

import { lineText } from "../byte_lines.ts";
import { crc32 } from "./_crc32.ts";
import { type JournalRecord, parseRecord } from "./journal_record.ts";

/** The version that this program writes; it reads older ones, too. */
export const JOURNAL_VERSION = 3;
/** Up to this one every checksum is of SHA-256. */
const LAST_WITHOUT_CRC = 2;
/**
 * What is longer takes less time by SHA-256, although the system has to be waited for: V8 compiles
 * nothing in a sidecar.
 */
const LONGEST_CRC_BYTES = 1024;

const encoder = new TextEncoder();

const NAME = "workspace-beat journal ";
const HEADER = /^workspace-beat journal (\d{1,9})(?: ([^ ]+))?/;
/** As many characters as {@linkcode crc32} gives. */
const CRC_LENGTH = 8;
/** As many characters as {@linkcode sha256} gives. */
const SHA256_LENGTH = 16;

/** What a journal's first line says. */
export type Header =
  /** It is ours: written for this workspace, or for another one. */
  | { readonly kind: "sound"; readonly workspaceId: string; readonly version: number }
  /** A newer program has written it. */
  | { readonly kind: "newer"; readonly version: number }
  /** It says nothing that can be relied on. */
  | { readonly kind: "damaged" };

/**
 * Writes the first line.
 *
 * @param workspaceId Whose journal it is.
 * @param version Of which version.
 * @returns The line, with its line break.
 */
export async function headerLine(
  workspaceId: string,
  version: number = JOURNAL_VERSION,
): Promise<string> {
  const text = `${NAME}${version} ${workspaceId}`;
  return `${text} ${await checksum(encoder.encode(text), version)}\n`;
}

/**
 * Reads the first line. Of another version only the number is relied on: all else may have changed.
 *
 * @param line The line, without its line break.
 */
export async function parseHeader(line: string): Promise<Header> {
  const [, digits, workspaceId = ""] = HEADER.exec(line) ?? [];
  const version = Number(digits);
  if (version > JOURNAL_VERSION) return { kind: "newer", version };
  const sound = `${line}\n` === await headerLine(workspaceId, version);
  return sound ? { kind: "sound", workspaceId, version } : { kind: "damaged" };
}

/** Whether a damaged first line once was one of ours, or what a cut has left of it. */
export function looksLikeHeader(line: string): boolean {
  return line.startsWith(NAME) || NAME.startsWith(line);
}

/**
 * Writes a record.
 *
 * @param record The record.
 * @returns The line, with its line break.
 */
export async function recordLine(record: JournalRecord): Promise<string> {
  const text = JSON.stringify(record);
  return `${await checksum(encoder.encode(text))} ${text}\n`;
}

/**
 * Reads a record.
 *
 * @param line The line, without its line break.
 * @returns The record, or undefined when the line is damaged.
 */
export async function parseRecordLine(
  line: Uint8Array<ArrayBuffer>,
): Promise<JournalRecord | undefined> {
  const text = lineText(line);
  const length = text.charAt(CRC_LENGTH) === " " ? CRC_LENGTH : SHA256_LENGTH;
  if (text.charAt(length) !== " ") return undefined;
  const bytes = line.subarray(length + 1);
  const sum = length === CRC_LENGTH ? crc32(bytes) : await sha256(bytes);
  return text.startsWith(sum) ? parseRecord(text.slice(length + 1)) : undefined;
}

/** Against accidents, not against people. Its length tells which of the two it is. */
async function checksum(
  bytes: Uint8Array<ArrayBuffer>,
  version: number = JOURNAL_VERSION,
): Promise<string> {
  const isCrc = version > LAST_WITHOUT_CRC && bytes.length <= LONGEST_CRC_BYTES;
  return isCrc ? crc32(bytes) : await sha256(bytes);
}

/** 64 bits of it. */
async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(digest, 0, 8).toHex();
}
