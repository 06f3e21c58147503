import { type Key, standardVariables } from "../../configuration/keys";

interface Variables {
  /** Names of variables, by the setting that they stand for. */
  readonly named: Partial<Record<Key, string>>;
  /** What else the engine is to map; `undefined` for nothing. */
  readonly others: Record<string, string> | undefined;
}

/**
 * Takes the variables of Atlas out of the resource option `envVarMappings`. The engine would leave a standard variable as it is
 * when the one that is mapped to it is not set, so that the resources would go to the organization of that.
 */
export function variablesOf(mappings: Record<string, string> | undefined): Variables {
  const named: Variables["named"] = {};
  const others: Record<string, string> = {};
  for (const [from, to] of Object.entries(mappings ?? {})) {
    const key = (Object.keys(standardVariables) as Key[]).find((each) =>
      (standardVariables[each] as readonly string[]).includes(to),
    );
    if (key === undefined) {
      others[from] = to;
    } else {
      named[key] = from;
    }
  }
  return { named, others: Object.keys(others).length === 0 ? undefined : others };
}
