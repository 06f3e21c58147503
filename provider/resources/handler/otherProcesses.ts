import { createHash } from "node:crypto";
import {
  appendFileSync,
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmdirSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** What a process tells the others of. */
export interface Told {
  /** Each thing that a resource declares. */
  readonly things?: readonly string[];
  /** Where in the program it does so. */
  readonly declaredAs?: string | undefined;
  /** A thing that this run has made, or has found in place. */
  readonly settled?: string;
  /** What it was found with. */
  readonly foundWith?: string | undefined;
}

/** What the provider processes of one run of the engine tell each other: a program may have several `Provider`s. */
export interface OtherProcesses {
  tell(told: Told): void;
  /** Who declares a thing in another process. */
  declarersOf(thing: string): (string | undefined)[];
  /** Whether another process has settled a thing. */
  isSettled(thing: string): boolean;
  /** Whether another process has found it with something else. */
  isFoundWithOther(thing: string, than: string | undefined): boolean;
}

/** For a process that is alone, as in a test. */
export const noOtherProcesses: OtherProcesses = {
  tell: () => {},
  declarersOf: () => [],
  isSettled: () => false,
  isFoundWithOther: () => false,
};

interface Entry {
  readonly declaredAs?: string;
  readonly settled?: true;
  readonly foundWith?: string;
}

/** How far another process's file has been read. */
interface Reading {
  offset: number;
  rest: string;
  readonly byThing: Map<string, Entry[]>;
}

/**
 * Each process appends to a file of its own in a folder that the engine's address names, which all of them know. They write before
 * they look, so that of two that declare the same at least one sees it. The files hold hashes, as a name may be a
 * secret.
 */
export class ProcessFiles implements OtherProcesses {
  private readonly folder: string;
  private readonly own: string;
  private readonly readings = new Map<string, Reading>();
  private isReady = false;
  /**
   * Whether another process is certain to run, so that not being able to tell it something is an error. A process that may be
   * the only one goes on without a temporary folder.
   */
  isNeeded = false;

  /** @param run what names the run of the engine, such as its address */
  constructor(
    private readonly run: string,
    { root = tmpdir(), pid = process.pid }: { root?: string; pid?: number } = {},
  ) {
    this.folder = path.join(
      root,
      `mongodbatlas-dynamic-${digest(`${process.getuid?.() ?? ""} ${run}`).slice(0, 24)}`,
    );
    this.own = path.join(this.folder, String(pid));
  }

  tell({ things = [], declaredAs, settled, foundWith }: Told): void {
    const lines = [
      ...things.map((thing) => ({ thing: this.hash(thing), declaredAs })),
      ...(settled === undefined
        ? []
        : [
            {
              thing: this.hash(settled),
              settled: true,
              foundWith: foundWith === undefined ? undefined : this.hash(foundWith),
            },
          ]),
    ];
    this.use(() => {
      this.makeFolder();
      appendFileSync(this.own, lines.map((line) => `${inAscii(line)}\n`).join(""), { mode: 0o600 });
    });
  }

  private use(action: () => void): void {
    try {
      action();
    } catch (error) {
      if (this.isNeeded) {
        throw new Error(
          `The provider processes of this run cannot tell each other what they declare: ${(error as Error).message}. ` +
            "Make room in the folder for temporary files, or set TMPDIR to another one.",
        );
      }
    }
  }

  declarersOf(thing: string): (string | undefined)[] {
    return this.entriesOf(thing)
      .filter(({ settled }) => settled !== true)
      .map(({ declaredAs }) => declaredAs);
  }

  isSettled(thing: string): boolean {
    return this.entriesOf(thing).some(({ settled }) => settled);
  }

  isFoundWithOther(thing: string, than: string | undefined): boolean {
    const known = than === undefined ? undefined : this.hash(than);
    return this.entriesOf(thing).some(({ foundWith }) => foundWith !== undefined && foundWith !== known);
  }

  /** Takes away what this process has told. */
  end(): void {
    try {
      rmSync(this.own, { force: true });
      rmdirSync(this.folder);
    } catch {
      // Another process still has its file in it, and removes it.
    }
  }

  /** A secret may be among what is hashed, so that the same one in another run gives another hash. */
  private hash(text: string): string {
    return digest(`${this.run} ${text}`);
  }

  private entriesOf(thing: string): Entry[] {
    const hash = this.hash(thing);
    return this.others().flatMap((file) => this.read(file).byThing.get(hash) ?? []);
  }

  /** The files of the other processes that are alive: one that was killed leaves its own. */
  private others(): string[] {
    // Where it cannot be read, nobody knows what the others declare, and nothing may be taken away.
    this.use(() => this.makeFolder());
    let names: string[];
    try {
      names = readdirSync(this.folder);
    } catch {
      return [];
    }
    return names
      .filter((name) => /^\d+$/.test(name) && isAlive(Number(name)))
      .map((name) => path.join(this.folder, name))
      .filter((file) => file !== this.own);
  }

  private read(file: string): Reading {
    const reading = this.readings.get(file) ?? { offset: 0, rest: "", byThing: new Map() };
    this.readings.set(file, reading);
    const text = reading.rest + readFrom(file, reading);
    const lines = text.split("\n");
    reading.rest = lines.pop() ?? "";
    for (const line of lines) {
      const { thing, ...entry } = JSON.parse(line) as Entry & { thing: string };
      reading.byThing.set(thing, [...(reading.byThing.get(thing) ?? []), entry]);
    }
    return reading;
  }

  private makeFolder(): void {
    if (this.isReady) {
      return;
    }
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const { uid } = lstatSync(this.folder);
    // Somebody else on this machine who makes the folder first could read it, or put something into it.
    if (process.getuid !== undefined && uid !== process.getuid()) {
      throw new Error(`${this.folder} belongs to another user`);
    }
    this.isReady = true;
  }
}

function readFrom(file: string, reading: Reading): string {
  let descriptor: number;
  try {
    descriptor = openSync(file, "r");
  } catch {
    // Its process has ended.
    return "";
  }
  try {
    const chunks: Buffer[] = [];
    for (;;) {
      const chunk = Buffer.alloc(65_536);
      const count = readSync(descriptor, chunk, 0, chunk.length, reading.offset);
      if (count === 0) {
        return Buffer.concat(chunks).toString();
      }
      reading.offset += count;
      chunks.push(chunk.subarray(0, count));
    }
  } finally {
    closeSync(descriptor);
  }
}

/** A reader may find the first half of a line, which must not end within a character. */
function inAscii(line: object): string {
  return JSON.stringify(line).replace(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
