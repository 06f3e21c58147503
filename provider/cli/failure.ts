import { showWithoutStack } from "../runErrors";

/** Something that the user has to put right; its message says how. */
export class CommandFailure extends Error {
  override readonly name = "CommandFailure";

  constructor(message: string) {
    super(message);
    showWithoutStack(this);
  }
}
