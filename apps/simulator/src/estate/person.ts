/** One person on one hub. The same username on two hubs is two persons here, as it is to Kubernetes. */
export interface Person {
  readonly namespace: string;
  readonly username: string;
  /** How this person's pods and first directory are named. */
  readonly slugs: 'legacy' | 'safe';
  /** Has a directory of either scheme: it was copied when the hub changed its scheme, and never removed. */
  readonly bothDirectories?: boolean;
  /** Groups that never change, of a person who never leaves; absent: drawn, and changing over time. */
  readonly fixedGroups?: readonly string[];
}
