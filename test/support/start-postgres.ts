import Module from 'node:module';

interface JestProject {
  readonly moduleNameMapper: readonly (readonly [string, string])[];
}

/** Jest's global set-up of the projects that need a database. Jest runs it once, whichever number of them is chosen. */
export default async function startTestPostgres(_jest: unknown, project: JestProject): Promise<void> {
  resolveAsTestsDo(project.moduleNameMapper);
  const { startTestServer } = await import('./test-server.js');
  await startTestServer();
}

type ResolveFilename = (this: unknown, request: string, ...rest: unknown[]) => string;
/** Node's own place for it on every version that we run on; `module.registerHooks` needs Node 22.15. */
const RESOLVE = '_resolveFilename';

/**
 * Jest transforms what a global set-up requires, but leaves it to Node to find: `#libs/…` would be the built code, and
 * `./file.js` would not be `file.ts`. From here on this process, which runs no test, finds modules as the tests do.
 */
function resolveAsTestsDo(moduleNameMapper: JestProject['moduleNameMapper']): void {
  const resolver = Module as unknown as Record<typeof RESOLVE, ResolveFilename>;
  const original = resolver[RESOLVE];
  const rules = moduleNameMapper.map(([pattern, target]) => ({ pattern: new RegExp(pattern), target }));
  resolver[RESOLVE] = function (request, ...rest) {
    const rule = rules.find(({ pattern }) => pattern.test(request));
    if (!rule) return original.call(this, request, ...rest);
    try {
      return original.call(this, request.replace(rule.pattern, rule.target), ...rest);
    } catch {
      // A package's own `./file.js`.
      return original.call(this, request, ...rest);
    }
  };
}
