/**
 * The parts of messages that depend on the program that uses the client: what its users call a setting, and what they can
 * do there.
 */
export interface Wording {
  /** The setting that holds the base URL. */
  readonly baseUrl: string;
  /** How to give an operation more time, to follow "or". */
  readonly allowMoreTime: string;
  /** How to send fewer requests at once, to follow "or". */
  readonly sendFewer: string;
  /** What to do when a project has been deleted: a sentence. @default nothing */
  readonly deletedProject?: string;
  /** What else to do when the credentials have been rotated: a sentence. @default nothing */
  readonly rotatedCredentials?: string;
}

/** Words for a program of which nothing is known. */
export const neutralWording: Wording = {
  baseUrl: "the base URL",
  allowMoreTime: "allow more time",
  sendFewer: "with fewer requests at once",
};
