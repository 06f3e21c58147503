/** A mistake in the configuration or the environment; its message says how to fix it. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}
