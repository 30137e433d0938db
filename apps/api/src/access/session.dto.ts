import { z } from 'zod';

export const session = z.strictObject({
  access: z
    .enum(['open', 'restricted'])
    .describe('`open`: nothing is configured, and whoever reaches the port sees everything'),
  sees: z.enum(['everything', 'hubs', 'nothing']).describe('What the caller may see'),
  hubs: z.array(z.string()).nullable().describe('The only hubs that the caller may see; null: not limited'),
});
