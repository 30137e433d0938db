import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asFile, buildDashboards } from './dashboards.js';

// Run from the root of the project: makes grafana/dashboards what the sources say, and nothing else.
const folder = join('grafana', 'dashboards');
mkdirSync(folder, { recursive: true });
for (const file of readdirSync(folder)) rmSync(join(folder, file));
for (const [name, dashboard] of Object.entries(buildDashboards())) {
  writeFileSync(join(folder, `${name}.json`), asFile(dashboard));
}
