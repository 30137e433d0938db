interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly schema: { readonly enum?: readonly string[] };
}

/** As /openapi.json lists them. */
export type Paths = Readonly<Record<string, { readonly get: { readonly parameters?: readonly Parameter[] } }>>;

/** They say nothing of a cluster's figures, or what differs from server to server. */
const OTHERS = ['/docs', '/index', '/live', '/openapi.json', '/ready', '/session', '/health', '/metrics'];

/** A value of each parameter that takes any; several where the statement depends on the value. */
export type Values = Readonly<Record<string, readonly string[]>>;

/**
 * Requests that send every statement about a cluster: each path with each value of each of its parameters, beside `usual`,
 * once more as CSV. @throws Error for a parameter that has no value here: a new one must get one.
 */
export function everyRequest(paths: Paths, values: Values, usual: Readonly<Record<string, string>>): string[] {
  const targets = Object.entries(paths).flatMap(([path, { get }]) => {
    if (OTHERS.includes(path)) return [];
    const parameters = get.parameters ?? [];
    const known = Object.entries(usual).filter(([name]) => parameters.some((one) => one.name === name));
    const targetWith = (changed: Readonly<Record<string, string>>) =>
      `${path.replace('{month}', values['month']![0]!)}?${new URLSearchParams({ ...Object.fromEntries(known), ...changed }).toString()}`;
    const changed = parameters.flatMap(({ name, in: place, schema }) => {
      const each = name === 'format' ? [] : (values[name] ?? schema.enum);
      if (!each) throw new Error(`no value for ${name} of ${path}`);
      return place === 'query' ? each.map((value) => ({ [name]: value })) : [];
    });
    const isTable = parameters.some(({ name, schema }) => name === 'format' && schema.enum?.includes('csv'));
    return [{}, ...changed].flatMap((one) => [
      targetWith(one),
      ...(isTable ? [targetWith({ ...one, format: 'csv' })] : []),
    ]);
  });
  return [...new Set(targets)];
}
