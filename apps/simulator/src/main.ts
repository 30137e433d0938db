import { z } from 'zod';
import { readSettings } from './settings.js';
import { startSimulator } from './start-simulator.js';

async function main(): Promise<void> {
  const simulator = await startSimulator(readSettings(process.env));
  const { clusterName, users, today } = simulator.estate.options;
  process.stdout.write(`Simulating cluster ${clusterName} with ${users} users, today being ${today}
Cost Explorer: AWS_ENDPOINT_URL_COST_EXPLORER=${simulator.url}
Metrics to scrape, with honor_labels: ${simulator.url}/metrics
`);
  const stop = () => void simulator.close();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof z.ZodError ? z.prettifyError(error) : String(error)}\n`);
  process.exitCode = 1;
});
