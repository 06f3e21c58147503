/** A mistake in the configuration or the environment; its message says how to mend it. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}
