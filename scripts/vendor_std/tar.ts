/**
 * Reads the tar archives that npm registries hold: ustar with pax headers. What such an archive
 * has no need of (links, devices, the long names of GNU tar) is refused rather than guessed at.
 *
 * @module
 */

/** A regular file in an archive. */
export interface TarFile {
  /** Its path: relative, with `/` between names, none of which is empty, `.` or `..`. */
  readonly path: string;
  /** What it holds: a view into the archive. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const BLOCK = 512;
/** Which bytes of a header block hold what, as [from, to). */
const FIELDS = {
  name: [0, 100],
  size: [124, 136],
  checksum: [148, 156],
  magic: [257, 263],
  prefix: [345, 500],
} as const;
const TYPE = 156;

/**
 * Reads the regular files of an archive, which must lie in memory as a whole.
 *
 * @param tar The archive, not compressed.
 * @throws {Error} When it is damaged or cut off, holds anything but files and folders, or names a
 * file that could lie outside the folder it is unpacked into.
 */
export function* tarFiles(tar: Uint8Array<ArrayBuffer>): Generator<TarFile> {
  let pax = new Map<string, string>();
  for (let at = 0;;) {
    const header = slice(tar, at, BLOCK);
    if (header.every((byte) => byte === 0)) return;
    checkHeader(header);
    const type = String.fromCharCode(header[TYPE] || 0x30); // NUL is how old tars mark a file
    const own = type === "x" || type === "g"; // a pax header's size is never overridden
    const size = own ? octal(header, "size") : sizeOf(header, pax);
    const bytes = slice(tar, at + BLOCK, size);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;

    if (type === "x") {
      pax = paxRecords(bytes);
      continue;
    }
    if (type === "g") {
      checkGlobal(paxRecords(bytes));
      continue;
    }
    const path = pax.get("path") ?? ustarPath(header);
    pax = new Map();
    if (type === "0") yield { path: checkedPath(path), bytes };
    else if (type !== "5") {
      throw new Error(`the archive holds ${JSON.stringify(path)} of type ${JSON.stringify(type)}`);
    }
  }
}

function slice(tar: Uint8Array<ArrayBuffer>, at: number, size: number): Uint8Array<ArrayBuffer> {
  if (at + size <= tar.length) return tar.subarray(at, at + size);
  throw new Error(`the archive is cut off: byte ${at + size} is needed and it has ${tar.length}`);
}

function checkHeader(header: Uint8Array): void {
  const [from, to] = FIELDS.checksum;
  const sum = header.reduce((sum, byte, at) => sum + (at >= from && at < to ? 0x20 : byte), 0);
  if (sum !== octal(header, "checksum")) {
    throw new Error("the archive is damaged: a header's sum is wrong");
  }
  // GNU tar has "ustar  " there, and uses the prefix for something else.
  if (text(header, "magic") !== "ustar") throw new Error("the archive is no POSIX tar archive");
}

function text(header: Uint8Array, field: keyof typeof FIELDS): string {
  const bytes = header.subarray(...FIELDS[field]);
  const end = bytes.indexOf(0);
  return utf8(end < 0 ? bytes : bytes.subarray(0, end));
}

function utf8(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}

function octal(header: Uint8Array, field: keyof typeof FIELDS): number {
  const digits = text(header, field).trim();
  if (!/^[0-7]+$/.test(digits)) {
    throw new Error(`the archive is damaged: a ${field} is no octal number`);
  }
  return parseInt(digits, 8);
}

function sizeOf(header: Uint8Array, pax: ReadonlyMap<string, string>): number {
  const size = pax.get("size");
  if (size === undefined) return octal(header, "size");
  if (!/^\d{1,15}$/.test(size)) throw new Error(`the archive is damaged: a pax size is '${size}'`);
  return Number(size);
}

function ustarPath(header: Uint8Array): string {
  const prefix = text(header, "prefix");
  return prefix === "" ? text(header, "name") : `${prefix}/${text(header, "name")}`;
}

/** Records are `LENGTH KEY=VALUE\n`, where LENGTH counts the bytes of the whole record. */
function paxRecords(bytes: Uint8Array): Map<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < bytes.length;) {
    const digits = utf8(bytes.subarray(at, bytes.indexOf(0x20, at)));
    const end = at + Number(digits);
    const record = /^\d+$/.test(digits) && end <= bytes.length
      ? /^([^=]+)=(.*)\n$/s.exec(utf8(bytes.subarray(at + digits.length + 1, end)))
      : null;
    if (record === null) throw new Error("the archive is damaged: a pax header cannot be read");
    records.set(record[1] ?? "", record[2] ?? "");
    at = end;
  }
  return records;
}

/** What is said of all files may be a comment or an owner, but nothing that is used here. */
function checkGlobal(records: ReadonlyMap<string, string>): void {
  for (const key of ["path", "size"]) {
    if (records.has(key)) throw new Error(`the archive gives all its files one ${key}`);
  }
}

function checkedPath(path: string): string {
  // A backslash separates names on Windows, a colon follows its drives; the rest is unprintable.
  // deno-lint-ignore no-control-regex
  const safe = !/[\\:\x00-\x1f\x7f]/.test(path) &&
    path.split("/").every((name) => name !== "" && name !== "." && name !== "..");
  if (safe) return path;
  throw new Error(
    `the archive names a file ${JSON.stringify(path)}, which is no plain relative path`,
  );
}
