import { z } from 'zod';

export const session = z.strictObject({
  access: z
    .enum(['open', 'restricted'])
    .describe('`open`: nothing is configured, and whoever reaches the port sees everything'),
  sees: z
    .enum(['everything', 'hubs', 'own', 'nothing'])
    .describe('What the caller may see; `own`: what they cost themselves'),
  hubs: z.array(z.string()).nullable().describe('The only hubs that the caller may see; null: not limited'),
  user: z.string().nullable().describe('The only user that the caller may see; null: not limited'),
  signedIn: z.boolean().describe('Whether the caller has a session, which logging out ends'),
  signIn: z
    .strictObject({ token: z.boolean(), hubs: z.array(z.string()) })
    .describe('Ways to sign in: with a token, or with the login of one of these hubs'),
});

/** A token that somebody types. */
export const typedToken = z.strictObject({ token: z.string('must be a text').min(1, 'must not be empty').max(500) });
