import { existsSync, readFileSync } from 'node:fs';

/** Whether a container's command starts node on a file that the build makes of a source that exists. */
export function startsBuiltFile(command: readonly string[] = []): boolean {
  const [node, file = ''] = command;
  const source = file.replace(/^dist\//, '').replace(/\.js$/, '.ts');
  return node === 'node' && file.startsWith('dist/apps/') && existsSync(source);
}

/** Names of variables that a program knows: the keys of its schemas. */
export function variablesKnownTo(...sources: string[]): Set<string> {
  return new Set(
    sources.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/^\s+([A-Z][A-Z_]+):/gm)].map(([, name]) => name!),
    ),
  );
}
