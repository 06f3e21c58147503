export const pages: readonly string[];
export function filled(text: string, index: string): string;
