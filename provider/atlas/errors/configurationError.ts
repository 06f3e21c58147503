import { showWithoutStack } from "./error";

/** A mistake in the configuration or the environment; its message says how to mend it. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";

  constructor(message: string) {
    super(message);
    showWithoutStack(this);
  }
}
