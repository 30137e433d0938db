import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';

const read = (file: string) => readFileSync(file, 'utf8');
const dockerfile = read('Dockerfile');
const { dependencies, imports } = JSON.parse(read('package.json')) as {
  dependencies: Record<string, string>;
  imports: Record<string, { default: string }>;
};

/** Stages by name, each the text from its FROM to the next. */
const stages = Object.fromEntries(
  dockerfile
    .split(/^(?=FROM )/m)
    .slice(1)
    .map((text) => [/ AS (\w+)/.exec(text)?.[1] ?? '', text]),
);
const runtime = stages['runtime'] ?? '';

describe('the image', () => {
  it('is of one exact Node 24 in every stage', () => {
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
    expect(bases).toHaveLength(3);
    expect(new Set(bases).size).toBe(1);
    expect(bases[0]).toMatch(/^node:24\.\d+\.\d+-[a-z]+-slim$/);
  });

  it('copies files that exist and that the build is given', () => {
    const given = new Set(
      read('.dockerignore')
        .split('\n')
        .filter((line) => line.startsWith('!'))
        .map((line) => line.slice(1)),
    );
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files]) => files!.split(' '));
    expect(new Set(copied)).toEqual(given);
    for (const file of copied) expect([file, existsSync(file)]).toEqual([file, true]);
  });

  it('ends as a user who is not root, with nothing but built code and what it runs with', () => {
    expect(runtime.match(/^USER (\S+)$/m)?.[1]).toBe('node');
    expect([...runtime.matchAll(/^COPY --from=(\w+) (\S+)/gm)].map(([, stage, files]) => `${stage} ${files}`)).toEqual([
      'dependencies /app/node_modules',
      'build /app/dist',
    ]);
    expect(runtime).not.toContain('RUN ');
    expect(runtime).toMatch(/^ENV NODE_ENV=production$/m);
  });

  it('takes its dependencies from an installation without any for development', () => {
    expect(stages['dependencies']).toContain('npm ci --omit=dev');
  });

  it('starts the API unless told otherwise', () => {
    const [, file = ''] = /^CMD \["node", "(.+)"\]$/m.exec(runtime) ?? [];
    expect(existsSync(file.replace('dist/', '').replace(/\.js$/, '.ts'))).toBe(true);
  });

  it('needs no package that is not a dependency, and no part that was left out', () => {
    const leftOut = /rm -rf (.+)$/m
      .exec(stages['build'] ?? '')![1]!
      .split(' ')
      .map((path) => path.replace('dist/', ''));
    expect(leftOut).toEqual(['apps/demo', 'libs/embedded']);
    const sources = ['apps', 'libs', 'migrations']
      .flatMap(filesUnder)
      .filter(
        (file) =>
          file.endsWith('.ts') && !file.endsWith('.spec.ts') && !leftOut.some((folder) => file.startsWith(folder)),
      );
    expect(sources.length).toBeGreaterThan(50);
    for (const file of sources) {
      for (const [, name = ''] of read(file).matchAll(/(?:from|import) '([^'.][^']*)'/g)) {
        if (name.startsWith('#')) expect([file, leftOut]).not.toEqual([file, expect.arrayContaining([name.slice(1)])]);
        else expect([file, packageOf(name), isThere(name)]).toEqual([file, packageOf(name), true]);
      }
    }
    for (const { default: built } of Object.values(imports)) expect(built).toMatch(/^\.\/dist\//);
  });
});

function packageOf(name: string): string {
  return name.split('/', name.startsWith('@') ? 2 : 1).join('/');
}

function isThere(name: string): boolean {
  return name.startsWith('node:') || builtinModules.includes(name) || packageOf(name) in dependencies;
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`);
}
