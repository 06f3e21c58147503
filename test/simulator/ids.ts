import { randomBytes } from "node:crypto";

/** Makes ids like MongoDB's ObjectId: 24 hexadecimal digits that grow in the order of creation. */
export class ObjectIds {
  readonly #process = randomBytes(5).toString("hex");
  readonly #now: () => number;
  #counter = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  next(): string {
    const seconds = Math.floor(this.#now() / 1000) >>> 0;
    this.#counter = (this.#counter + 1) & 0xffffff;
    return hex(seconds, 8) + this.#process + hex(this.#counter, 6);
  }
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}
