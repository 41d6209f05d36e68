/**
 * The keys of a dotted path: a dot walks into an object, a backslash (or any run of them) before it makes it a plain dot, and the key `$`
 * stands for every entry of an array (spec/audiences §11.2, §11.8).
 */
export const keysOf = (path: string): readonly string[] => path.split(/(?<!\\)\./).map((key) => key.replaceAll(/\\+\./g, '.'))

/** The first key of a path: the trait that it is about. */
export const rootOf = (path: string): string => keysOf(path)[0] ?? path

export const pathOf = (...keys: readonly string[]): string => keys.map((key) => key.replaceAll('.', '\\.')).join('.')
