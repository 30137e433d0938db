import { z } from 'zod';
import { readSettings } from './settings.js';
import { startSimulator } from './start-simulator.js';

async function main(): Promise<void> {
  const simulator = await startSimulator(readSettings(process.env));
  const { clusterName, users, today } = simulator.estate.options;
  console.log(`Simulating cluster ${clusterName} with ${users} users, today being ${today}`);
  console.log(`Cost Explorer: AWS_ENDPOINT_URL_COST_EXPLORER=${simulator.url}`);
  console.log(`Metrics to scrape (honor_labels: true): ${simulator.url}/metrics`);
  const stop = () => void simulator.close();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

main().catch((error: unknown) => {
  console.error(error instanceof z.ZodError ? z.prettifyError(error) : error);
  process.exitCode = 1;
});
