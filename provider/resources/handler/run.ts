import { Declarations } from "./declarations";
import type { OtherProcesses } from "./otherProcesses";
import { Turns } from "./turns";

/** What one provider process knows of the run of the engine that started it. The handlers share it. */
export class Run {
  /** What the program of the run declares. */
  readonly declarations: Declarations;
  /** Whose turn it is, where two resources must not act at the same time. */
  readonly turns = new Turns();

  /** @param others the other provider processes of the run */
  constructor(others?: OtherProcesses) {
    this.declarations = new Declarations(others);
  }
}
