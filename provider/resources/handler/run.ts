import { Declarations } from "./declarations";
import { Turns } from "./turns";

/** What one provider process knows of the run of the engine that started it. The handlers share it. */
export class Run {
  /** What the program of the run declares. */
  readonly declarations = new Declarations();
  /** Whose turn it is, where two resources must not act at the same time. */
  readonly turns = new Turns();
}
