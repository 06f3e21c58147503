/**
 * Runs `work` while no other process that asks for the same `file` runs its own.
 *
 * @param onWait called once when somebody else holds the lock, with words for who that is: `Another run (process 12)`
 */
export function withLock<T>(file: string, work: () => Promise<T>, onWait?: (who: string) => void): Promise<T>;
